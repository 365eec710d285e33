"""Who meets a question, in which order; and if nobody, what stood in the way."""

import datetime as dt

import pytest

from liaison_crm.lib import geography
from referrals.models import Affiliation, Physician, Synonym, Term
from referrals.specialists.criteria import Criteria
from referrals.specialists.search import search
from tests.factories.referrals import (
    AvailabilityFactory,
    PracticeFactory,
    RosterEntryFactory,
    SpecialtyFactory,
)

KNEE = [("condition", "Knee pain")]
KNEE_AETNA = [*KNEE, ("insurer", "Aetna")]


def test_a_question_of_several_parts_finds_who_meets_them_all(made, found, franklin):
    made("Knox", franklin, in_days=0, terms=KNEE_AETNA)
    made("Later", franklin, in_days=40, terms=KNEE_AETNA)
    made("Cigna", franklin, in_days=0, terms=[*KNEE, ("insurer", "Cigna")])
    made("Heart", franklin, in_days=0, terms=[("insurer", "Aetna")])

    assert found(what=("knee",), insurer="aetna", when="week", near="37064") == ["knox"]


@pytest.mark.parametrize(
    "phrase", ["knee", "Knees", "knee pain", "joint", "JOINTS", "kne", "pain knee"]
)
def test_a_condition_is_found_by_its_words_and_synonyms(made, found, phrase):
    made("Knox", terms=KNEE)
    Synonym.objects.create(term=Term.objects.get(name="Knee pain"), name="joint")

    assert found(what=(phrase,)) == ["knox"]


@pytest.mark.parametrize("phrase", ["kn", "ankle", "knee replacement", "ee", "%", "_"])
def test_what_is_not_meant_is_not_found(made, found, phrase):
    made("Smith", terms=KNEE)

    assert found(what=(phrase,)) == []


@pytest.mark.parametrize(
    "phrase",
    ["cardiology", "cardiologist", "Cardio", "knox", "ada knox", "joint center"],
)
def test_specialty_name_and_site_are_found_too(made, found, franklin, phrase):
    made("Knox", franklin, specialty=SpecialtyFactory())

    assert found(what=(phrase,)) == ["knox"]


def test_a_synonym_of_an_insurer_is_the_insurer(made, found):
    made("Knox", terms=[("insurer", "BlueCross")])
    Synonym.objects.create(term=Term.objects.get(name="BlueCross"), name="BCBS")

    assert found(insurer="bcbs") == ["knox"]
    assert found(insurer="Blue") == []


def test_a_name_of_another_kind_does_not_count(made, found):
    made("Knox", terms=[("insurer", "Aetna")])

    assert found(what=("aetna",)) == []
    assert found(language="Aetna") == []


@pytest.mark.parametrize(
    ("ages", "years", "hit"),
    [
        ((18, None), 17, False),
        ((18, None), 18, True),
        ((None, 17), 17, True),
        ((None, 17), 18, False),
        ((None, None), 7, True),
    ],
)
def test_ages_include_both_ends(made, found, ages, years, hit):
    made("Knox", min_age=ages[0], max_age=ages[1])

    assert found(age=years) == ["knox"] * hit


def test_unknown_is_not_yes(made, found):
    made("Yes", telehealth=True, accepts_new=True)
    made("Unknown")
    made("No", telehealth=False, accepts_new=False)

    assert found(telehealth=True) == ["yes"]
    assert found(accepting=True) == ["yes"]


def test_the_soonest_come_first_and_who_takes_nobody_last(made, found, franklin):
    made("Soon", franklin, in_days=2)
    made("Late", franklin, in_days=20)
    made("Unknown", franklin)
    made("Closed", franklin, in_days=1, accepts_new=False)

    assert found() == ["soon", "late", "unknown", "closed"]


def test_the_better_match_goes_before_the_sooner(made, found, franklin):
    made("Exact", franklin, in_days=20, terms=[("condition", "Knee")])
    made("Like", franklin, in_days=10, terms=KNEE)
    made("Knee", franklin, in_days=1)

    assert found(what=("knee",)) == ["exact", "like", "knee"]


@pytest.mark.parametrize(
    ("in_days", "checked_days_ago", "hit"),
    [(0, 0, True), (0, 7, True), (0, 8, False), (-1, 0, False), (1, 0, False)],
)
def test_an_opening_that_is_past_or_checked_long_ago_is_no_answer(
    made, found, franklin, in_days, checked_days_ago, hit
):
    made("Knox", franklin, in_days=in_days, checked_days_ago=checked_days_ago)

    assert found(when="today") == ["knox"] * hit


