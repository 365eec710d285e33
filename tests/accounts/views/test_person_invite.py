import pytest
from django.core import mail

from accounts.forms.people import PersonForm
from accounts.models import User
from accounts.views import people as view
from tests.factories.accounts import UserFactory

VALID = {"name": "Nia New", "email": "Nia@Example.org", "role": "liaison"}


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


def test_a_person_is_invited_by_mail(admin):
    response = admin.post("/people/invite/", VALID)

    person = User.objects.get(email="nia@example.org")
    assert response.url == f"/people/{person.pk}/"
    assert person.is_invited
    assert mail.outbox[0].to == ["nia@example.org"]


def test_a_person_is_invited_into_a_territory(admin, north):
    admin.post(
        "/people/invite/", VALID | {"territory": north.pk, "starts_on": "2026-03-01"}
    )

    person = User.objects.get(email="nia@example.org")
    assert person.assignments.get().territory == north


def test_errors_stand_beside_the_fields_and_values_stay(admin, liaison):
    response = admin.post("/people/invite/", VALID | {"email": liaison.email})

    assert response.status_code == 200
    assert "email" in response.context["form"].errors
    assert 'value="Nia New"' in response.content.decode()
    assert not mail.outbox


def test_what_the_form_does_not_show_is_not_set(admin):
    admin.post(
        "/people/invite/",
        VALID | {"is_active": "1", "password": "x" * 20, "joined_at": "2020-01-01"},
    )

    person = User.objects.get(email="nia@example.org")
    assert not person.is_active
    assert person.joined_at is None
    assert not person.has_usable_password()


def test_a_mail_server_that_is_down_is_told(admin, monkeypatch):
    def refuse(**_):
        raise ConnectionRefusedError

    monkeypatch.setattr(view.people.emails, "send_invitation", refuse)

    page = admin.post("/people/invite/", VALID, follow=True)

    assert "could not be sent" in page.content.decode()


def test_an_imported_person_is_invited(admin):
    person = UserFactory(is_active=False, email="ida@example.org")

    admin.post(f"/people/{person.pk}/send/")

    person.refresh_from_db()
    assert person.is_invited
    assert mail.outbox[0].to == ["ida@example.org"]


def test_who_has_an_account_is_not_invited_again(admin, liaison):
    assert admin.post(f"/people/{liaison.pk}/send/").status_code == 404


def test_an_invitation_is_withdrawn(admin):
    admin.post("/people/invite/", VALID)
    person = User.objects.get(email="nia@example.org")

    admin.post(f"/people/{person.pk}/withdraw/")

    person.refresh_from_db()
    assert person.state == User.State.WITHOUT_ACCOUNT


def test_an_address_given_to_somebody_else_meanwhile_is_said(
    signed_in, administrator, liaison, monkeypatch
):
    monkeypatch.setattr(PersonForm, "clean_email", lambda self: "liaison@example.org")
    monkeypatch.setattr(PersonForm, "validate_unique", lambda self: None)
    monkeypatch.setattr(User, "validate_constraints", lambda self, exclude: None)
    data = {"name": "Twice", "email": "liaison@example.org", "role": "liaison"}

    response = signed_in(administrator).post("/people/invite/", data)

    assert "Another person has this email address." in response.content.decode()
    assert not User.objects.filter(name="Twice").exists()
