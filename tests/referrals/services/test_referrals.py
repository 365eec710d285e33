"""What follows from changing a status."""

import datetime as dt

import pytest

from referrals import services
from referrals.models import Referral, StatusChange
from tests.factories.referrals import ReferralFactory

Status = Referral.Status
NOON = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)
EARLIER = dt.datetime(2026, 3, 4, 18, tzinfo=dt.UTC)


@pytest.fixture
def change(coordinator):
    """`change(referral, status)`: the referral, moved on by the coordinator."""

    def change_status(referral, status, **options):
        options = {"at": NOON, "version": referral.version, **options}
        return services.change_status(
            referral=referral, status=status, by=coordinator, **options
        )

    return change_status


def test_a_change_moves_the_referral_stops_its_clock_and_is_logged(
    change, north_referral, coordinator
):
    change(north_referral, Status.ACKNOWLEDGED, reason="called back")

    logged = StatusChange.objects.get()
    assert north_referral.status == Status.ACKNOWLEDGED
    assert north_referral.acknowledged_at == NOON
    assert north_referral.version == 2
    assert (logged.status, logged.by, logged.at, logged.reason) == (
        Status.ACKNOWLEDGED,
        coordinator,
        NOON,
        "called back",
    )


@pytest.mark.parametrize(
    ("before", "status", "clock"),
    [
        (Status.SCHEDULED, Status.SEEN, "seen_at"),
        (Status.SEEN, Status.REPORT_SENT, "report_sent_at"),
        (Status.REPORT_SENT, Status.REPORT_RECEIVED, "report_received_at"),
        (Status.REPORT_RECEIVED, Status.CLOSED, "closed_at"),
        (Status.RECEIVED, Status.LOST, "closed_at"),
    ],
)
@pytest.mark.django_db
def test_each_status_stops_its_own_clock(change, before, status, clock):
    referral = change(ReferralFactory(status=before), status, reason="as agreed")

    assert getattr(referral, clock) == NOON


def test_scheduling_sets_the_appointment_and_answers(change, north_referral):
    appointment = NOON + dt.timedelta(days=9)

    change(north_referral, Status.SCHEDULED, appointment_at=appointment)

    assert north_referral.appointment_at == appointment
    assert north_referral.scheduled_at == NOON
    assert north_referral.acknowledged_at == NOON


def test_an_answer_given_earlier_keeps_its_time(change, north_referral):
    change(north_referral, Status.ACKNOWLEDGED, at=EARLIER)

    change(north_referral, Status.SCHEDULED, appointment_at=NOON)

    assert north_referral.acknowledged_at == EARLIER


def test_a_no_show_goes_back_to_scheduling(change):
    referral = ReferralFactory(status=Status.SCHEDULED, appointment_at=EARLIER)

    change(referral, Status.NO_SHOW)
    change(referral, Status.SCHEDULED, appointment_at=NOON)

    assert referral.appointment_at == NOON


@pytest.mark.parametrize(
    ("before", "status", "options", "field"),
    [
        (Status.RECEIVED, Status.CLOSED, {}, "status"),
        (Status.RECEIVED, Status.REPORT_SENT, {}, "status"),
        (Status.SEEN, Status.NO_SHOW, {}, "status"),
        (Status.RECEIVED, Status.SCHEDULED, {}, "appointment_at"),
        (
            Status.RECEIVED,
            Status.SCHEDULED,
            {"appointment_at": NOON - dt.timedelta(days=30)},
            "appointment_at",
        ),
        (Status.SCHEDULED, Status.SEEN, {"at": NOON - dt.timedelta(days=30)}, "at"),
        (Status.RECEIVED, Status.DECLINED, {}, "reason"),
        (Status.RECEIVED, Status.CANCELLED, {}, "reason"),
        (Status.RECEIVED, Status.LOST, {}, "reason"),
        (Status.CLOSED, Status.SEEN, {}, "reason"),
    ],
)
@pytest.mark.django_db
def test_a_change_that_must_not_be_names_the_field_and_writes_nothing(
    change, before, status, options, field
):
    referral = ReferralFactory(status=before)

    with pytest.raises(services.InvalidChange) as refusal:
        change(referral, status, **options)

    referral.refresh_from_db()
    assert refusal.value.field == field
    assert (referral.status, referral.version) == (before, 1)
    assert not StatusChange.objects.exists()


def test_an_end_keeps_its_reason(change, north_referral):
    change(north_referral, Status.DECLINED, reason="Insurer")

    assert north_referral.end_reason == "Insurer"


def test_opening_again_clears_the_end_and_keeps_the_clocks(change):
    referral = ReferralFactory(
        status=Status.CLOSED, seen_at=EARLIER, closed_at=EARLIER, end_reason="done"
    )

    change(referral, Status.SEEN, reason="The report never came")

    assert referral.closed_at is None
    assert referral.end_reason == ""
    assert referral.seen_at == EARLIER


def test_the_second_of_two_is_told(change, north_referral):
    stale = Referral.objects.get(pk=north_referral.pk)
    change(north_referral, Status.ACKNOWLEDGED)

    with pytest.raises(services.ChangedMeanwhile):
        change(stale, Status.INCOMPLETE)

    assert StatusChange.objects.count() == 1
