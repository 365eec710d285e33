import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from referrals.models import Change, RosterEntry
from referrals.services import ChangedMeanwhile, roster
from tests.factories.referrals import ImportRunFactory, RosterEntryFactory, npi_of

NPI = npi_of(7)
MARCH, JUNE = dt.date(2026, 3, 1), dt.date(2026, 6, 1)


def spans():
    entries = RosterEntry.objects.order_by("effective_from")
    fields = ("network_status", "effective_from", "effective_to")
    return [*entries.values_list(*fields)]


def undo(by, seen=None):
    newest = roster.newest_of(NPI)
    roster.undo_newest(npi=NPI, seen=seen or newest.pk, by=by, at=timezone.now())


@pytest.fixture
def moved(administrator):
    """Employed from March, by status change a competitor from June on."""
    entry = RosterEntryFactory(npi=NPI, effective_from=MARCH)
    roster.change_network_status(
        npi=NPI,
        status="competitor",
        organization_npi="",
        since=JUNE,
        seen=roster.seen_of(entry),
        by=administrator,
    )
    return entry


def test_both_steps_of_a_status_change_are_undone_at_once(moved, administrator):
    undo(administrator)

    assert spans() == [("employed", MARCH, None)]


def test_a_deleted_entry_comes_back(moved, administrator):
    before = spans()
    last = RosterEntry.objects.get(effective_from=JUNE)
    roster.delete_roster_entry(entry=last, version=last.version, by=administrator)

    undo(administrator)

    assert spans() == before


def test_an_undo_is_undone_by_nobody(moved, administrator):
    undo(administrator)

    with pytest.raises(ChangedMeanwhile):
        undo(administrator)


def test_only_the_change_that_was_seen_is_undone(moved, administrator):
    first = Change.objects.earliest("pk")

    with pytest.raises(ChangedMeanwhile):
        undo(administrator, seen=first.pk)

    assert len(spans()) == 2


def test_what_an_import_wrote_is_not_undone_here(moved, administrator):
    Change.objects.update(run=ImportRunFactory())

    with pytest.raises(ChangedMeanwhile):
        undo(administrator)


def test_the_undo_is_journalled_audited_and_makes_reports_due(moved, administrator):
    edited_at = RosterEntry.objects.latest("edited_at").edited_at

    undo(administrator)

    assert Change.objects.filter(is_undo=True, by=administrator).count() == 2
    assert RosterEntry.objects.get().edited_at > edited_at
    event = AuditEvent.objects.latest("at")
    assert event.subject == f"Roster change undone: NPI {NPI}"


def test_each_way_of_changing_the_roster_is_in_the_journal(moved, administrator):
    entry = RosterEntry.objects.get(effective_from=JUNE)
    values = {"organization_npi": npi_of(9)}
    told = {"entry": entry, "values": values, "version": 1, "by": administrator}
    roster.change_roster_entry(**told)

    kinds = [(one.before is None, one.after is None) for one in Change.objects.all()]
    assert kinds == [(False, False), (True, False), (False, False)]
    assert Change.objects.last().after["organization_npi"] == npi_of(9)
