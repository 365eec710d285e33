import datetime as dt

import pytest
from django.urls import reverse

from tests.factories.referrals import RosterEntryFactory, SpecialtyFactory, npi_of

URL = reverse("referrals:roster-list")


@pytest.fixture
def npis(signed_in, liaison):
    """`npis("?day=..")`: the NPIs that the list then shows."""

    def shown(query=""):
        response = signed_in(liaison).get(URL + query)
        return [entry.npi for entry, *holders in response.context["rows"]]

    return shown


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        (f"?npi={npi_of(77)}", True),
        (f"?npi={npi_of(77)[:5]}", True),
        ("?npi=9", False),
        ("?status=employed", True),
        ("?status=competitor", False),
        ("?day=2026-03-01", True),
        ("?day=2026-03-31", True),
        ("?day=2026-04-01", False),
    ],
)
def test_a_filter_finds_what_it_names(npis, query, hit):
    RosterEntryFactory(
        npi=npi_of(77),
        effective_from=dt.date(2026, 3, 1),
        effective_to=dt.date(2026, 4, 1),
    )

    assert npis(query) == ([npi_of(77)] if hit else [])


def test_who_is_in_sight_is_linked_and_nobody_else_is_named(
    text_of, liaison, north_physician, south_physician, north_organization
):
    for holder in (north_physician, south_physician, north_organization):
        RosterEntryFactory(npi=holder.npi)

    text = text_of(liaison, URL)

    assert reverse("referrals:physician-detail", args=[north_physician.pk]) in text
    assert "Northern Health" in text
    assert south_physician.npi in text
    assert "Southey" not in text


@pytest.mark.parametrize("sort", ["npi", "-status", "from", "-until"])
def test_every_column_sorts(npis, sort):
    RosterEntryFactory(npi=npi_of(77))

    assert npis(f"?sort={sort}") == [npi_of(77)]


def test_nonsense_in_the_query_is_no_error(text_of, liaison, nonsense):
    RosterEntryFactory()

    assert "Roster" in text_of(liaison, f"{URL}?{nonsense}")


def test_a_full_page_needs_few_queries(
    signed_in, liaison, django_assert_max_num_queries
):
    RosterEntryFactory.create_batch(60)
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        client.get(URL)


def test_the_statuses_of_the_day_are_counted(signed_in, liaison):
    RosterEntryFactory.create_batch(2)
    RosterEntryFactory(network_status="competitor", effective_to=dt.date(2020, 2, 1))

    response = signed_in(liaison).get(f"{URL}?day=2020-01-15&status=employed")

    assert dict(response.context["counts"]) == {
        "employed": 2,
        "affiliated": 0,
        "independent": 0,
        "competitor": 1,
    }


def test_a_name_finds_who_is_in_sight_only(npis, north_physician, south_physician):
    for physician in (north_physician, south_physician):
        RosterEntryFactory(npi=physician.npi)

    assert npis("?npi=northr") == [north_physician.npi]
    assert npis("?npi=southey") == []


def test_a_service_line_finds_who_is_in_sight_only(
    npis, north_physician, south_physician, cardiology
):
    specialty = SpecialtyFactory(service_line=cardiology)
    for physician in (north_physician, south_physician):
        RosterEntryFactory(npi=physician.npi)
        physician.specialty = specialty
        physician.save()

    assert npis(f"?service_line={cardiology.pk}") == [north_physician.npi]
