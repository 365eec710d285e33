"""A running export stops giving rows that are no longer in sight."""

import pytest
from django.utils import timezone

from accounts.exporting import in_sight_still
from accounts.models import User
from accounts.services import zips
from referrals.models import Practice
from tests.factories.referrals import PracticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(north):
    """`running(user)`: an export of four practices, two by two, begun with one row."""
    names = [f"Clinic {letter}" for letter in "ABCD"]
    for name in names:
        PracticeFactory(name=name, zip_code="37203")

    def begin(user):
        rows = Practice.objects.visible_to(user).order_by("name", "pk")
        export = in_sight_still(rows, user=user, size=2)
        assert next(export).name == "Clinic A"
        return export

    return begin


def test_rows_come_in_their_order(running, liaison):
    assert [row.name[-1] for row in running(liaison)] == ["B", "C", "D"]


def test_zips_that_go_elsewhere_take_the_rest_with_them(
    running, liaison, south, administrator
):
    export = running(liaison)

    zips.reassign_zips(
        zips={"37203"},
        territory=south,
        on=timezone.localdate(),
        by=administrator,
        at=timezone.now(),
    )

    assert [row.name for row in export] == ["Clinic B"]


def test_an_assignment_that_ends_stops_it(running, liaison):
    export = running(liaison)

    liaison.assignments.update(ends_on=timezone.localdate())

    assert [row.name for row in export] == ["Clinic B"]


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "liaison"}])
def test_who_sees_all_is_asked_again_too(change, running, administrator):
    export = running(administrator)

    User.objects.filter(pk=administrator.pk).update(**change)

    assert [row.name for row in export] == ["Clinic B"]
