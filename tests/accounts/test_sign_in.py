"""Signing in and out through allauth: what it tells, ends and records."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.services import people
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db
Action = AuditEvent.Action


@pytest.fixture
def sign_in(client):
    def post(email, password=PASSWORD, **extra):
        data = {"login": email, "password": password}
        return client.post(reverse("account_login"), data | extra)

    return post


def test_a_person_signs_in_with_address_and_password(sign_in, liaison, client):
    response = sign_in("Liaison@Example.org")

    assert response.url == "/"
    assert client.session["_auth_user_id"] == str(liaison.pk)


def test_a_wrong_password_and_an_unknown_address_answer_alike(sign_in, liaison):
    wrong = sign_in(liaison.email, "wrong horse battery")
    unknown = sign_in("nobody@example.org", "wrong horse battery")

    assert wrong.status_code == unknown.status_code == 200
    errors = [page.context["form"].errors for page in (wrong, unknown)]
    assert errors[0] == errors[1]


def test_signing_in_gets_a_new_session_key(sign_in, liaison, client):
    client.get(reverse("account_login"))
    session = client.session
    session["kept"] = "before"
    session.save()
    before = session.session_key

    sign_in(liaison.email)

    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"],
)
def test_next_stays_on_this_site(target, sign_in, liaison):
    assert sign_in(liaison.email, next=target).url == "/"


def test_next_leads_to_a_page_of_this_site(sign_in, liaison):
    assert sign_in(liaison.email, next="/account/").url == "/account/"


def test_a_deactivated_person_is_not_let_in(sign_in, liaison, client):
    User.objects.filter(pk=liaison.pk).update(is_active=False)

    response = sign_in(liaison.email)

    assert response.url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


def test_deactivating_ends_the_sessions(sign_in, liaison, administrator, client):
    sign_in(liaison.email)
    key = client.session.session_key

    people.deactivate_person(person=liaison, by=administrator, at=timezone.now())

    assert client.get("/").url.startswith(reverse("account_login"))
    assert not client.session.exists(key)


def test_after_many_wrong_passwords_the_right_one_is_refused(sign_in, liaison, client):
    for _ in range(10):
        sign_in(liaison.email, "wrong horse battery")

    sign_in(liaison.email)

    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client):
    page = client.get(reverse("account_signup"))
    client.post(
        reverse("account_signup"), {"email": "eve@example.org", "password1": PASSWORD}
    )

    assert b"by invitation" in page.content
    assert not User.objects.filter(email="eve@example.org").exists()


def test_a_reset_answers_alike_for_known_and_unknown_addresses(client, liaison):
    url = reverse("account_reset_password")

    known = client.post(url, {"email": liaison.email})
    unknown = client.post(url, {"email": "nobody@example.org"})

    assert known.url == unknown.url == reverse("account_reset_password_done")


def test_a_reset_link_sets_a_new_password_once(client, liaison):
    client.post(reverse("account_reset_password"), {"email": liaison.email})
    link = next(line for line in mail.outbox[0].body.splitlines() if "http" in line)
    form = client.get(link).url
    new = {"password1": "new horse battery", "password2": "new horse battery"}

    client.post(form, new)

    liaison.refresh_from_db()
    assert liaison.check_password("new horse battery")
    assert b"no longer works" in client.get(link).content


def test_a_reset_does_not_open_an_invited_or_deactivated_account(client, liaison):
    User.objects.filter(pk=liaison.pk).update(is_active=False)

    client.post(reverse("account_reset_password"), {"email": liaison.email})

    assert "/password/reset/key/" not in mail.outbox[0].body


def test_signing_in_is_audited_with_the_address(sign_in, liaison):
    sign_in(liaison.email)

    event = AuditEvent.objects.get(action=Action.SIGN_IN)
    assert (event.actor, event.address) == (liaison, "127.0.0.1")


def test_a_failed_sign_in_is_audited_with_what_was_tried(sign_in):
    sign_in("eve@example.org", "whatever it takes")

    event = AuditEvent.objects.get(action=Action.SIGN_IN_FAILED)
    assert (event.actor, event.subject) == (None, "eve@example.org")


def test_signing_out_is_audited(sign_in, liaison, client):
    sign_in(liaison.email)

    client.post(reverse("account_logout"))

    assert AuditEvent.objects.get(action=Action.SIGN_OUT).actor == liaison
    assert "_auth_user_id" not in client.session


def test_opening_the_sign_out_page_signs_nobody_out(sign_in, liaison, client):
    sign_in(liaison.email)

    client.get(reverse("account_logout"))

    assert "_auth_user_id" in client.session


def test_a_changed_password_is_audited_and_announced(sign_in, liaison, client):
    sign_in(liaison.email)

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "new horse battery",
            "password2": "new horse battery",
        },
    )

    assert AuditEvent.objects.get(action=Action.PASSWORD_CHANGED).actor == liaison
    assert mail.outbox[-1].to == [liaison.email]


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
@pytest.mark.parametrize(
    "value", ["\x00", "x" * 10_000, "\u202eevil@example.org", "[]"]
)
def test_no_input_breaks_the_public_forms(name, value, client):
    data = {"login": value, "email": value, "password": value}

    assert client.post(reverse(name), data).status_code == 200
