import datetime as dt
import threading

import pytest
from django.db import connection

from accounts.models import AuditEvent
from referrals.models import RosterEntry
from referrals.services import ChangedMeanwhile
from referrals.services import roster as services
from tests.factories.referrals import RosterEntryFactory, npi_of

pytestmark = pytest.mark.django_db

NPI = npi_of(501)
JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, month, 1) for month in range(1, 5))


def values(start, end=None, status="employed", organization_npi=""):
    return {
        "network_status": status,
        "organization_npi": organization_npi,
        "effective_from": start,
        "effective_to": end,
    }


def entry(start, end=None, **fields):
    return RosterEntryFactory(npi=NPI, effective_from=start, effective_to=end, **fields)


def spans():
    found = RosterEntry.objects.filter(npi=NPI).order_by("effective_from")
    return list(found.values_list("network_status", "effective_from", "effective_to"))


def test_an_entry_is_added_and_audited(manager):
    services.add_roster_entry(npi=NPI, values=values(JANUARY, MARCH), by=manager)

    event = AuditEvent.objects.get()
    assert spans() == [("employed", JANUARY, MARCH)]
    assert event.actor == manager
    assert event.subject == f"Roster entry added: NPI {NPI}"
    assert event.detail["entry"] == [None, "employed, Jan 1, 2026 to Mar 1, 2026"]


def test_the_same_entry_added_twice_is_one(manager):
    for _ in range(2):
        services.add_roster_entry(npi=NPI, values=values(JANUARY), by=manager)

    assert spans() == [("employed", JANUARY, None)]
    assert AuditEvent.objects.count() == 1


def test_an_entry_may_begin_on_the_day_another_ends(manager):
    entry(JANUARY, FEBRUARY)

    services.add_roster_entry(npi=NPI, values=values(FEBRUARY), by=manager)

    assert len(spans()) == 2


def test_an_entry_may_leave_days_without_one(manager):
    entry(JANUARY, FEBRUARY)

    services.add_roster_entry(npi=NPI, values=values(MARCH), by=manager)

    assert len(spans()) == 2


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (JANUARY, dt.date(2026, 2, 2)),
        (dt.date(2026, 2, 27), None),
        (JANUARY, None),
        (dt.date(2026, 2, 10), dt.date(2026, 2, 12)),
        (FEBRUARY, MARCH),
    ],
)
def test_an_entry_that_overlaps_is_refused_and_the_other_named(manager, start, end):
    entry(FEBRUARY, MARCH)

    with pytest.raises(services.NotPossible, match="employed, Feb 1, 2026 to Mar 1"):
        services.add_roster_entry(
            npi=NPI, values=values(start, end, status="competitor"), by=manager
        )


def test_an_entry_that_ends_before_it_begins_is_refused(manager):
    with pytest.raises(services.NotPossible, match="not after"):
        services.add_roster_entry(npi=NPI, values=values(MARCH, MARCH), by=manager)


def test_other_numbers_do_not_stand_in_the_way(manager):
    RosterEntryFactory(effective_from=JANUARY)

    services.add_roster_entry(npi=NPI, values=values(JANUARY), by=manager)

    assert len(spans()) == 1


def test_a_change_says_what_it_was_and_what_it_became(manager):
    was = entry(JANUARY)

    services.change_roster_entry(
        entry=was, values=values(FEBRUARY, status="affiliated"), version=1, by=manager
    )

    event = AuditEvent.objects.get()
    assert spans() == [("affiliated", FEBRUARY, None)]
    assert event.detail["network_status"] == ["employed", "affiliated"]
    assert event.detail["effective_from"] == ["2026-01-01", "2026-02-01"]
    assert "organization_npi" not in event.detail


def test_who_saw_an_older_version_is_told(manager):
    was = entry(JANUARY)
    services.change_roster_entry(
        entry=was, values={"effective_to": MARCH}, version=1, by=manager
    )

    with pytest.raises(ChangedMeanwhile):
        services.change_roster_entry(
            entry=was, values={"effective_to": APRIL}, version=1, by=manager
        )

    assert spans() == [("employed", JANUARY, MARCH)]


def test_the_same_change_twice_is_one(manager):
    was = entry(JANUARY)

    for _ in range(2):
        services.change_roster_entry(
            entry=was, values={"effective_to": MARCH}, version=1, by=manager
        )

    assert AuditEvent.objects.count() == 1


def test_a_change_of_an_entry_that_is_gone_is_told(manager):
    was = entry(JANUARY)
    RosterEntry.objects.all().delete()

    with pytest.raises(ChangedMeanwhile):
        services.change_roster_entry(
            entry=was, values={"effective_to": MARCH}, version=1, by=manager
        )


def test_a_change_into_another_entry_is_refused(manager):
    first = entry(JANUARY, FEBRUARY)
    entry(MARCH)

    with pytest.raises(services.NotPossible, match="Mar 1, 2026 to open"):
        services.change_roster_entry(
            entry=first, values={"effective_to": APRIL}, version=1, by=manager
        )


def test_a_deleted_entry_is_kept_in_the_audit(manager):
    services.delete_roster_entry(entry=entry(JANUARY), version=1, by=manager)

    assert spans() == []
    event = AuditEvent.objects.get()
    assert event.detail["entry"] == ["employed, Jan 1, 2026 to open", None]


def test_an_entry_changed_meanwhile_is_not_deleted(manager):
    with pytest.raises(ChangedMeanwhile):
        services.delete_roster_entry(entry=entry(JANUARY), version=7, by=manager)

    assert len(spans()) == 1


def change_status(by, seen, since=MARCH, status="affiliated"):
    return services.change_network_status(
        npi=NPI, status=status, organization_npi="", since=since, seen=seen, by=by
    )


def test_a_new_status_closes_the_open_entry_and_opens_the_next(manager):
    change_status(manager, services.seen_of(entry(JANUARY)))

    assert spans() == [("employed", JANUARY, MARCH), ("affiliated", MARCH, None)]


def test_a_new_status_sent_twice_is_one(manager):
    seen = services.seen_of(entry(JANUARY))

    for _ in range(2):
        change_status(manager, seen)

    assert len(spans()) == 2
    assert AuditEvent.objects.count() == 1


def test_a_new_status_needs_no_entry_before_it(manager):
    change_status(manager, services.seen_of(None))

    assert spans() == [("affiliated", MARCH, None)]


def test_a_new_status_from_before_the_open_entry_is_refused(manager):
    seen = services.seen_of(entry(MARCH))

    with pytest.raises(services.NotPossible, match="begins on or after this day"):
        change_status(manager, seen, since=MARCH)


def test_of_two_who_change_the_status_the_second_is_told(manager):
    seen = services.seen_of(entry(JANUARY))
    change_status(manager, seen)

    with pytest.raises(ChangedMeanwhile):
        change_status(manager, seen, since=APRIL, status="competitor")


def test_an_older_entry_in_the_future_stands_in_the_way(manager):
    entry(APRIL, dt.date(2026, 5, 1))

    with pytest.raises(services.NotPossible, match="Apr 1, 2026 to May 1"):
        change_status(manager, services.seen_of(None))


@pytest.mark.django_db(transaction=True)
def test_many_who_add_at_once_make_no_overlap(manager):
    """Spans that begin on different days: no constraint keeps them apart."""

    def add(day):
        try:
            services.add_roster_entry(
                npi=NPI, values=values(dt.date(2026, 1, day), APRIL), by=manager
            )
        except services.NotPossible:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=[day]) for day in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(spans()) == 1
