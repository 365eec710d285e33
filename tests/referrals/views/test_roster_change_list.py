import datetime as dt

import pytest
from django.urls import reverse

from tests.factories.referrals import RosterEntryFactory, npi_of

URL = reverse("referrals:roster-change-list")
EXPORT = reverse("referrals:roster-change-export")
DAYS = "?first=2026-01-01&second=2026-03-01"


def roster(number, *entries):
    """Entries (status, from, to) of the number, days of 2026 as (month, day)."""
    for status, start, end in entries:
        RosterEntryFactory(
            npi=npi_of(number),
            network_status=status,
            effective_from=dt.date(2026, *start) if start else dt.date(2020, 1, 1),
            effective_to=dt.date(2026, *end) if end else None,
        )


@pytest.fixture
def shown(signed_in, liaison):
    """`shown(query)`: [(number, before, after)] of the page."""

    def rows(query=DAYS):
        found = signed_in(liaison).get(URL + query).context["rows"]
        return [(entry.npi, entry.before, entry.after) for entry, *_ in found]

    return rows


def test_who_is_the_same_on_both_days_is_not_listed(shown):
    roster(1, ("employed", None, None))
    roster(2, ("employed", None, (2, 1)), ("employed", (2, 1), None))
    roster(3, ("employed", (2, 1), (2, 20)))

    assert shown() == []


def test_who_came_left_or_changed_is_listed_once(shown):
    roster(1, ("employed", (2, 1), None))
    roster(2, ("affiliated", None, (2, 1)))
    roster(3, ("independent", None, (2, 1)), ("employed", (2, 10), None))
    roster(
        4,
        ("independent", None, (1, 10)),
        ("employed", (1, 10), (2, 1)),
        ("competitor", (2, 1), (4, 1)),
    )

    assert shown() == [
        (npi_of(1), None, "employed"),
        (npi_of(2), "affiliated", None),
        (npi_of(3), "independent", "employed"),
        (npi_of(4), "independent", "competitor"),
    ]


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [("joined", [1, 3]), ("left", [2]), ("otherwise", [4, 5]), ("nonsense", range(6))],
)
def test_a_kind_of_change_can_be_chosen(shown, kind, numbers):
    roster(1, ("employed", (2, 1), None))
    roster(2, ("affiliated", None, (2, 1)))
    roster(3, ("competitor", None, (2, 1)), ("employed", (2, 1), None))
    roster(4, ("competitor", None, (2, 1)))
    roster(5, ("employed", None, (2, 1)), ("affiliated", (2, 1), None))

    found = [npi for npi, *_ in shown(f"{DAYS}&kind={kind}")]

    assert found == [npi_of(number) for number in numbers if number]


def test_the_kinds_are_counted(signed_in, liaison):
    roster(1, ("employed", (2, 1), None))
    roster(2, ("affiliated", None, (2, 1)))
    roster(3, ("employed", None, (2, 1)), ("affiliated", (2, 1), None))

    counts = signed_in(liaison).get(URL + DAYS).context["counts"]

    assert counts == {"joined": 1, "left": 1, "otherwise": 1}


def test_an_entry_that_begins_on_the_day_counts_and_one_that_ends_does_not(shown):
    roster(1, ("employed", (3, 1), None))
    roster(2, ("employed", None, (3, 1)))

    assert shown() == [(npi_of(1), None, "employed"), (npi_of(2), "employed", None)]


def test_days_in_the_wrong_order_are_put_right(shown):
    roster(1, ("employed", (2, 1), None))

    swapped = "?first=2026-03-01&second=2026-01-01"
    assert shown(swapped) == [(npi_of(1), None, "employed")]


def test_nobody_out_of_sight_is_named(
    text_of, liaison, north_physician, south_physician
):
    for physician in (north_physician, south_physician):
        RosterEntryFactory(npi=physician.npi, effective_from=dt.date(2026, 2, 1))

    for url in (URL, EXPORT):
        text = text_of(liaison, url + DAYS)
        assert "Northrup" in text
        assert south_physician.npi in text
        assert "Southey" not in text


def test_nonsense_in_the_query_is_no_error(text_of, liaison, nonsense):
    text_of(liaison, f"{URL}?{nonsense}&first={nonsense}&second=9999-12-31&kind=x")


def test_a_full_page_needs_few_queries(
    signed_in, liaison, django_assert_max_num_queries
):
    RosterEntryFactory.create_batch(60, effective_from=dt.date(2026, 2, 1))
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        client.get(URL + DAYS)
