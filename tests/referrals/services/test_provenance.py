import datetime as dt

import pytest
from django.utils import timezone

from referrals.models import Practice, Proposal
from referrals.services import directory
from referrals.services.journal import Journal
from referrals.services.provenance import IMPORT, REGISTRY, Teller
from tests.factories.referrals import PracticeFactory

NOON = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)


@pytest.fixture
def practice(db):
    return PracticeFactory(phone="", version=1)


def tell(practice, source, **values):
    """What a file of this source says; (fields changed, offers made)."""
    practice.refresh_from_db()
    teller = Teller(source=source, at=NOON)
    changed = teller.tell(practice, values)
    journal = Journal(at=NOON)
    journal.update([practice], [*values, "provenance"])
    return changed, teller.offer(journal)


def typed(practice, by, **values):
    practice.refresh_from_db()
    return directory.change(
        subject=practice, values=values, version=practice.version, by=by, at=NOON
    )


def test_a_told_value_says_where_it_came_from(practice):
    assert tell(practice, REGISTRY, phone="6155550100") == (["phone"], 0)
    assert practice.provenance["phone"] == {"source": "registry", "on": "2026-03-10"}


def test_a_blank_says_nothing(practice):
    tell(practice, REGISTRY, phone="6155550100")

    assert tell(practice, REGISTRY, phone="") == ([], 0)
    assert practice.phone == "6155550100"


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        (REGISTRY, REGISTRY, "2"),
        (REGISTRY, IMPORT, "2"),
        (IMPORT, IMPORT, "2"),
        (IMPORT, REGISTRY, "1"),
    ],
)
def test_a_file_overwrites_its_like_and_the_registry_no_file(
    practice, first, second, stands
):
    tell(practice, first, name="1")
    _, offers = tell(practice, second, name="2")

    assert Practice.objects.get().name == stands
    assert offers == (0 if stands == "2" else 1)


def test_what_a_person_typed_is_never_overwritten_but_offered(practice, manager):
    typed(practice, manager, phone="6155550111")

    assert tell(practice, REGISTRY, phone="6155550100") == ([], 1)
    assert Practice.objects.get().phone == "6155550111"
    offer = Proposal.objects.get()
    assert (offer.value, offer.replaces) == ("6155550100", "6155550111")


def test_a_field_that_a_person_cleared_is_not_filled_again(practice, manager):
    tell(practice, REGISTRY, phone="6155550100")
    typed(practice, manager, phone="")

    tell(practice, REGISTRY, phone="6155550100")

    assert Practice.objects.get().phone == ""


def test_a_confirmed_field_is_not_overwritten(practice, manager):
    tell(practice, REGISTRY, phone="6155550100")
    directory.confirm(subject=practice, names=["phone"], by=manager, at=NOON)

    assert tell(practice, REGISTRY, phone="6155550199") == ([], 1)


@pytest.mark.parametrize("status", ["pending", "declined", "accepted"])
def test_the_same_value_is_offered_once(practice, manager, status):
    typed(practice, manager, phone="6155550111")
    tell(practice, REGISTRY, phone="6155550100")
    Proposal.objects.update(status=status)

    assert tell(practice, REGISTRY, phone="6155550100") == ([], 0)


def test_typing_what_was_offered_accepts_it(practice, manager):
    typed(practice, manager, phone="6155550111")
    tell(practice, REGISTRY, phone="6155550100")

    typed(practice, manager, phone="6155550100")

    offer = Proposal.objects.get()
    assert (offer.status, offer.decided_by) == (Proposal.Status.ACCEPTED, manager)


def test_the_second_editor_is_told_and_nothing_is_written(practice, manager):
    with pytest.raises(directory.ChangedMeanwhile):
        directory.change(
            subject=practice,
            values={"phone": "6155550100"},
            version=7,
            by=manager,
            at=timezone.now(),
        )

    assert Practice.objects.get().phone == ""


def test_an_address_that_another_practice_has_is_refused(practice, manager):
    place = {"address_line_1": "1 Elm Street", "city": "Nashville"}
    typed(PracticeFactory(), manager, **place)

    with pytest.raises(directory.AddressTaken):
        typed(practice, manager, **place)


def test_a_new_stage_is_put_on_record(practice, manager):
    typed(practice, manager, stage="met")

    change = practice.stage_changes.get()
    assert (change.stage, change.by, change.at) == ("met", manager, NOON)
