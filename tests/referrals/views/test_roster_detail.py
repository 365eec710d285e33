import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.attacks import are_alike, scrubbed
from tests.factories.referrals import RosterEntryFactory, npi_of

TODAY = dt.date(2026, 3, 15)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)


def url_of(npi):
    return reverse("referrals:roster-detail", args=[npi])


def spans_of(signed_in, user, npi):
    history = signed_in(user).get(url_of(npi)).context["history"]
    return [
        (span.entry and span.entry.network_status, span.start, span.end)
        for span in history.spans
    ]


def test_entries_are_shown_with_the_days_between_them(signed_in, liaison):
    first, gap, second = dt.date(2025, 1, 1), dt.date(2025, 6, 1), dt.date(2025, 7, 1)
    npi = npi_of(88)
    RosterEntryFactory(npi=npi, effective_from=second)
    RosterEntryFactory(npi=npi, effective_from=first, effective_to=gap)

    assert spans_of(signed_in, liaison, npi) == [
        ("employed", first, gap),
        (None, gap, second),
        ("employed", second, None),
    ]


def test_who_is_off_the_roster_today_is_shown_so(signed_in, liaison):
    first, last = dt.date(2025, 1, 1), dt.date(2025, 6, 1)
    RosterEntryFactory(npi=npi_of(88), effective_from=first, effective_to=last)

    assert spans_of(signed_in, liaison, npi_of(88))[-1] == (None, last, None)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
        (TODAY, TODAY + dt.timedelta(days=1)),
        (dt.date(2099, 1, 1), None),
        (TODAY, None),
    ],
)
def test_the_line_holds_every_span(signed_in, liaison, start, end):
    RosterEntryFactory(npi=npi_of(88), effective_from=start, effective_to=end)

    history = signed_in(liaison).get(url_of(npi_of(88))).context["history"]

    assert all(span.left >= 0 and span.width > 0 for span in history.spans)
    assert all(span.left + span.width <= 1004 for span in history.spans)
    assert 0 <= history.today <= 1000


def test_who_is_in_sight_is_linked(text_of, liaison, north_physician):
    page = text_of(liaison, url_of(north_physician.npi))

    assert reverse("referrals:physician-detail", args=[north_physician.pk]) in page


def test_who_is_out_of_sight_answers_as_nobody(
    signed_in, liaison, south_physician, south_organization
):
    client = signed_in(liaison)
    for holder in (south_physician, south_organization):
        asked = holder.npi, npi_of(99)
        known, unknown = (scrubbed(client.get(url_of(npi))) for npi in asked)

        assert are_alike(known, unknown, asked=asked)


@pytest.mark.parametrize("npi", ["123", "x" * 10, "12345678901", "١٢٣٤٥٦٧٨٩٠"])
def test_what_is_no_number_of_ten_digits_is_not_found(signed_in, liaison, npi):
    assert signed_in(liaison).get(url_of(npi)).status_code == 404


def test_only_who_may_change_it_is_offered_to(text_of, liaison, manager, north_entry):
    edit = reverse("referrals:roster-entry-edit", args=[north_entry.pk])

    assert edit not in text_of(liaison, url_of(north_entry.npi))
    assert edit in text_of(manager, url_of(north_entry.npi))


def test_a_long_history_needs_few_queries(
    signed_in, manager, django_assert_max_num_queries
):
    for year in range(1950, 2010):
        RosterEntryFactory(
            npi=npi_of(88),
            effective_from=dt.date(year, 1, 1),
            effective_to=dt.date(year + 1, 1, 1),
        )
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.get(url_of(npi_of(88)))


def test_a_physicians_page_leads_to_an_entry_with_the_number_filled_in(
    text_of, manager, north_physician
):
    page = text_of(
        manager, reverse("referrals:physician-detail", args=[north_physician.pk])
    )

    create = reverse("referrals:roster-entry-create")
    assert f"{create}?npi={north_physician.npi}" in page
