import datetime as dt

import pytest
from django.utils import timezone

from outreach import stages
from referrals.models import (
    Affiliation,
    ImportRun,
    Practice,
    RosterEntry,
    StageChange,
    TerritoryException,
)
from referrals.pages import events, history
from referrals.services import affiliations, directory, merges, roster
from referrals.services.bulk import TerritoryChange
from tests.factories.outreach import VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
    RosterEntryFactory,
    SpecialtyFactory,
    npi_of,
)
from tests.referrals.imports.undone import take_back

NOW = timezone.now()
MAY = dt.date(2026, 5, 1)


def told(subject, user):
    """The history as (what, who, lines as text, note), newest first."""
    found = [*events.events_of(subject, user)]
    return [
        (
            entry.what,
            entry.who,
            [f"{one.label}: {one.before} > {one.after}" for one in entry.lines],
            entry.note,
        )
        for entry in history.entries_of(subject, found, user)
    ]


def join(kept, removed, by, *chosen):
    return merges.merge(
        kept=kept,
        removed=removed,
        chosen={*chosen},
        versions=(kept.version, removed.version),
        by=by,
        at=NOW,
    )


@pytest.fixture
def pair(north):
    return (
        PracticeFactory(name="Heart Clinic", phone=""),
        PracticeFactory(name="The Heart Clinic", phone="6155550100"),
    )


def test_a_merge_says_what_was_taken_over_and_what_came_along(pair, administrator):
    kept, removed = pair
    AffiliationFactory(practice=removed)

    join(kept, removed, administrator, "phone")

    assert told(kept, administrator) == [
        (
            "The Heart Clinic became a part of this",
            str(administrator),
            ["Phone: empty > (615) 555-0100"],
            "Came along: affiliations.",
        )
    ]


def test_the_undo_of_a_merge_is_told_by_both(pair, administrator):
    kept, removed = pair
    merge = join(kept, removed, administrator, "phone")

    merges.undo(merge=merge, by=administrator, at=NOW + dt.timedelta(minutes=1))

    undone, merged = told(kept, administrator)
    assert undone[0] == "Merge undone: The Heart Clinic is apart again"
    assert undone[2] == ["Phone: (615) 555-0100 > empty"]
    assert merged[0] == "The Heart Clinic became a part of this"
    whats = [what for what, *_ in told(removed, administrator)]
    assert whats == [
        "Merge undone: Heart Clinic is apart again",
        "Became a part of Heart Clinic",
    ]


def test_what_is_apart_again_out_of_sight_is_not_named(
    north_practice, south_practice, liaison, administrator
):
    merge = join(north_practice, south_practice, administrator)
    merges.undo(merge=merge, by=administrator, at=NOW)

    assert "South" not in str(told(north_practice, liaison))


def test_other_specialties_that_come_along_are_named_so(administrator):
    kept, removed = PhysicianFactory(), PhysicianFactory()
    removed.other_specialties.add(SpecialtyFactory())

    join(kept, removed, administrator)

    assert told(kept, administrator)[0][3] == "Came along: other specialties."


def test_an_import_and_its_undo_both_stand_in_the_history(bring_in, administrator):
    npi = npi_of(1)
    physician = PhysicianFactory(npi=npi, last_name="Lovelace", credential="")
    header = "npi,last_name,credential"
    run = bring_in("physicians", [header, f"{npi},Lovelace,DO"])
    assert take_back(run, by=administrator).status == ImportRun.Status.UNDONE

    undone, done = told(physician, administrator)

    assert undone[0] == f"Import of {run.file_name} undone: changed"
    assert undone[1:3] == (str(administrator), ["Credential: DO > empty"])
    assert done[:3] == (
        "Changed",
        f"import of {run.file_name}",
        ["Credential: empty > DO"],
    )


