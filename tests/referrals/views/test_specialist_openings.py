"""Openings typed in one go, and the names that specialists are found by."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals.models import Availability, Term
from tests.factories.referrals import AvailabilityFactory, SpecialtyFactory, TermFactory

URL = reverse("referrals:specialist-openings")
TERMS = reverse("referrals:term-list")


@pytest.fixture
def cell(specialist, north_practice):
    """`cell(new=..)`: the fields of the specialist's row."""

    def fields(**values):
        known = {"new": "", "seen_new": "", "follow_up": "", "seen_follow_up": ""}
        prefix = f"{specialist.pk}-{north_practice.pk}"
        return {f"{prefix}-{name}": it for name, it in (known | values).items()}

    return fields


def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


def test_a_typed_day_is_an_opening(signed_in, coordinator, specialist, cell):
    response = signed_in(coordinator).post(URL, cell(new=tomorrow()))

    opening = specialist.openings.get()
    assert response.status_code == 302
    assert (opening.next_available_on, opening.kind) == (tomorrow(), "new")
    assert (opening.source, opening.checked_by) == ("typed", coordinator)


def test_what_was_not_touched_is_not_checked(
    signed_in, coordinator, specialist, north_practice, cell
):
    then = timezone.now() - dt.timedelta(days=9)
    AvailabilityFactory(
        profile=specialist,
        practice=north_practice,
        next_available_on=tomorrow(),
        checked_at=then,
    )
    seen = {"new": tomorrow(), "seen_new": tomorrow()}
    client = signed_in(coordinator)

    client.post(URL, cell(**seen))
    assert specialist.openings.get().checked_at == then

    client.post(URL, cell(**seen, is_checked="on"))
    assert specialist.openings.get().checked_at > then


def test_who_types_second_is_told_and_keeps_the_day(
    signed_in, coordinator, specialist, north_practice, cell
):
    AvailabilityFactory(profile=specialist, practice=north_practice)

    response = signed_in(coordinator).post(URL, cell(new=tomorrow()))

    text = response.content.decode()
    assert "Changed meanwhile" in text
    assert f'value="{tomorrow()}"' in text
    assert specialist.openings.get().next_available_on == timezone.localdate()


@pytest.mark.parametrize("day", ["soon", "0001-01-01", "9999-12-31", "2026-02-31"])
def test_a_day_that_is_none_is_told(signed_in, coordinator, specialist, cell, day):
    response = signed_in(coordinator).post(URL, cell(new=day))

    assert response.status_code == 200
    assert not Availability.objects.exists()


def test_a_service_line_shows_its_own(text_of, coordinator, specialist):
    specialty = SpecialtyFactory()

    assert "Orthwein" not in text_of(
        coordinator, f"{URL}?line={specialty.service_line_id}"
    )
    assert "Orthwein" in text_of(coordinator, f"{URL}?line=x")


def test_terms_are_listed_by_kind(text_of, coordinator, specialist):
    assert "Knee pain" in text_of(coordinator, TERMS)
    assert "Aetna" not in text_of(coordinator, TERMS)
    assert "Aetna" in text_of(coordinator, f"{TERMS}?kind=insurer")


def test_a_term_is_renamed(signed_in, coordinator, term):
    edit = reverse("referrals:term-edit", args=[term.pk])

    signed_in(coordinator).post(edit, {"name": "Sore knee", "synonyms": "a\nb; c\na"})

    term.refresh_from_db()
    names = [synonym.name for synonym in term.synonyms.all()]
    assert (term.name, names) == ("Sore knee", ["a", "b", "c"])


def test_a_name_that_is_taken_is_told(signed_in, coordinator, term, other_term):
    edit = reverse("referrals:term-edit", args=[term.pk])

    response = signed_in(coordinator).post(edit, {"name": other_term.name})

    assert "Merge the two" in response.content.decode()


def test_terms_of_one_kind_are_merged(signed_in, coordinator, term, other_term):
    insurer = TermFactory(kind="insurer", name="Aetna")
    merge = reverse("referrals:term-merge", args=[term.pk])
    client = signed_in(coordinator)

    assert client.post(merge, {"into": insurer.pk}).status_code == 200
    assert client.post(merge, {"into": term.pk}).status_code == 200
    assert client.post(merge, {"into": other_term.pk}).status_code == 302

    assert not Term.objects.filter(pk=term.pk).exists()
