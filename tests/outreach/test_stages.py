import datetime as dt

import pytest
from django.utils import timezone

from outreach import stages
from outreach.models import Visit
from outreach.stages import Evidence
from referrals.models import Practice, StageChange
from referrals.services import directory
from tests.factories.outreach import VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    PracticeFactory,
    ReferralFactory,
)
from tests.referrals.imports.undone import take_back

TODAY = dt.date(2026, 6, 1)
AT = dt.datetime(2026, 6, 1, 18, tzinfo=dt.UTC)
PLACES, TOWN = "name,address_line_1,city,state,zip", "Elm St,Nashville,TN,37203"


def ago(days):
    return TODAY - dt.timedelta(days=days)


def referral(practice, days):
    return ReferralFactory(
        referring_physician=None, referring_practice=practice, received_on=ago(days)
    )


def follow():
    return stages.follow(Practice.objects.all(), on=TODAY, at=AT)


def stage_of(practice):
    practice.refresh_from_db()
    return practice.stage


@pytest.mark.parametrize(
    ("evidence", "stage"),
    [
        (Evidence(), "prospect"),
        (Evidence(attempted_on=ago(3)), "contacted"),
        (Evidence(attempted_on=ago(3), met_on=ago(9)), "met"),
        (Evidence(None, None, ago(179), ago(179), 1), "trial_referral"),
        (Evidence(None, None, ago(40), ago(3), 2), "trial_referral"),
        (Evidence(None, None, ago(40), ago(3), 3), "referring"),
        (Evidence(None, None, ago(400), ago(3), 1), "referring"),
        (Evidence(None, None, ago(400), ago(3), 9, (3, 3, 3, 3)), "established"),
        (Evidence(None, None, ago(400), ago(3), 9, (9, 9, 9, 2)), "referring"),
        (Evidence(None, ago(2), ago(400), ago(180), 0), "dormant"),
    ],
)
def test_the_rule_line_by_line(evidence, stage):
    assert stages.judge(evidence, on=TODAY).stage == stage


def test_a_practice_moves_with_a_reason_and_twice_changes_nothing(north_practice):
    VisitFactory(practice=north_practice, visited_on=ago(5))
    # Elsewhere, so that the data reach to today.
    referral(PracticeFactory(), 0)

    assert follow() == 2
    assert follow() == 0

    change = north_practice.stage_changes.get()
    assert (change.stage, change.reason) == ("met", "Spoken with on May 27, 2026")
    assert stage_of(north_practice) == "met"


@pytest.mark.parametrize(
    ("kind", "status", "stage"),
    [
        ("drop_off", "held", "contacted"),
        ("in_person", "no_show", "contacted"),
        ("in_person", "planned", "prospect"),
        ("in_person", "cancelled", "prospect"),
        ("phone", "held", "met"),
    ],
)
def test_what_counts_as_an_attempt_and_as_a_conversation(
    north_practice, kind, status, stage
):
    VisitFactory(practice=north_practice, kind=kind, status=status, visited_on=ago(5))

    follow()

    assert stage_of(north_practice) == stage


def test_referrals_of_its_physicians_count_while_they_worked_there(
    north_practice, south_practice
):
    place = AffiliationFactory(practice=north_practice, effective_to=ago(10))
    AffiliationFactory(
        practice=south_practice, physician=place.physician, effective_from=ago(10)
    )
    for days in (30, 20, 11):
        ReferralFactory(referring_physician=place.physician, received_on=ago(days))
    ReferralFactory(referring_physician=place.physician, received_on=ago(1))

    follow()

    assert stage_of(north_practice) == "referring"
    assert stage_of(south_practice) == "trial_referral"


def test_where_data_end_is_not_where_referrals_end(north_practice):
    for days in (300, 320, 330):
        referral(north_practice, days)

    follow()

    assert stage_of(north_practice) == "referring"


