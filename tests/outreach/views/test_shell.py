"""The installable application says nothing of anybody, and knows its own files."""

import json
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from liaison_crm.lib import static as static_files
from outreach.views import offline

SHELL = reverse("outreach:shell")
WORKER = reverse("outreach:service-worker")
MANIFEST = reverse("outreach:manifest")


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    storage = f"{static_files.__name__}.CollectedStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
    call_command("collectstatic", interactive=False, verbosity=0)


def told(text, name):
    return json.loads(re.search(rf"^const {name} = (.*);$", text, re.MULTILINE)[1])


def test_the_shell_is_the_same_for_everybody_and_holds_no_token(
    signed_in, liaison, north_physician, cardiology, django_assert_num_queries
):
    client = Client(enforce_csrf_checks=True)
    with django_assert_num_queries(0):
        anybodys = client.get(SHELL).content

    ones_own = signed_in(liaison).get(SHELL).content

    assert anybodys == ones_own
    assert b"csrfmiddlewaretoken" not in anybodys
    assert not client.cookies
    for name in (b"Lea", b"Northrup", b"Cardiology"):
        assert name not in anybodys


def test_the_worker_serves_the_whole_site(client, db):
    response = client.get(WORKER)

    assert response["Content-Type"].startswith("text/javascript")
    assert response["Service-Worker-Allowed"] == "/"
    assert response["Cache-Control"] == "no-store"
    assert told(response.text, "SHELL") == SHELL


def test_the_worker_keeps_what_is_collected_and_its_version_goes_with_it(
    client, db, collected, monkeypatch
):
    text, again = (client.get(WORKER).text for _ in range(2))
    files = told(text, "FILES")
    monkeypatch.setattr(offline, "FILES", offline.FILES[:-1])
    other = client.get(WORKER).text

    plain = {f"/static/{path}" for path in offline.PLAIN}
    hashed = re.compile(r"\.[0-9a-f]{12}\.\w+$")
    assert all(hashed.search(path) for path in files if path not in plain)
    assert plain < set(files)
    assert told(text, "VERSION") != told(other, "VERSION")
    assert told(text, "VERSION") == told(again, "VERSION")


def test_the_worker_keeps_every_module_that_the_shell_loads(client, db, settings):
    folder = settings.BASE_DIR / "static"
    for path in offline.FILES:
        if path.endswith(".js") and path.startswith("js/"):
            text = (folder / path).read_text()
            for name in re.findall(r"(?:from |import\()\"\./([\w-]+\.js)\"", text):
                assert f"js/{name}" in offline.FILES, (path, name)


def test_the_worker_keeps_every_file_that_the_shell_names(client, db):
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get(SHELL).text))
    icons = {f"/static/{path}" for path, *_ in offline.ICONS}

    assert named - icons <= set(told(client.get(WORKER).text, "FILES"))


def test_a_worker_without_modules_imports_nothing(client, db):
    text = client.get(f"{WORKER}?classic").text

    assert not re.search(r"^import ", text, re.MULTILINE)
    assert re.search(r"^import ", client.get(WORKER).text, re.MULTILINE)


def test_the_application_can_be_installed(client, db, settings):
    response = client.get(MANIFEST)
    content = response.json()

    assert response["Content-Type"] == "application/manifest+json"
    assert content["start_url"] == "/today/"
    assert content["scope"] == "/"
    assert content["theme_color"] in client.get(SHELL).text
    assert {icon["sizes"] for icon in content["icons"]} >= {"192x192", "512x512"}
    for icon in content["icons"]:
        assert (settings.BASE_DIR / icon["src"].lstrip("/")).is_file()
    assert MANIFEST in client.get(reverse("account_login")).text


def test_scripts_ask_at_the_addresses_that_answer(settings):
    source = (settings.BASE_DIR / "static/js/outbox.js").read_text()
    base = re.search(r'const AT = "(.*)";', source)[1]

    for name, path in {
        "delivery-token": "token/",
        "visit-deliver": "deliver/",
        "panel-data": "panel.json",
    }.items():
        assert reverse(f"outreach:{name}") == base + path
        assert f'"{path}"' in source


@pytest.mark.parametrize(
    ("actor", "logs"), [("liaison", True), ("manager", True), ("executive", False)]
)
def test_only_who_logs_visits_gets_a_worker(request, signed_in, actor, logs):
    page = signed_in(request.getfixturevalue(actor)).get("/account/").text

    assert ("outbox_frame" in page) == logs
    assert "js/device.js" in page or logs
