import datetime as dt

import pytest

from accounts.forms.territories import (
    AssignmentForm,
    TerritoryForm,
    TerritoryZipsForm,
)
from accounts.models import TerritoryAssignment
from tests.factories.accounts import TerritoryFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def zips_of(north):
    """`zips_of(text)`: the bound form of the north."""

    def bind(text):
        return TerritoryZipsForm({"zip_codes": text}, territory=north)

    return bind


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", set()),
        ("37201", {"37201"}),
        ("37201, 37202\n37203;37204", {"37201", "37202", "37203", "37204"}),
        ("37201-1234 372021234", {"37201", "37202"}),
        ("37201-37203", {"37201", "37202", "37203"}),
        ("00501-00502", {"00501", "00502"}),
        ("37201 37201", {"37201"}),
    ],
)
def test_zip_codes_are_read_as_people_write_them(text, codes, zips_of):
    form = zips_of(text)

    assert form.is_valid()
    assert form.cleaned_data["zip_codes"] == codes


@pytest.mark.parametrize(
    "word",
    ["3720", "372011", "abc", "37205-37201", "00000-99999", "٣٧٢٠١", "-37201", "1e5"],
)
def test_what_is_no_zip_code_is_named(word, zips_of):
    form = zips_of(f"37201, {word}")

    assert not form.is_valid()
    assert word in form.errors["zip_codes"][0]


def test_of_many_bad_words_ten_are_named(zips_of):
    form = zips_of(" ".join(f"bad{number}" for number in range(25)))

    assert "and 15 more" in form.errors["zip_codes"][0]


def test_a_nul_in_the_list_is_an_error_of_the_form(zips_of):
    assert not zips_of("37201\x00").is_valid()


def test_the_form_shows_the_list_in_short(north, zips_of):
    form = TerritoryZipsForm(None, territory=north)

    assert form.initial["zip_codes"] == "37203"


def test_a_territory_is_not_put_below_what_lies_below_it(region, north, administrator):
    corner = TerritoryFactory(name="Corner", parent=north)
    data = {"name": region.name, "parent": corner.pk}

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
def assignment_of(north):
    def bind(user, starts_on, ends_on=""):
        data = {"user": user.pk, "starts_on": starts_on, "ends_on": ends_on}
        return AssignmentForm(data, instance=TerritoryAssignment(territory=north))

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
