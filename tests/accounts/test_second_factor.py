"""The second factor: required, secret at rest, and good for one use."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.services import people
from tests.factories.accounts import PASSWORD
from tests.test_permissions import TABLE

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPEN = {"account_logout", "account_reauthenticate"}
Action = AuditEvent.Action


@pytest.fixture
def app(rf, liaison):
    """An authenticator app of the liaison."""
    return totp.TOTP.activate(liaison, SECRET).instance


@pytest.fixture
def recovery(app, liaison):
    return RecoveryCodes.activate(liaison)


@pytest.fixture
def at_second_step(client, liaison):
    """The client, with the right password given and the code still to come."""

    def sign_in():
        client.logout()
        client.post(
            reverse("account_login"), {"login": liaison.email, "password": PASSWORD}
        )
        return client

    return sign_in


def code_now():
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))


def enter(client, code):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, rule in TABLE.items()
        if not rule.is_public and not rule.arguments and not name.startswith("mfa_")
    ],
)
def test_without_one_every_page_leads_to_setting_it_up(
    name, settings, signed_in, administrator
):
    settings.REQUIRE_MFA = True

    response = signed_in(administrator).get(reverse(name))

    if name in OPEN:
        assert response.status_code == 200
    else:
        assert (response.status_code, response.url) == (302, reverse("mfa_index"))


def test_the_page_that_sets_it_up_is_open(settings, signed_in, liaison):
    settings.REQUIRE_MFA = True

    assert b"no second factor yet" in signed_in(liaison).get("/accounts/2fa/").content


def test_with_one_every_page_opens(settings, signed_in, liaison, app):
    settings.REQUIRE_MFA = True

    assert signed_in(liaison).get(reverse("accounts:profile")).status_code == 200


def test_signed_out_people_are_asked_to_sign_in_first(settings, client, db):
    settings.REQUIRE_MFA = True

    assert client.get("/account/").url.startswith(reverse("account_login"))


def test_the_password_alone_signs_nobody_in_who_has_one(at_second_step, app):
    assert not is_signed_in(at_second_step())


def test_the_code_completes_the_sign_in(at_second_step, app):
    client = at_second_step()

    enter(client, code_now())

    assert is_signed_in(client)


def test_a_code_works_once(at_second_step, app):
    code = code_now()
    enter(at_second_step(), code)
    client = at_second_step()

    enter(client, code)

    assert not is_signed_in(client)


def test_a_wrong_code_is_refused_and_audited(at_second_step, app, liaison):
    client = at_second_step()

    enter(client, "000000" if code_now() != "000000" else "111111")

    assert not is_signed_in(client)
    event = AuditEvent.objects.get(action=Action.SIGN_IN_FAILED)
    assert event.detail == {"second_factor": "authenticator app"}
    assert event.actor == liaison


def test_a_recovery_code_works_once(at_second_step, recovery):
    code = recovery.get_unused_codes()[0]
    enter(at_second_step(), code)
    client = at_second_step()

    enter(client, code)

    assert not is_signed_in(client)


def test_secrets_are_not_readable_in_the_database(app, recovery):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert SECRET not in stored
    assert stored.count("v1.") == 2


@pytest.mark.django_db(transaction=True)
def test_who_just_signed_in_sets_up_an_app_and_gets_recovery_codes(
    settings, client, liaison
):
    settings.REQUIRE_MFA = True
    client.post(
        reverse("account_login"), {"login": liaison.email, "password": PASSWORD}
    )
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))

    response = client.post(reverse("mfa_activate_totp"), {"code": code})

    assert response.url == reverse("mfa_view_recovery_codes")
    assert client.get(response.url).status_code == 200
    kinds = [
        event.detail["kind"]
        for event in AuditEvent.objects.filter(action=Action.SECOND_FACTOR)
    ]
    assert sorted(kinds) == ["authenticator app", "recovery codes"]


def test_later_the_password_is_asked_again(signed_in, liaison):
    response = signed_in(liaison).get(reverse("mfa_activate_totp"))

    assert response.url.startswith(reverse("account_reauthenticate"))


def test_an_administrator_resets_what_was_lost(app, recovery, liaison, administrator):
    people.reset_second_factor(person=liaison, by=administrator)

    assert not Authenticator.objects.filter(user=liaison).exists()
    event = AuditEvent.objects.get(action=Action.SECOND_FACTOR)
    assert event.actor == administrator
    assert event.subject == liaison.name


def test_pages_of_passkeys_hold_no_inline_script(client, db):
    page = client.get(reverse("account_login")).content.decode()

    for script in page.split("<script")[1:]:
        opening = script.split(">")[0]
        assert "src=" in opening or "application/json" in opening
