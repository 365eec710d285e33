from django.utils import timezone

from referrals.models import Change, Physician, Practice, Proposal
from referrals.services import directory
from tests.factories.referrals import (
    PhysicianFactory,
    PracticeFactory,
    ProposalFactory,
    SpecialtyFactory,
)

NOW = timezone.now()


def test_rows_keep_their_other_origins_and_grow_by_one_version(manager):
    registry = {"source": "registry", "on": "2026-01-02"}
    practice = PracticeFactory(provenance={"fax": registry})

    directory.change_many(rows=[practice], values={"tier": "A"}, by=manager, at=NOW)

    practice.refresh_from_db()
    told = {"source": "person", "on": f"{timezone.localdate(NOW)}", "by": manager.pk}
    assert practice.provenance == {"fax": registry, "tier": told}
    assert (practice.tier, practice.version) == ("A", 2)


def test_a_row_that_has_the_value_is_not_told_anew(manager):
    rows = [PracticeFactory(tier="A"), PracticeFactory(tier="B")]

    directory.change_many(rows=rows, values={"tier": "A"}, by=manager, at=NOW)

    assert Change.objects.get().row == rows[1].pk
    assert Practice.objects.get(pk=rows[0].pk).version == 1


def test_the_journal_knows_each_value_before(manager, liaison):
    rows = [PracticeFactory(tier="A", owner=liaison), PracticeFactory()]

    values = {"tier": "C", "owner": manager}
    directory.change_many(rows=rows, values=values, by=manager, at=NOW)

    before = [change.before for change in Change.objects.order_by("row")]
    assert [one["tier"] for one in before] == ["A", ""]
    assert [one["owner"] for one in before] == [liaison.pk, None]
    assert before[0]["provenance"] == {"tier": None, "owner": None}


def test_other_specialties_of_many_are_written_with_origin_and_history(manager):
    one, other = SpecialtyFactory(code="1A"), SpecialtyFactory(code="2B")
    rows = PhysicianFactory.create_batch(2)
    rows[0].other_specialties.add(one)

    values = {"other_specialties": [other], "tier": "A"}
    directory.change_many(rows=rows, values=values, by=manager, at=NOW)

    for row in Physician.objects.all():
        assert [*row.other_specialties.all()] == [other]
        assert {*row.provenance} == {"other_specialties", "tier"}
    told = Change.objects.filter(after__has_key="other_specialties").order_by("row")
    before = [change.before["other_specialties"] for change in told]
    assert before == [str(one.pk), ""]


def test_proposals_for_what_stands_there_now_are_accepted(manager):
    practice = PracticeFactory()
    proposal = ProposalFactory(practice=practice, field="tier", value="A")

    directory.change_many(rows=[practice], values={"tier": "A"}, by=manager, at=NOW)

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.ACCEPTED


def test_many_rows_take_as_few_statements_as_one(
    manager, django_assert_max_num_queries
):
    rows = PracticeFactory.create_batch(100)

    with django_assert_max_num_queries(6):
        directory.change_many(rows=rows, values={"tier": "A"}, by=manager, at=NOW)
