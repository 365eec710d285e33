"""Sorting takes only what the list names, in a total order."""

import pytest

from liaison_crm.lib.sorting import may_be_empty, sorted_by
from referrals.models import Practice
from tests.factories.referrals import OrganizationFactory, PracticeFactory

FIELDS = {"name": "name", "organization": "organization__name"}


@pytest.mark.parametrize(
    ("asked", "current"),
    [
        ("name", "name"),
        ("-name", "-name"),
        ("--name", "name"),
        ("phone", "name"),
        ("organization__npi", "name"),
        ("", "name"),
        (None, "name"),
        ("\x00", "name"),
    ],
)
def test_what_the_list_does_not_name_sorts_by_the_default(asked, current):
    assert sorted_by(Practice.objects.all(), asked, FIELDS, default="name")[1] == (
        current
    )


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["organization", "-organization"])
def test_rows_without_a_value_come_last(asked):
    PracticeFactory(name="Alone")
    PracticeFactory(name="Part", organization=OrganizationFactory())

    rows, _ = sorted_by(Practice.objects.all(), asked, FIELDS, default="name")

    assert [row.name for row in rows] == ["Part", "Alone"]


@pytest.mark.parametrize(
    ("name", "empty"), [("name", False), ("organization", True), ("nothing", True)]
)
def test_only_fields_that_cannot_be_empty_sort_plainly(name, empty):
    assert may_be_empty(Practice, name) == empty
