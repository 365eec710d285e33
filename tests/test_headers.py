"""Every answer carries the strict headers: refusals, errors, files, static files."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from accounts.views import home

pytestmark = pytest.mark.django_db


def is_strict(response) -> bool:
    policy = response.get("Content-Security-Policy", "")
    return (
        "default-src 'self'" in policy
        and "frame-ancestors 'none'" in policy
        and "unsafe" not in policy
        and response.get("X-Content-Type-Options") == "nosniff"
        and response.get("Referrer-Policy") == "same-origin"
        and response.get("X-Frame-Options") == "DENY"
    )


def is_kept_nowhere(response) -> bool:
    kept = {part.strip() for part in response.get("Cache-Control", "").split(",")}
    return "no-store" in kept


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/accounts/login/", 200),
        ("/practices/", 302),
        ("/nowhere/", 404),
        ("/nowhere", 404),
        ("/practices/%00/", 404),
        ("/invitations/x/", 410),
    ],
)
def test_an_answer_to_the_signed_out_is_strict(path, status, client):
    response = client.get(path)

    assert response.status_code == status
    assert is_strict(response)
    assert is_kept_nowhere(response)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("outreach:today", 200),
        ("outreach:visit-export", 200),
        ("accounts:person-list", 403),
        ("outreach:task-done", 404),
    ],
)
def test_an_answer_to_the_signed_in_is_strict(name, status, signed_in, liaison):
    arguments = [1] if name.endswith("done") else []

    response = signed_in(liaison).post if arguments else signed_in(liaison).get
    response = response(reverse(name, args=arguments))

    assert response.status_code == status
    assert is_strict(response)
    assert is_kept_nowhere(response)


def test_a_refused_host_is_answered_strictly(client):
    response = client.get("/accounts/login/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert is_strict(response)
    assert is_kept_nowhere(response)


def test_a_forged_form_is_answered_strictly(liaison):
    client = Client(enforce_csrf_checks=True)
    client.force_login(liaison)

    response = client.post(reverse("outreach:task-create"), {"title": "x"})

    assert response.status_code == 403
    assert is_strict(response)
    assert is_kept_nowhere(response)


def test_an_error_is_answered_strictly(client, administrator, monkeypatch):
    monkeypatch.setattr(home, "LANDING", {})
    client.raise_request_exception = False
    client.force_login(administrator)

    response = client.get("/")

    assert response.status_code == 500
    assert is_strict(response)
    assert is_kept_nowhere(response)
    assert "KeyError" not in response.content.decode()


def test_the_way_to_a_second_factor_is_answered_strictly(client, liaison, settings):
    settings.REQUIRE_MFA = True
    client.force_login(liaison)

    response = client.get("/today/")

    assert response.status_code == 302
    assert is_strict(response)
    assert is_kept_nowhere(response)


def test_static_files_are_strict_and_may_be_kept(settings, tmp_path):
    (tmp_path / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings.STATIC_ROOT = tmp_path

    response = Client().get("/static/mark.svg")

    assert response.status_code == 200
    assert is_strict(response)
    assert not is_kept_nowhere(response)
    response.close()


def test_a_spoofed_address_does_not_evade_the_limit(client, settings):
    settings.TRUSTED_PROXY_COUNT = 0
    answers = [
        client.post(
            reverse("account_login"),
            {"login": f"person{number}@example.org", "password": "wrong horse battery"},
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        )
        for number in range(35)
    ]

    assert answers[0].status_code == 200
    assert b"Too many" in answers[-1].content or answers[-1].status_code == 429


def test_an_unknown_address_takes_the_time_of_a_known_one(client, liaison, monkeypatch):
    hashed = []
    original = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for address in (liaison.email, "nobody@example.org"):
        hashed.clear()
        client.post(
            reverse("account_login"),
            {"login": address, "password": "wrong horse battery"},
        )
        counts.append(len(hashed))

    assert counts[0] == counts[1] > 0
