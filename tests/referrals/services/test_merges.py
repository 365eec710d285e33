import datetime as dt

import pytest
from django.core import serializers
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent
from liaison_crm.lib.versions import ChangedMeanwhile
from outreach.models import Task, Visit
from referrals.models import (
    Affiliation,
    Change,
    FormerAddress,
    FormerNpi,
    Organization,
    Physician,
    Practice,
    Referral,
    RosterEntry,
    TerritoryException,
)
from referrals.services import merges
from tests.factories.outreach import TaskFactory, VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    ReferralFactory,
    RosterEntryFactory,
    SpecialtyFactory,
    TerritoryExceptionFactory,
    npi_of,
)

NOW = timezone.now()


@pytest.fixture
def join(administrator):
    """`join(kept, removed, "phone")`: merge, taking over those fields."""

    def merge(kept, removed, *chosen):
        return merges.merge(
            kept=kept,
            removed=removed,
            chosen={*chosen},
            versions=(kept.version, removed.version),
            by=administrator,
            at=NOW,
        )

    return merge


def snapshot(*models):
    """Every field of every row, but the bookkeeping of versions."""
    found = {}
    for model in models:
        rows = serializers.serialize("python", model.objects.order_by("pk"))
        for row in rows:
            row["fields"].pop("version", None)
        found[model] = rows
    return found


@pytest.fixture
def pair(db):
    kept = PracticeFactory(name="Heart Clinic", phone="")
    removed = PracticeFactory(
        name="The Heart Clinic",
        phone="6155550100",
        provenance={"phone": {"source": "person", "on": "2026-01-02", "by": 1}},
    )
    return kept, removed


def test_everything_attached_moves_over(join, pair, liaison):
    kept, removed = pair
    AffiliationFactory(practice=removed)
    ReferralFactory(referring_practice=removed)
    VisitFactory(practice=removed, liaison=liaison)
    TaskFactory(practice=removed, owner=liaison)

    join(kept, removed)

    assert Practice.objects.get() == kept
    for model, field in (
        (Affiliation, "practice"),
        (Referral, "referring_practice"),
        (Visit, "practice"),
        (Task, "practice"),
    ):
        assert getattr(model.objects.get(), field) == kept


def test_a_chosen_field_comes_with_its_origin(join, pair):
    kept, removed = pair

    join(kept, removed, "phone")

    kept.refresh_from_db()
    assert (kept.name, kept.phone) == ("Heart Clinic", "6155550100")
    assert kept.provenance == removed.provenance


def test_an_address_is_taken_over_as_a_whole(join, pair):
    kept, removed = pair
    old = kept.address_key

    join(kept, removed, "address_line_1")

    kept.refresh_from_db()
    assert (kept.address, kept.address_key) == (removed.address, removed.address_key)
    assert FormerAddress.objects.get().address_key == old


def test_the_undo_puts_every_row_and_field_back(join, pair, liaison, administrator):
    kept, removed = pair
    AffiliationFactory(practice=removed)
    ReferralFactory(referring_practice=removed)
    VisitFactory(practice=removed, liaison=liaison)
    shared = PhysicianFactory()
    for practice in pair:
        AffiliationFactory(practice=practice, physician=shared)
    models = (Practice, Affiliation, Referral, Visit, FormerAddress)
    before = snapshot(*models)
    merge = join(kept, removed, "name", "phone", "address_line_1")
    assert snapshot(*models) != before

    merges.undo(merge=merge, by=administrator, at=NOW)

    assert snapshot(*models) == before


def day(number):
    """Of May 2030; None is open."""
    return number and dt.date(2030, 5, number)


@pytest.mark.parametrize(
    ("kept_days", "removed_days", "left"),
    [
        ([(10, 20)], [(1, 10)], [(1, 10)]),
        ([(10, 20)], [(20, None)], [(20, None)]),
        ([(10, 20)], [(1, 15)], [(1, 10)]),
        ([(10, 20)], [(15, None)], [(20, None)]),
        ([(10, 20)], [(10, 20)], []),
        ([(10, None)], [(12, 14), (20, None)], []),
        ([(10, 20)], [(1, None)], [(1, 10), (20, None)]),
        ([(5, 8), (10, 12)], [(1, 11), (11, 31)], [(1, 5), (8, 10), (12, 31)]),
        ([], [(1, None)], [(1, None)]),
    ],
)
def test_exceptions_of_the_practice_that_stays_hold_and_the_others_make_way(
    join, pair, north, south, administrator, kept_days, removed_days, left
):
    for practice, territory, spans in zip(
        pair, (north, south), (kept_days, removed_days), strict=True
    ):
        for first, last in spans:
            TerritoryExceptionFactory(
                practice=practice,
                territory=territory,
                starts_on=day(first),
                ends_on=day(last),
                reason=f"In the {territory}",
                by=administrator,
            )
    before = snapshot(Practice, TerritoryException)

    merge = join(*pair)

    told = ("territory", "starts_on", "ends_on", "reason", "by")
    rows = pair[0].territory_exceptions.order_by("starts_on").values_list(*told)
    assert {*rows} == {
        (territory.pk, day(first), day(last), f"In the {territory}", administrator.pk)
        for territory, spans in ((north, kept_days), (south, left))
        for first, last in spans
    }
    assert len(rows) == len(kept_days) + len(left)

    merges.undo(merge=merge, by=administrator, at=NOW)

    assert snapshot(Practice, TerritoryException) == before


def test_what_both_have_stays_once(join, pair):
    kept, removed = pair
    shared = PhysicianFactory()
    for practice in pair:
        AffiliationFactory(practice=practice, physician=shared)

    join(kept, removed)

    assert Affiliation.objects.get().practice == kept


