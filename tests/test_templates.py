"""Templates: none unused, and nothing in them that the policy forbids."""

import re
from pathlib import Path

import allauth
import crispy_bootstrap5
import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client

from tests.test_architecture import CHAIN

ROOT = settings.BASE_DIR / "templates"
NAMES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.*"))
PAGES = [name for name in NAMES if name.endswith(".html")]
BY_STATUS = {"400.html", "403.html", "404.html", "429.html", "500.html"}
BY_DJANGO = BY_STATUS | {"403_csrf.html"}
MOST_LINES = 150

COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(
        r"<script\b(?![^>]*(\ssrc=|type=.application/json))", re.IGNORECASE
    ),
    "a script in an attribute": re.compile(r"<[^>{]*\son\w+\s*=", re.IGNORECASE),
    "a script in an address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx that evaluates text": re.compile(
        r"\bhx-(on|vars)\b|hx-\w+=.js:", re.IGNORECASE
    ),
    "another host": re.compile(r"\s(src|action)=[\"'](https?:)?//", re.IGNORECASE),
    "Bootstrap's script, which no page loads": re.compile(r"data-bs-(toggle|dismiss)"),
}


def source(name):
    return COMMENT.sub("", (ROOT / name).read_text())


def faults(html):
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(html)]


def everything_that_names_templates():
    """All text in which the name of a template counts as its use."""
    modules = [
        path
        for folder in (*CHAIN, "liaison_crm")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
    ]
    return "\n".join(
        [path.read_text() for path in modules] + [source(name) for name in NAMES]
    )


def overrides_a_package(name):
    """Some installed app brings a template of this name: ours is used instead."""
    return any(
        (Path(package.__file__).parent / "templates" / name).exists()
        for package in (allauth, crispy_bootstrap5)
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_used(name):
    text = everything_that_names_templates()
    stem = name.rsplit(".", 1)[0]

    assert (
        name in BY_DJANGO
        or overrides_a_package(name)
        or re.search(rf"""["']{re.escape(name)}["']""", text)
        or re.search(rf"""["']{re.escape(stem)}["']""", text)
    )


@pytest.mark.parametrize("name", PAGES)
def test_no_template_needs_what_the_policy_forbids(name):
    assert faults(source(name)) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_template_is_too_long_to_hold_in_the_head(name):
    assert len((ROOT / name).read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<p style="color: red">', "an inline style"),
        ("<style>p {}</style>", "a style element"),
        ("<script>alert(1)</script>", "an inline script"),
        ('<button type="button" onclick="go()">', "a script in an attribute"),
        ('<a href="javascript:go()">', "a script in an address"),
        ('<img src="https://example.org/a.png">', "another host"),
        ('<b hx-vals="js:{a: 1}">', "htmx that evaluates text"),
    ],
)
def test_what_the_policy_forbids_is_noticed(html, fault):
    assert fault in faults(html)


@pytest.mark.parametrize("name", ["allowed", "autofocus"])
def test_harmless_attributes_are_no_fault(name):
    assert faults(f'<script src="/a.js" {name}></script><p data-{name}="1">') == []


@pytest.mark.parametrize("name", sorted(BY_DJANGO))
def test_an_error_page_needs_neither_request_nor_database(name):
    html = get_template(name).render({})

    assert "<h1" in html
    assert "Start page" in html


def test_a_refusal_says_what_the_role_may_not_do(signed_in, liaison):
    response = signed_in(liaison).get("/setup/")

    assert response.status_code == 403
    assert "Your role may not" in response.content.decode()
    assert "Sign out" in response.content.decode()


def test_a_missing_page_shows_no_way_in_to_people_signed_out(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "Sign out" not in response.content.decode()


def test_a_form_without_its_token_is_refused_in_our_look(liaison):
    client = Client(enforce_csrf_checks=True)
    client.force_login(liaison)

    response = client.post("/accounts/logout/")

    assert response.status_code == 403
    assert "This page was open too long" in response.content.decode()