def test_silence_makes_dormant_and_a_referral_wakes(north_practice):
    referral(north_practice, 300)
    referral(PracticeFactory(), 0)
    follow()
    assert stage_of(north_practice) == "dormant"

    referral(north_practice, 0)
    follow()

    assert stage_of(north_practice) == "referring"
    assert north_practice.stage_changes.count() == 2


def said(practice, stage, by, days):
    at = timezone.make_aware(dt.datetime.combine(ago(days), dt.time(12)))
    Practice.objects.filter(pk=practice.pk).update(stage=stage)
    StageChange.objects.create(practice=practice, stage=stage, at=at, by=by)


def test_what_a_person_says_holds_until_newer_evidence_moves_it_on(
    north_practice, liaison
):
    VisitFactory(practice=north_practice, visited_on=ago(20))
    said(north_practice, "contacted", liaison, days=10)

    follow()
    assert stage_of(north_practice) == "contacted"

    VisitFactory(practice=north_practice, visited_on=ago(2))
    follow()
    assert stage_of(north_practice) == "met"


def test_evidence_never_moves_it_back_from_what_a_person_said(north_practice, liaison):
    said(north_practice, "referring", liaison, days=10)
    VisitFactory(practice=north_practice, visited_on=ago(2))

    follow()

    assert stage_of(north_practice) == "referring"


@pytest.mark.parametrize(("days", "stage"), [(100, "referring"), (200, "dormant")])
def test_silence_outlasts_what_a_person_said(north_practice, liaison, days, stage):
    referral(north_practice, 400)
    referral(PracticeFactory(), 0)
    said(north_practice, "referring", liaison, days=days)

    follow()

    assert stage_of(north_practice) == stage


def test_news_are_imports_that_ended_and_visits_just_saved(
    north_practice, south_practice, managers_import
):
    now = timezone.now()
    VisitFactory(practice=north_practice, visited_on=ago(5))
    stages.follow_news(at=now)
    assert stage_of(north_practice) == "met"
    old = VisitFactory(practice=south_practice, visited_on=ago(5))
    Visit.objects.filter(pk=old.pk).update(updated_at=now - dt.timedelta(hours=1))

    assert stages.follow_news(at=now) == 0
    type(managers_import).objects.update(status="done", finished_at=now)
    assert stages.follow_news(at=now) == 1


def test_many_practices_cost_as_many_queries_as_one(
    north_practice, django_assert_max_num_queries
):
    for practice in PracticeFactory.create_batch(30):
        referral(practice, 1)

    with django_assert_max_num_queries(45):  # one conditional write for each
        follow()
    with django_assert_max_num_queries(6):
        follow()


def test_a_stage_by_rule_holds_no_practice_of_an_import_that_is_undone(bring_in):
    run = bring_in("practices", [PLACES, f"Elm,1 {TOWN}", f"Oak,2 {TOWN}"])
    elm, oak = Practice.objects.order_by("name")
    visits = [VisitFactory(practice=one, visited_on=ago(5)) for one in (elm, oak)]
    assert follow() == 2
    for visit in visits:
        visit.delete()

    take_back(run)

    assert not Practice.objects.exists()
    assert not StageChange.objects.exists()


def test_a_stage_that_a_person_set_holds_its_practice(bring_in, manager):
    run = bring_in("practices", [PLACES, f"Elm,1 {TOWN}"])
    elm = Practice.objects.get()
    StageChange.objects.create(practice=elm, stage="met", at=AT, by=manager)

    take_back(run)

    assert Practice.objects.get() == elm


def test_a_move_by_rule_beside_an_open_form_loses_nothing(north_practice, manager):
    """The version stays, so that whoever types something else is not stopped."""
    VisitFactory(practice=north_practice, visited_on=TODAY)
    seen = Practice.objects.get(pk=north_practice.pk)
    follow()

    directory.change(
        subject=seen,
        values={"fax": "6155550177"},
        version=seen.version,
        by=manager,
        at=timezone.now(),
    )

    north_practice.refresh_from_db()
    assert (north_practice.stage, north_practice.fax) == ("met", "6155550177")
