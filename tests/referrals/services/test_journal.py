import pytest
from django.utils import timezone

from referrals.models import Affiliation, Change, Practice
from referrals.services import journal
from referrals.services.journal import Journal
from tests.factories.referrals import (
    AffiliationFactory,
    ImportRunFactory,
    PhysicianFactory,
    PracticeFactory,
)


@pytest.fixture
def kept(db):
    return Journal(at=timezone.now(), run=ImportRunFactory())


def undo():
    taken_back = Journal(at=timezone.now(), is_undo=True)
    return journal.undo([*Change.objects.all()], taken_back)


def test_a_row_that_was_made_goes_away(kept):
    kept.create([Practice(name="New"), Practice(name="Newer")])

    assert undo() == (2, 0)
    assert not Practice.objects.exists()


def test_a_row_that_was_changed_since_stays(kept):
    kept.create([Practice(name="New")])
    Practice.objects.update(phone="6155550100")

    assert undo() == (0, 1)
    assert Practice.objects.exists()


def test_a_row_that_something_else_refers_to_stays(kept):
    kept.create([Practice(name="New")])
    AffiliationFactory(practice=Practice.objects.get())

    assert undo() == (0, 1)


def test_what_was_made_together_goes_away_together(kept):
    physician, practice = PhysicianFactory.build(), Practice(name="New")
    kept.create([physician])
    kept.create([practice])
    kept.create([Affiliation(physician=physician, practice=practice)])

    assert undo() == (3, 0)


def test_every_changed_field_is_back_as_it_was(kept):
    practice = PracticeFactory(name="Before", phone="6155550100", tier="A")
    practice.name, practice.phone = "After", ""
    kept.update([practice], ["name", "phone", "tier"])

    assert undo() == (1, 0)
    practice.refresh_from_db()
    assert (practice.name, practice.phone, practice.tier) == (
        "Before",
        "6155550100",
        "A",
    )


def test_a_value_that_somebody_has_changed_since_stays(kept):
    practice = PracticeFactory(name="Before", city="Before")
    practice.name = practice.city = "After"
    kept.update([practice], ["name", "city"])
    Practice.objects.update(name="Somebody's")

    undo()

    practice.refresh_from_db()
    assert (practice.name, practice.city) == ("Somebody's", "Before")


def test_a_value_that_somebody_has_confirmed_since_stays(kept):
    practice = PracticeFactory(phone="6155550100")
    practice.phone, practice.provenance = "6155550199", {"phone": {"source": "import"}}
    kept.update([practice], ["phone", "provenance"])
    told = {"phone": {"source": "import", "confirmed_by": 1}}
    Practice.objects.update(provenance=told)

    assert undo() == (0, 1)
    practice.refresh_from_db()
    assert (practice.phone, practice.provenance) == ("6155550199", told)


def test_where_a_field_came_from_is_put_back_with_it(kept):
    was = {"name": {"source": "registry"}, "city": {"source": "person"}}
    practice = PracticeFactory(name="Before", provenance=was)
    practice.name = "After"
    practice.provenance = was | {"name": {"source": "import"}}
    kept.update([practice], ["name", "provenance"])

    undo()

    practice.refresh_from_db()
    assert (practice.name, practice.provenance) == ("Before", was)


def test_a_row_that_was_removed_is_back_with_its_key(kept):
    affiliation = AffiliationFactory(role="Partner")
    kept.delete([affiliation])
    assert not Affiliation.objects.exists()

    assert undo() == (1, 0)
    assert Affiliation.objects.get(pk=affiliation.pk).role == "Partner"


def test_a_removed_row_whose_place_is_taken_stays_away(kept):
    affiliation = AffiliationFactory()
    kept.delete([affiliation])
    AffiliationFactory(physician=affiliation.physician, practice=affiliation.practice)

    assert undo() == (0, 1)


def test_two_changes_of_one_row_are_taken_back_in_turn(kept):
    practice = PracticeFactory(name="First")
    for name in ("Second", "Third"):
        practice.name = name
        kept.update([practice], ["name"])

    assert undo() == (2, 0)
    practice.refresh_from_db()
    assert practice.name == "First"


def test_a_new_row_that_was_then_changed_by_the_same_run_goes_away(kept):
    practice = Practice(name="New")
    kept.create([practice])
    practice.phone = "6155550100"
    kept.update([practice], ["phone"])

    assert undo() == (2, 0)
    assert not Practice.objects.exists()


def test_only_what_differs_is_written_and_the_version_grows(kept):
    same, changed = PracticeFactory(name="Same"), PracticeFactory(name="Before")
    changed.name = "After"

    kept.update([same, changed], ["name"])

    assert [change.row for change in Change.objects.all()] == [changed.pk]
    assert {*Practice.objects.values_list("name", "version")} == {
        ("Same", 1),
        ("After", 2),
    }
