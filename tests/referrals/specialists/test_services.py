"""Keeping profiles, openings and terms."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from referrals.models import SpecialistProfile, Synonym, Term
from referrals.services import ChangedMeanwhile, specialists
from tests.factories.referrals import PhysicianFactory, TermFactory


def noon(day):
    return dt.datetime.combine(day, dt.time(18), tzinfo=dt.UTC)


@pytest.fixture
def update(today, coordinator):
    def write(profile, *, version=None, **values):
        specialists.update_profile(
            profile=profile,
            values=specialists.values_of(profile) | values,
            version=version or profile.version,
            at=noon(today),
            by=coordinator,
        )
        return SpecialistProfile.objects.get(pk=profile.pk)

    return write


def names(profile, kind):
    return list(profile.terms.filter(kind=kind).values_list("name", flat=True))


def test_a_physician_gets_one_profile(db):
    physician = PhysicianFactory()

    first = specialists.create_profile(physician=physician)

    assert specialists.create_profile(physician=physician) == first
    assert first.reviewed_on is None


def test_saving_reviews_and_remembers_what_was_typed(made, update, today, coordinator):
    profile = made("Knox", terms=[("insurer", "Aetna")])

    after = update(profile, min_age=18, conditions=["Knee pain"])

    assert (after.min_age, names(after, "condition")) == (18, ["Knee pain"])
    assert names(after, "insurer") == ["Aetna"]
    assert (after.reviewed_on, after.reviewed_by) == (today, coordinator)
    assert after.typed == ["conditions", "min_age"]
    assert after.version == profile.version + 1


def test_who_saves_second_writes_nothing(made, update):
    profile = made("Knox")
    update(profile, fax="6155550100", conditions=["Hip pain"])

    with pytest.raises(ChangedMeanwhile):
        update(profile, version=1, fax="6155550199", conditions=["Knee pain"])

    after = SpecialistProfile.objects.get()
    assert (after.fax, names(after, "condition")) == ("6155550100", ["Hip pain"])
    assert not Term.objects.filter(name="Knee pain").exists()


def test_names_are_resolved_by_name_then_by_the_synonym_of_one(db):
    knee = TermFactory(name="Knee pain")
    Synonym.objects.create(term=knee, name="gonalgia")
    for name in ("Knee pain", "Hip pain"):
        Synonym.objects.create(term=TermFactory(name=name), name="joint")

    found = specialists.terms_named(
        kind="condition", names=["KNEE  PAIN", "Gonalgia", "joint", "New one"]
    )

    assert sorted(term.name for term in found) == ["Knee pain", "New one", "joint"]


def test_a_confirmation_starts_the_age_again(made, today, coordinator):
    profile = made("Knox", reviewed_on=today - dt.timedelta(days=200))

    at = noon(today)
    specialists.confirm_profile(profile=profile, version=1, at=at, by=coordinator)

    profile.refresh_from_db()
    assert (profile.reviewed_on, profile.version) == (today, 1)
    with pytest.raises(ChangedMeanwhile):
        specialists.confirm_profile(profile=profile, version=2, at=at, by=None)


@pytest.fixture
def entry(made, franklin, today):
    """`entry(profile, seen=None, day=..)`: days ahead, as a person typed them."""

    def typed(profile, *, seen, day):
        days = [n if n is None else today + dt.timedelta(days=n) for n in (seen, day)]
        return specialists.Entry(profile.pk, franklin.pk, "new", *days)

    return typed


def set_opening(entry, by):
    return specialists.set_openings(entries=[entry], at=timezone.now(), by=by)


def test_a_typed_opening_is_checked_now_by_who_typed_it(
    made, franklin, entry, coordinator, today
):
    profile = made("Knox", franklin, in_days=3, checked_days_ago=20)

    assert set_opening(entry(profile, seen=3, day=9), coordinator) == []

    opening = profile.openings.get()
    assert opening.next_available_on == today + dt.timedelta(days=9)
    assert opening.checked_by == coordinator
    assert opening.answers(on=today)


def test_the_same_day_typed_again_confirms_it(
    made, franklin, entry, coordinator, today
):
    profile = made("Knox", franklin, in_days=3, checked_days_ago=20)

    set_opening(entry(profile, seen=3, day=3), coordinator)

    assert profile.openings.get().answers(on=today)


def test_an_emptied_day_takes_the_opening_away(made, franklin, entry, coordinator):
    profile = made("Knox", franklin, in_days=3)

    set_opening(entry(profile, seen=3, day=None), coordinator)

    assert not profile.openings.exists()


def test_an_opening_somebody_else_changed_meanwhile_is_left(
    made, franklin, entry, coordinator, today
):
    profile = made("Knox", franklin, in_days=3)
    late = entry(profile, seen=1, day=9)

    assert set_opening(late, coordinator) == [late]
    assert profile.openings.get().next_available_on == today + dt.timedelta(days=3)


def test_the_same_form_sent_twice_is_one_opening(made, franklin, entry, coordinator):
    profile = made("Knox", franklin)
    sent = entry(profile, seen=None, day=4)

    assert set_opening(sent, coordinator) == []
    assert set_opening(sent, coordinator) == []
    assert profile.openings.count() == 1


def test_a_term_is_renamed_with_its_synonyms(db):
    term = TermFactory(name="Knee ache")
    Synonym.objects.create(term=term, name="old")

    specialists.update_term(
        term=term, name="Knee pain", synonyms=["joint", "knee pain", "gonalgia"]
    )

    names = list(term.synonyms.values_list("name", flat=True))
    assert (term.key, names) == ("knee pain", ["gonalgia", "joint"])


def test_a_name_that_is_taken_is_refused(db):
    TermFactory(name="Knee pain")
    other = TermFactory(name="Knee ache")

    with pytest.raises(specialists.NameTaken):
        specialists.update_term(term=other, name="KNEE pain", synonyms=["joint"])

    assert not Synonym.objects.exists()


def test_merged_terms_keep_everybody_and_every_name(made, coordinator):
    one = made("Knox", terms=[("condition", "Knee ache")])
    both = made("Both", terms=[("condition", "Knee ache", "Knee pain")])
    ache, pain = Term.objects.order_by("name")
    Synonym.objects.create(term=ache, name="sore knee")

    specialists.merge_terms(term=ache, into=pain, by=coordinator)

    assert names(one, "condition") == names(both, "condition") == ["Knee pain"]
    synonyms = list(pain.synonyms.values_list("name", flat=True))
    assert synonyms == ["Knee ache", "sore knee"]
    assert AuditEvent.objects.get().detail == {"merged": "Knee ache", "specialists": 2}
