import json

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.template import Context, RequestContext, Template

from liaison_crm.lib import icons
from liaison_crm.lib.static import VENDOR_FILES, CollectedStorage

needs_packages = pytest.mark.skipif(
    not (settings.NODE_MODULES / "htmx.org").exists(), reason="run `npm ci` first"
)


@pytest.fixture
def collected(settings, tmp_path):
    """The folder that `collectstatic` fills in production."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "liaison_crm.lib.static.CollectedStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


@needs_packages
def test_every_file_of_a_package_is_collected_hashed_and_compressed(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]

    for name in VENDOR_FILES:
        assert paths[name] != name
        is_picture = name.endswith(".png")  # compressed as it is
        assert is_picture or (collected / f"{paths[name]}.gz").exists()


@needs_packages
def test_modules_import_each_other_by_their_hashed_names(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]

    module = (collected / paths["js/app.js"]).read_text()

    assert paths["js/theme.js"].rpartition("/")[2] in module


@needs_packages
def test_nothing_else_of_node_modules_is_served():
    assert finders.find("vendor/tabler.min.css")
    assert finders.find("vendor/package.json") is None
    assert finders.find("vendor/../@tabler/core/package.json") is None


def test_names_stay_plain_until_something_is_collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path

    assert CollectedStorage().url("css/app.css") == "/static/css/app.css"


@needs_packages
def test_an_icon_is_hidden_from_screen_readers_and_has_no_style():
    drawn = Template('{% icon "calendar" "text-green" %}').render(Context())

    assert 'class="icon text-green"' in drawn
    assert 'aria-hidden="true"' in drawn
    assert "style=" not in drawn


@pytest.mark.parametrize("name", ["../calendar", "no-such-icon", "", "A"])
def test_an_unknown_icon_is_an_error_of_the_template(name):
    with pytest.raises(ImproperlyConfigured):
        icons.shapes(name)


def test_the_title_of_a_page_is_its_heading_without_tags(rf, liaison):
    request = rf.get("/")
    request.user = liaison
    page = Template(
        '{% extends "base.html" %}{% block title %}<b>{{ name }}</b> &amp; more'
        "{% endblock %}"
    )

    html = page.render(RequestContext(request, {"name": "O'Hara <Clinic>"}))

    assert "<title>O&#x27;Hara &lt;Clinic&gt; &amp; more · Liaison CRM</title>" in html


def test_a_form_included_alone_still_carries_its_token(rf):
    request = rf.get("/")

    html = Template('{% include "components/_form.html" with submit="Save" only %}')

    rendered = html.render(RequestContext(request))
    assert 'name="csrfmiddlewaretoken"' in rendered
    assert ">Save</button>" in rendered
