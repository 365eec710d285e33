import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals.models import Practice, TerritoryException
from tests.factories.referrals import (
    AffiliationFactory,
    NoteFactory,
    PhysicianFactory,
    ReferralFactory,
    RosterEntryFactory,
)


def url(practice, query=""):
    return reverse("referrals:practice-detail", args=[practice.pk]) + query


def test_it_shows_how_to_get_there_and_whom_to_call(text_of, liaison, north_practice):
    Practice.objects.filter(pk=north_practice.pk).update(phone="6155550100")

    text = text_of(liaison, url(north_practice))

    assert 'href="tel:6155550100"' in text
    assert "https://www.openstreetmap.org/search?query=" in text
    assert 'rel="noreferrer"' in text


def test_it_shows_its_people_and_their_network_status(
    text_of, liaison, north_practice, north_physician
):
    RosterEntryFactory(npi=north_physician.npi)

    text = text_of(liaison, url(north_practice))

    assert str(north_physician) in text
    assert "Employed" in text


def test_who_left_is_named_as_not_current_and_not_linked(
    text_of, liaison, north_practice
):
    gone = PhysicianFactory(last_name="Gone")
    AffiliationFactory(
        physician=gone, practice=north_practice, effective_to=dt.date(2020, 1, 1)
    )

    text = text_of(liaison, url(north_practice))

    assert "Not current" in text
    assert reverse("referrals:physician-detail", args=[gone.pk]) not in text


def test_referrals_are_counted_where_the_drill_down_finds_them(
    signed_in, liaison, north_practice, north_physician
):
    ReferralFactory.create_batch(
        3,
        referring_physician=north_physician,
        received_on=timezone.localdate(),
    )
    client = signed_in(liaison)

    activity = reverse("referrals:practice-activity", args=[north_practice.pk])
    counted = client.get(activity).context["trend"].total
    listed = client.get(
        reverse("referrals:referral-list"), {"practice": north_practice.pk}
    )

    assert counted == listed.context["page"].paginator.count == 3


def test_a_compliance_officer_sees_no_referral(
    text_of, compliance_officer, north_practice, north_physician
):
    ReferralFactory(external_id="R-77", referring_physician=north_physician)

    activity = reverse("referrals:practice-activity", args=[north_practice.pk])
    text = text_of(compliance_officer, activity)

    assert "R-77" not in text
    assert "Referrals by month" not in text


@pytest.mark.parametrize(
    "name", ["practice-detail", "practice-activity", "practice-edit"]
)
def test_another_territorys_practice_is_not_there(
    signed_in, south_manager, north_practice, name
):
    client = signed_in(south_manager)
    made_up = reverse(f"referrals:{name}", args=[10**18])

    for address in (reverse(f"referrals:{name}", args=[north_practice.pk]), made_up):
        assert client.get(address).status_code == 404


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_practice, nonsense):
    assert "North Clinic" in text_of(liaison, url(north_practice, f"?{nonsense}"))


@pytest.mark.parametrize("people", [3, 90])
def test_a_page_needs_few_queries_however_many_work_there(
    signed_in, liaison, north_practice, people, django_assert_max_num_queries
):
    for place in AffiliationFactory.create_batch(people, practice=north_practice):
        RosterEntryFactory(npi=place.physician.npi)
    NoteFactory.create_batch(5, practice=north_practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        client.get(url(north_practice))


def test_what_happened_needs_few_queries(
    signed_in, liaison, north_practice, django_assert_max_num_queries
):
    for place in AffiliationFactory.create_batch(30, practice=north_practice):
        ReferralFactory(referring_physician=place.physician)
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        client.get(reverse("referrals:practice-activity", args=[north_practice.pk]))


def test_who_comes_today_is_named_first(text_of, liaison, north_practice):
    today = str(timezone.localdate().isoweekday())
    other = "1" if today != "1" else "2"
    for name, days in (("Aaron", other), ("Zora", today)):
        AffiliationFactory(
            practice=north_practice, physician__last_name=name, days=days
        )

    text = text_of(liaison, url(north_practice))

    here = text[text.index("Here today") : text.index("Hours</h3>")]
    assert "Zora" in here
    assert "Aaron" not in here


def test_the_hours_of_today_stand_out(text_of, liaison, north_practice):
    Practice.objects.update(hours="Mon-Sun 8-5\nHolidays closed")

    text = text_of(liaison, url(north_practice))

    assert '<li class="is-today">Mon-Sun 8-5' in text
    assert "<li>Holidays closed" in text


def test_a_territory_against_the_zip_code_is_told_with_its_dates(
    text_of, manager, south, north_practice
):
    TerritoryException.objects.create(
        practice=north_practice,
        territory=south,
        starts_on=dt.date(2026, 1, 5),
        reason="Opened from there",
    )

    text = text_of(manager, url(north_practice))

    assert "Against its ZIP code, from Jan 5, 2026: Opened from there" in text


def test_a_place_without_coordinates_is_said_to_be_approximate(
    text_of, liaison, north_practice
):
    assert "Approximate: the middle of ZIP code 37203" in text_of(
        liaison, url(north_practice)
    )

    Practice.objects.update(latitude=36.1, longitude=-86.8)

    assert "Approximate" not in text_of(liaison, url(north_practice))


def test_pinned_notes_stand_first_and_ones_own_can_be_changed(
    text_of, liaison, south_liaison, north_practice
):
    own = NoteFactory(practice=north_practice, author=liaison, text="Plain one")
    NoteFactory(practice=north_practice, text="Pinned one", is_pinned=True)

    text = text_of(liaison, url(north_practice))

    assert text.index("Pinned one") < text.index("Plain one")
    assert text.count("/edit/") == 1
    assert reverse("referrals:note-edit", args=[own.pk]) in text
