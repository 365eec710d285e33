import datetime as dt

import pytest

from accounts.forms.territories import AssignmentForm, TerritoryForm
from accounts.models import TerritoryAssignment
from tests.factories.accounts import TerritoryFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)


def test_a_territory_is_not_put_below_what_lies_below_it(region, north, administrator):
    corner = TerritoryFactory(name="Corner", parent=north)
    data = {"name": region.name, "parent": corner.pk, "colour": "red"}

    form = TerritoryForm(data, instance=region, user=administrator)

    assert "lies below it" in form.errors["parent"][0]


def test_a_territory_is_not_put_below_itself(north, administrator):
    data = {"name": north.name, "parent": north.pk}

    form = TerritoryForm(data, instance=north, user=administrator)

    assert "parent" in form.errors


@pytest.mark.parametrize("parent", ["999999", "9" * 30, "x", "-1"])
def test_a_parent_that_does_not_exist_is_refused(parent, administrator):
    form = TerritoryForm({"name": "New", "parent": parent}, user=administrator)

    assert "parent" in form.errors


@pytest.fixture
def assignment_of(north, administrator):
    def bind(user, starts_on, ends_on=""):
        data = {"user": user.pk, "starts_on": starts_on, "ends_on": ends_on}
        assignment = TerritoryAssignment(territory=north)
        return AssignmentForm(data, by=administrator, on=TODAY, instance=assignment)

    return bind


def test_an_assignment_ends_after_it_starts(assignment_of, manager):
    assert "ends_on" in assignment_of(manager, "2026-03-01", "2026-03-01").errors


def test_an_assignment_does_not_overlap_another_of_the_same_person(
    assignment_of, liaison
):
    assert "starts_on" in assignment_of(liaison, "2026-03-01").errors


def test_an_assignment_may_begin_on_the_day_another_ends(assignment_of, liaison):
    liaison.assignments.update(ends_on=dt.date(2026, 3, 1))

    assert assignment_of(liaison, "2026-03-01").is_valid()


def test_a_deactivated_person_is_not_assigned(assignment_of):
    person = UserFactory(is_active=False)

    assert "user" in assignment_of(person, "2026-03-01").errors


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30", "0000-00-00", "\x00"])
def test_a_day_that_does_not_exist_is_refused(day, assignment_of, manager):
    assert "starts_on" in assignment_of(manager, day).errors