def test_the_undo_leaves_what_came_since(join, pair, administrator):
    kept, removed = pair
    merge = join(kept, removed)
    later = ReferralFactory(referring_practice=kept)
    Practice.objects.filter(pk=kept.pk).update(fax="6155550177")

    merges.undo(merge=merge, by=administrator, at=NOW)

    later.refresh_from_db()
    kept.refresh_from_db()
    assert (later.referring_practice, kept.fax) == (kept, "6155550177")
    assert Practice.objects.filter(pk=removed.pk).exists()


def test_a_merge_is_undone_once(join, pair, administrator):
    merge = join(*pair)
    merges.undo(merge=merge, by=administrator, at=NOW)

    with pytest.raises(merges.CannotUndo, match="already"):
        merges.undo(merge=merge, by=administrator, at=NOW)


def test_the_later_of_two_merges_is_undone_first(join, pair, administrator):
    kept, removed = pair
    first = join(kept, removed)
    kept.refresh_from_db()
    second = join(kept, PracticeFactory())

    with pytest.raises(merges.CannotUndo, match="that merge first"):
        merges.undo(merge=first, by=administrator, at=NOW)
    merges.undo(merge=second, by=administrator, at=NOW)
    merges.undo(merge=first, by=administrator, at=NOW)

    assert Practice.objects.count() == 3


def test_an_undo_whose_place_is_taken_changes_nothing(join, pair, administrator):
    kept, removed = pair
    merge = join(kept, removed)
    PracticeFactory(address_key=removed.address_key)
    before = snapshot(Practice, FormerAddress)

    with pytest.raises(merges.CannotUndo), transaction.atomic():
        merges.undo(merge=merge, by=administrator, at=NOW)

    assert snapshot(Practice, FormerAddress) == before


def test_whoever_saw_an_older_version_is_told(pair, administrator):
    kept, removed = pair

    with pytest.raises(ChangedMeanwhile):
        merges.merge(
            kept=kept,
            removed=removed,
            chosen=set(),
            versions=(1, 7),
            by=administrator,
            at=NOW,
        )

    assert Practice.objects.count() == 2


def test_a_row_is_not_merged_with_itself(join, pair):
    with pytest.raises(merges.CannotMerge):
        join(pair[0], pair[0])


def test_merges_and_their_undo_are_audited(join, pair, administrator):
    merges.undo(merge=join(*pair), by=administrator, at=NOW)

    actions = AuditEvent.objects.filter(actor=administrator)
    assert {*actions.values_list("action", flat=True)} == {
        "directory_merged",
        "merge_undone",
    }


def test_a_physicians_other_specialties_and_roster_move_over(join, db):
    kept, removed = PhysicianFactory(), PhysicianFactory()
    removed.other_specialties.add(SpecialtyFactory())
    RosterEntryFactory(npi=removed.npi)

    join(kept, removed)

    assert kept.other_specialties.count() == 1
    assert RosterEntry.objects.get().npi == kept.npi
    assert FormerNpi.objects.get().npi == removed.npi


def test_a_merge_of_physicians_is_undone_with_specialties_and_roster(
    join, administrator
):
    kept, removed = PhysicianFactory(), PhysicianFactory()
    shared = SpecialtyFactory()
    for physician in (kept, removed):
        physician.other_specialties.add(shared)
    RosterEntryFactory(npi=removed.npi)
    models = (Physician, RosterEntry, Physician.other_specialties.through)
    before = snapshot(*models)

    merges.undo(merge=join(kept, removed, "npi"), by=administrator, at=NOW)

    assert snapshot(*models) == before


def test_a_child_that_becomes_its_parent_belongs_to_the_grandparent(join, db):
    grandparent = OrganizationFactory()
    parent = OrganizationFactory(parent=grandparent)
    child = OrganizationFactory(parent=parent)

    join(child, parent)

    child.refresh_from_db()
    assert child.parent == grandparent
    assert Organization.objects.count() == 2


def test_files_find_the_merged_physician_under_the_former_npi(join, bring_in, counts):
    kept, removed = PhysicianFactory(npi=npi_of(1)), PhysicianFactory(npi=npi_of(2))
    join(kept, removed)
    header = "referral_id,received_on,referring_npi"

    bring_in("referrals", [header, f"R1,2026-01-05,{removed.npi}"])

    assert Referral.objects.get().referring_physician == kept
    assert Physician.objects.count() == 1


def test_the_registry_does_not_bring_a_merged_row_back(join, bring_in, counts):
    header = (
        "NPI,Entity Type Code,Provider Last Name (Legal Name),"
        "Provider First Line Business Practice Location Address,"
        "Provider Business Practice Location Address City Name,"
        "Provider Business Practice Location Address State Name,"
        "Provider Business Practice Location Address Postal Code"
    )
    lines = [
        header,
        f"{npi_of(1)},1,ADAMS,1 ELM ST,NASHVILLE,TN,37203",
        f"{npi_of(2)},1,ADAMS,2 OAK ST,NASHVILLE,TN,37203",
    ]
    bring_in("nppes", lines)
    join(*Practice.objects.order_by("pk"))
    join(*Physician.objects.order_by("pk"))

    again = bring_in("nppes", lines, is_forced=True)

    assert counts(again) == (2, 0, 0, 2, 0)
    assert (Practice.objects.count(), Physician.objects.count()) == (1, 1)


def test_the_journal_of_a_merge_knows_who_did_it(join, pair, administrator):
    merge = join(*pair)

    assert {*Change.objects.values_list("merge", "by")} == {
        (merge.pk, administrator.pk)
    }