def test_an_opening_for_follow_ups_is_none_for_a_new_patient(made, found, franklin):
    profile = made("Knox", franklin)
    AvailabilityFactory(profile=profile, practice=franklin, kind="follow_up")

    assert found(when="month") == []


def test_an_opening_at_a_site_they_left_is_no_answer(made, found, franklin, today):
    made("Knox", franklin, in_days=0)
    Affiliation.objects.update(
        effective_from=today - dt.timedelta(days=9), effective_to=today
    )

    assert found(when="week") == []


def test_nearness_counts_the_nearest_site(made, found, franklin, memphis):
    made("Both", memphis, franklin)
    made("Far", memphis)

    assert found(near="37064") == ["both"]
    assert found(near="37203", within=30) == ["both"]
    assert found(near="37203", within=10) == []
    assert found(near="38103") == ["both", "far"]


def test_near_and_soon_have_to_be_one_opening(made, found, franklin, memphis):
    made("Knox", memphis, franklin, in_days=0)

    assert found(when="today", near="38103") == ["knox"]
    assert found(when="today", near="37064") == []


def test_a_city_of_ours_is_a_place(made, found, franklin, memphis):
    made("Knox", franklin)
    made("Far", memphis)

    assert found(near="franklin") == ["knox"]


@pytest.mark.parametrize(("near", "word"), [("00000", "00000"), ("Narnia", "Narnia")])
def test_a_place_that_is_not_known_is_told(made, today, franklin, near, word):
    made("Knox", franklin)

    answer = search(Criteria(near=near), on=today)

    assert answer.found == []
    assert word in answer.remarks[0]


def test_without_the_zip_codes_it_says_so(made, today, franklin, settings, tmp_path):
    made("Knox", franklin)
    settings.NODE_MODULES = tmp_path
    geography.centroids.cache_clear()

    answer = search(Criteria(near="37064"), on=today)

    geography.centroids.cache_clear()
    assert answer.remarks == [geography.MISSING]


def test_only_who_is_in_the_network_today_is_found(made, found, today):
    made("Own")
    made("Affiliated", roster__network_status="affiliated")
    made("Rival", roster__network_status="competitor")
    made("Free", roster__network_status="independent")
    made("Unlisted", roster=False)
    made("Gone", roster__effective_to=today)
    made("Coming", roster__effective_from=today + dt.timedelta(days=1))
    Physician.objects.filter(pk=made("Retired").physician_id).update(is_active=False)

    assert found() == ["affiliated", "own"]


def test_an_empty_answer_tells_what_each_part_excludes(made, today, franklin):
    made("Knox", franklin, in_days=11, terms=KNEE_AETNA)
    made("Lane", franklin, in_days=40, terms=KNEE_AETNA)
    made("Heart", franklin, in_days=0, terms=[("insurer", "Aetna")])
    made("Rest", franklin, in_days=0)

    answer = search(Criteria(what=("knee",), insurer="Aetna", when="today"), on=today)

    by_part = {one.part: one for one in answer.obstacles}
    next_day = today + dt.timedelta(days=11)
    assert answer.found == []
    assert (by_part["when"].excluded, by_part["when"].met) == (2, 2)
    assert f"{next_day:%b} {next_day.day}" in by_part["when"].hint
    assert (by_part["what:0"].excluded, by_part["what:0"].met) == (1, 2)
    assert (by_part["insurer"].excluded, by_part["insurer"].met) == (0, 3)


def test_an_empty_answer_tells_how_far_the_nearest_is(made, today, memphis):
    made("Knox", memphis)

    answer = search(Criteria(near="37064"), on=today)

    assert answer.obstacles[0].hint == "nearest is 182 miles away"


def test_a_service_line_narrows_and_stands_in_the_way(made, today, franklin):
    specialty = SpecialtyFactory()
    made("Knox", franklin, specialty=specialty)
    other = RosterEntryFactory()

    line = specialty.service_line_id
    assert len(search(Criteria(line=line), on=today).found) == 1
    answer = search(Criteria(line=line + 1), on=today)
    assert [one.part for one in answer.obstacles] == ["line"]
    assert other


def test_the_number_of_queries_does_not_depend_on_how_many_there_are(
    made, today, django_assert_max_num_queries
):
    for number in range(30):
        practice = PracticeFactory(zip_code="37064")
        made(f"Knox{number}", practice, in_days=number % 5, terms=KNEE_AETNA)
    criteria = Criteria(what=("knee",), insurer="Aetna", when="month", near="37064")

    with django_assert_max_num_queries(6):
        answer = search(criteria, on=today)

    assert len(answer.found) == 30