def test_a_stage_by_rule_and_one_that_a_person_set_say_why(
    north_practice, liaison, manager
):
    values, version = {"stage": "referring"}, north_practice.version
    directory.change(
        subject=north_practice,
        values=values,
        version=version,
        by=manager,
        at=NOW,
        reason="They called",
    )
    step = {"at": NOW + dt.timedelta(days=1), "stage": "dormant"}
    StageChange.objects.create(practice=north_practice, reason="Silent", **step)

    by_rule, by_person = told(north_practice, manager)

    assert by_rule == ("Stage: Dormant", "the rule of stages", [], "Silent")
    assert by_person[2:] == (["Stage: Prospect > Referring"], "They called")


def test_affiliations_are_told_by_both_ends(north_practice, north, manager, region):
    physician = PhysicianFactory(last_name="Lovelace")
    values = {
        "effective_from": MAY,
        "effective_to": None,
        "is_primary": True,
        "role": "",
        "days": "13",
    }
    place = affiliations.add_affiliation(
        practice=north_practice, physician=physician, values=values, by=manager, at=NOW
    )
    affiliations.change_affiliation(
        place=place,
        values=values | {"days": "5"},
        seen=affiliations.seen_of(place),
        by=manager,
        at=NOW + dt.timedelta(days=1),
    )

    changed, added = told(north_practice, manager)

    assert changed[0] == f"{physician} changed"
    assert changed[2] == ["Days: Mon, Wed > Fri"]
    assert added[0] == f"{physician} added"
    assert added[2] == [
        "From: None > May 1, 2026",
        "Main site: None > Yes",
        "Days: None > Mon, Wed",
    ]
    assert told(physician, manager)[0][0] == "North Clinic changed"


def test_an_affiliation_at_a_practice_out_of_sight_is_not_told(
    south_practice, south_physician, liaison, administrator, north_practice
):
    here = {"practice": north_practice, "is_primary": False}
    AffiliationFactory(physician=south_physician, **here)
    place = Affiliation.objects.get(practice=south_practice)
    values = {"effective_to": MAY}
    affiliations.change_affiliation(
        place=place,
        values=values,
        seen=affiliations.seen_of(place),
        by=administrator,
        at=NOW,
    )

    assert told(south_physician, liaison) == []
    assert len(told(south_physician, administrator)) == 1


def test_the_roster_is_told_on_the_page_of_its_holder(administrator):
    physician = PhysicianFactory()
    entry = roster.add_roster_entry(
        npi=physician.npi,
        values={"network_status": "employed", "effective_from": MAY},
        by=administrator,
    )
    roster.delete_roster_entry(entry=entry, version=1, by=administrator)

    removed, added = told(physician, administrator)

    assert removed[0] == "Roster entry removed"
    assert added[:3] == (
        "Roster entry added",
        str(administrator),
        ["Network status: None > Employed", "From: None > May 1, 2026"],
    )
    assert not RosterEntry.objects.exists()


def test_an_exception_of_territory_is_told(north_practice, south, administrator):
    today = timezone.localdate(NOW)
    change = TerritoryChange(south, today, administrator, "Moved")

    change.write([north_practice], by=administrator, at=NOW)

    entry = told(north_practice, administrator)[0]
    assert entry[0] == "Territory added"
    assert "Territory: None > South" in entry[2]
    assert TerritoryException.objects.get().reason == "Moved"


def test_the_rule_of_stages_tells_its_moves(north_practice, liaison, manager):
    VisitFactory(practice=north_practice, liaison=liaison)
    stages.follow_all(at=NOW)

    assert told(north_practice, manager)[0][0].startswith("Stage: ")


def test_a_long_history_costs_as_few_queries_as_a_short_one(
    signed_in, manager, north_practice, django_assert_max_num_queries
):
    client = signed_in(manager)
    for number in range(30):
        RosterEntryFactory()
        place = AffiliationFactory(practice=north_practice)
        affiliations.change_affiliation(
            place=place,
            values={"role": f"Role {number}"},
            seen=affiliations.seen_of(place),
            by=manager,
            at=NOW,
        )
        StageChange.objects.create(practice=north_practice, stage="met", at=NOW)

    with django_assert_max_num_queries(12):
        answer = client.get(f"/practices/{north_practice.pk}/history/?page=2")
    assert answer.context["page"].paginator.count == 60
    assert Practice.objects.exists()
