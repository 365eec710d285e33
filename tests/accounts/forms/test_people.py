import pytest

from accounts.forms.people import (
    AcceptInvitationForm,
    InvitationForm,
    PersonFilterForm,
    PersonForm,
)
from accounts.models import User

pytestmark = pytest.mark.django_db


def test_an_address_in_use_is_refused_in_any_case(liaison, administrator):
    data = {"name": "Nia", "email": "LIAISON@example.org", "role": "liaison"}

    form = InvitationForm(data, user=administrator)

    assert "Another person" in form.errors["email"][0]


def test_a_person_keeps_their_own_address(liaison):
    data = {"name": "Lea", "email": "Liaison@example.org", "role": "liaison"}

    assert PersonForm(data, instance=liaison).is_valid()


def test_a_territory_needs_a_first_day(north, administrator):
    data = {
        "name": "Nia",
        "email": "nia@example.org",
        "role": "liaison",
        "territory": north.pk,
        "starts_on": "",
    }

    assert "starts_on" in InvitationForm(data, user=administrator).errors


@pytest.mark.parametrize("role", ["", "root", "Administrator", "administrator\x00"])
def test_a_role_is_one_of_six(role, administrator):
    data = {"name": "Nia", "email": "nia@example.org", "role": role}

    assert "role" in InvitationForm(data, user=administrator).errors


@pytest.mark.parametrize(
    "password", ["", "short", "password1234", "liaison@example.org", "Lea Liaison 1"]
)
def test_a_weak_password_is_refused(password, liaison):
    form = AcceptInvitationForm({"name": "Lea", "password": password}, person=liaison)

    assert "password" in form.errors


@pytest.mark.parametrize(
    "asked",
    [{"role": "root"}, {"state": "x"}, {"q": "\x00"}, {"q": "x" * 10_000}],
)
def test_a_filter_that_makes_no_sense_is_ignored(asked, liaison):
    found = PersonFilterForm(asked).applied_to(User.objects.all())

    assert list(found) == [liaison]


def test_filters_narrow_together(liaison, manager):
    asked = {"q": "example.org", "role": "manager", "state": "active"}

    found = PersonFilterForm(asked).applied_to(User.objects.all())

    assert list(found) == [manager]
