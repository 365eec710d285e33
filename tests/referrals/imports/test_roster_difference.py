"""What a roster file would change, and what it ends when it is complete."""

import datetime as dt

import pytest

from referrals.imports import roster
from referrals.models import Difference, RosterEntry
from tests.factories.referrals import RosterEntryFactory, npi_of

pytestmark = pytest.mark.django_db

HEADER = "npi,network_status,organization_npi,effective_from,effective_to"
DAY = "2026-03-01"


def entry(number, start="2020-01-01", end=None, **fields):
    return RosterEntryFactory(
        npi=npi_of(number),
        effective_from=dt.date.fromisoformat(start),
        effective_to=end and dt.date.fromisoformat(end),
        **fields,
    )


def row(number, status="employed", start="2020-01-01", end="", organization=""):
    return f"{npi_of(number)},{status},{organization},{start},{end}"


@pytest.fixture
def take(bring_in):
    def bring(*rows, complete_on=None, **fields):
        options = {"complete_on": complete_on} if complete_on else {}
        return bring_in("roster", [HEADER, *rows], options=options, **fields)

    return bring


@pytest.fixture
def look(take):
    def bring(*rows, **fields):
        return take(*rows, is_dry_run=True, **fields)

    return bring


def differences(run, sort):
    found = run.differences.filter(sort=sort).order_by("subject", "pk")
    return list(found.values_list("subject", "before", "after"))


def ends():
    return dict(RosterEntry.objects.order_by("pk").values_list("npi", "effective_to"))


def test_a_dry_run_says_what_is_new_changed_ended_and_missing(look, counts):
    entry(2)
    entry(3)
    entry(4)
    entry(5)

    run = look(
        row(1, organization=npi_of(90)),
        row(2, "affiliated"),
        row(3, end="2026-01-01"),
        row(5),
        row(6, "friend"),
    )

    was = "employed, Jan 1, 2020 to open"
    assert counts(run) == (5, 1, 2, 1, 1)
    assert differences(run, "new") == [
        (npi_of(1), "", f"{was}, for {npi_of(90)}"),
    ]
    assert differences(run, "changed") == [
        (npi_of(2), was, "affiliated, Jan 1, 2020 to open")
    ]
    assert differences(run, "ended") == [
        (npi_of(3), was, "employed, Jan 1, 2020 to Jan 1, 2026")
    ]
    assert differences(run, "missing") == [(npi_of(4), was, "")]
    assert run.differences.get(sort="changed").line == 3


def test_a_dry_run_changes_nothing(look):
    entry(2)

    look(row(1), row(2, "affiliated"), complete_on=DAY)

    assert RosterEntry.objects.get().network_status == "employed"


def test_a_run_that_takes_the_file_keeps_no_differences(take):
    take(row(1))

    assert not Difference.objects.exists()


def test_a_bounded_number_is_kept_and_all_are_counted(look, monkeypatch):
    monkeypatch.setattr(Difference, "KEPT", 3)
    monkeypatch.setattr("referrals.imports.relational.DRY_CHUNK", 2)
    for number in range(11, 16):
        entry(number)

    run = look(*(row(number) for number in range(1, 8)))

    kept = [run.differences.filter(sort=sort).count() for sort in ("new", "missing")]
    assert kept == [3, 3]
    assert run.difference_count("new") == 7
    assert run.difference_count("missing") == 5


def test_entries_that_ended_already_are_not_missed(look):
    entry(1, end="2021-01-01")

    assert look(row(2)).difference_count("missing") == 0


def test_a_file_that_is_not_complete_ends_nothing(take):
    entry(1)

    take(row(2))

    assert ends()[npi_of(1)] is None


def test_a_complete_file_ends_what_is_not_in_it(take, counts):
    entry(1)
    entry(2)
    entry(3, end="2027-01-01")
    entry(4, end="2022-01-01")

    run = take(row(2), complete_on=DAY)

    day = dt.date.fromisoformat(DAY)
    assert ends() == {
        npi_of(1): day,
        npi_of(2): None,
        npi_of(3): day,
        npi_of(4): dt.date(2022, 1, 1),
    }
    assert counts(run) == (1, 0, 0, 1, 0)
    assert "Entries not in the file, ended on the day chosen: 2." in run.warnings
    assert RosterEntry.objects.get(npi=npi_of(1)).version == 2


def test_what_begins_later_stays_and_is_told(take):
    entry(1, start="2026-06-01")

    run = take(row(2), complete_on=DAY)

    assert ends()[npi_of(1)] is None
    assert any("begin on the day chosen or later" in text for text in run.warnings)


def test_a_complete_file_makes_room_for_the_next_status(take, counts):
    entry(1)

    run = take(row(1, "affiliated", start=DAY), complete_on=DAY)

    spans = RosterEntry.objects.values_list("network_status", "effective_to")
    assert counts(run) == (1, 1, 0, 0, 0)
    assert list(spans) == [("employed", dt.date(2026, 3, 1)), ("affiliated", None)]


def test_without_being_complete_the_next_status_overlaps(take, counts):
    entry(1)

    assert counts(take(row(1, "affiliated", start=DAY))) == (1, 0, 0, 0, 1)


@pytest.mark.parametrize(
    "rows",
    [
        [row(1, "friend", start="2026-02-01")],
        [row(1, start="2026-02-01"), row(1, "competitor", start="2026-02-02")],
    ],
)
def test_a_number_with_a_rejected_row_keeps_its_entries(take, rows):
    entry(1)

    take(*rows, row(2), complete_on=DAY)

    assert ends()[npi_of(1)] is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "has no row"),
        ([row(2), "1234567890,employed,,2020-01-01,"], "name no NPI"),
        ([row(2), "ragged,row"], "name no NPI"),
        ([row(2), ",employed,,2020-01-01,"], "name no NPI"),
    ],
)
def test_a_file_that_cannot_be_complete_is_refused(take, rows, said):
    entry(1)

    run = take(*rows, complete_on=DAY)

    assert run.status == "refused"
    assert said in run.error
    assert ends()[npi_of(1)] is None


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "0007-01-01"])
def test_a_day_that_is_none_refuses_the_file(take, day):
    assert take(row(1), complete_on=day).status == "refused"


def test_the_dry_run_and_the_run_agree(look, take):
    for number in range(1, 30):
        entry(number, end="2027-01-01" if number % 3 else None)
    rows = [row(number, "affiliated", start=DAY) for number in range(20, 40)]

    looked = look(*rows, complete_on=DAY)
    before = {one.npi: one.span for one in RosterEntry.objects.order_by("pk")}
    take(*rows, complete_on=DAY)

    after = {}
    for one in RosterEntry.objects.filter(effective_from__lt=DAY):
        after[one.npi] = one.span
    assert differences(looked, "missing") == sorted(
        (npi, span, after[npi]) for npi, span in before.items() if after[npi] != span
    )
    assert looked.difference_count("new") == RosterEntry.objects.count() - 29


def test_many_entries_are_ended_in_several_transactions(take, monkeypatch):
    monkeypatch.setattr(roster, "AT_ONCE", 2)
    for number in range(1, 8):
        entry(number)

    run = take(row(9), complete_on=DAY)

    assert set(ends().values()) == {dt.date(2026, 3, 1), None}
    assert "ended on the day chosen: 7." in run.warnings[-1]
    assert run.checkpoint == 1
