"""Two who write at the same moment, each in a thread and session of their own.

A pause in one of them gives the other the time to come between. SQLite lets one
write at a time: there the other waits, and the end is the same.
"""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from referrals.imports import registration
from referrals.models import FormerNpi, Physician, Practice, Proposal
from referrals.services import directory, journal, merges, proposals
from tests.at_once import Gap, at_once
from tests.factories.accounts import UserFactory
from tests.factories.referrals import PhysicianFactory, PracticeFactory, npi_of
from tests.referrals.imports.undone import take_back

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "name,address_line_1,city,state,zip,phone"
ELM = "1 Elm Street,Nashville,TN,37203"


@pytest.fixture
def person():
    return UserFactory(role="administrator")


@pytest.fixture
def steward():
    return UserFactory(role="administrator")


@pytest.fixture
def practice():
    return PracticeFactory(name="Elm Family", phone="6155550100")


def typed(practice, person, **values):
    return directory.change(
        subject=practice,
        values=values,
        version=practice.version,
        by=person,
        at=timezone.now(),
    )


def accepted(proposal, by):
    proposal = Proposal.objects.get(pk=proposal.pk)
    return proposals.accept(
        proposals=[proposal],
        seen={proposal.pk: proposals.mark_of(proposal.subject, proposal.field)},
        reason="",
        by=by,
        at=timezone.now(),
    )


def proposed(practice, by, **values):
    return proposals.propose(
        subject=practice, values=values, note="", by=by, at=timezone.now()
    )[0]


def merge_of(kept, removed, by):
    return lambda: merges.merge(
        kept=kept,
        removed=removed,
        chosen=set(),
        versions=(kept.version, removed.version),
        by=by,
        at=timezone.now(),
    )


def test_of_two_editors_of_a_practice_one_saves_and_the_other_keeps_the_text(
    practice, person, steward
):
    url = reverse("referrals:practice-edit", args=[practice.pk])

    def saving(user, phone, fax):
        client = Client()
        client.force_login(user)
        shown = {"seen": practice.version, "initial-phone": "(615) 555-0100"}
        return lambda: client.post(url, shown | {"phone": phone, "fax": fax})

    answers = at_once(
        saving(person, "615-555-0111", ""),
        saving(steward, "615-555-0122", "615-555-0133"),
    )

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    practice.refresh_from_db()
    refused = next(answer for answer in answers if answer.status_code == 200)
    mine = "615-555-0111" if practice.phone == "6155550122" else "615-555-0122"
    assert mine in refused.text
    assert "Changed meanwhile" in refused.text


def test_of_two_stewards_who_accept_the_same_proposal_one_is_told(
    practice, person, steward
):
    proposal = proposed(practice, person, phone="6155550199")

    given = at_once(
        lambda: accepted(proposal, person), lambda: accepted(proposal, steward)
    )

    told = [one for one in given if one is not None]
    assert [type(one) for one in told] in (
        [proposals.AlreadyDecided],
        [proposals.FieldChanged],
    )
    practice.refresh_from_db()
    assert practice.phone == "6155550199"


def test_a_steward_and_an_editor_of_the_same_field_do_not_block_each_other(
    practice, person, steward, monkeypatch
):
    proposal = proposed(practice, person, phone="6155550199")
    gap = Gap()
    monkeypatch.setattr(proposals, "_end", gap.behind(proposals._end))

    given = at_once(
        lambda: accepted(proposal, steward),
        gap.second(lambda: typed(practice, person, phone="6155550199")),
    )

    assert given[0] is None
    assert given[1] in (["phone"],) or isinstance(given[1], directory.ChangedMeanwhile)
    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.ACCEPTED


def test_what_a_person_types_while_a_file_is_taken_stands(
    practice, person, bring_in, monkeypatch
):
    bring_in("practices", [HEADER, f"Oak,{ELM},615-555-0100"], source="first")
    oak, gap = Practice.objects.get(name="Oak"), Gap()
    monkeypatch.setattr(journal, "differences", gap.behind(journal.differences))

    def save():
        """As a person does: what somebody else wrote is shown, and saved again."""
        try:
            typed(oak, person, phone="6155550177")
        except directory.ChangedMeanwhile:
            typed(Practice.objects.get(pk=oak.pk), person, phone="6155550177")

    run, trouble = at_once(
        lambda: bring_in("practices", [HEADER, f"Oak,{ELM},615-555-0188"]),
        gap.second(save),
    )

    assert (run.status, trouble) == ("done", None)
    oak.refresh_from_db()
    assert oak.phone == "6155550177"
    assert oak.provenance["phone"]["source"] == "person"


def test_a_registry_row_of_who_is_merged_at_that_moment_makes_nobody_anew(
    person, bring_in, monkeypatch
):
    kept = PhysicianFactory(npi=npi_of(1), last_name="Nora")
    gone = PhysicianFactory(npi=npi_of(2), last_name="Nora")
    gap = Gap()
    monkeypatch.setattr(merges, "_remember", gap.behind(merges._remember))
    lines = [
        "NPI,Entity Type Code,Provider Last Name (Legal Name)",
        f"{gone.npi},1,NORAH",
    ]

    merged, run = at_once(
        merge_of(kept, gone, person), gap.second(lambda: bring_in("nppes", lines))
    )

    assert isinstance(merged, merges.Merge)
    assert (run.status, run.rows_created, run.rows_unchanged) == ("done", 0, 1)
    assert [*Physician.objects.all()] == [kept]
    assert FormerNpi.objects.get().npi == gone.npi


def test_a_merge_waits_for_the_import_that_writes_to_the_row_that_goes(
    person, bring_in, monkeypatch
):
    kept = PhysicianFactory(npi=npi_of(1), last_name="Nora")
    gone = PhysicianFactory(npi=npi_of(2), last_name="Nora")
    gap = Gap()
    monkeypatch.setattr(registration, "by_npi", gap.behind(registration.by_npi))
    lines = [
        "NPI,Entity Type Code,Provider Last Name (Legal Name)",
        f"{gone.npi},1,NORAH",
    ]

    run, merged = at_once(
        lambda: bring_in("nppes", lines), gap.second(merge_of(kept, gone, person))
    )

    assert run.status == "done"
    assert run.rows_updated == 1
    assert isinstance(merged, directory.ChangedMeanwhile)
    assert Physician.objects.get(pk=gone.pk).last_name == "Norah"


def test_what_a_person_types_while_the_import_that_made_the_row_is_undone_is_not_lost(
    person, bring_in, monkeypatch
):
    run = bring_in("practices", [HEADER, f"Oak,{ELM},615-555-0100"])
    oak, gap = Practice.objects.get(name="Oak"), Gap()
    monkeypatch.setattr(journal, "made", gap.behind(journal.made))

    undone, saved = at_once(
        lambda: take_back(run), gap.second(lambda: typed(oak, person, fax="6155550177"))
    )

    assert undone.status == "undone"
    is_there = Practice.objects.filter(pk=oak.pk, fax="6155550177").exists()
    assert is_there == (saved == ["fax"])
    assert is_there or isinstance(saved, directory.ChangedMeanwhile)
    assert connection.vendor in ("sqlite", "postgresql")
