"""What follows from working a referral."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from liaison_crm.lib.versions import ChangedMeanwhile
from referrals import closed_loop
from referrals.models import Referral, StatusChange

Status = Referral.Status


class InvalidChange(Exception):
    """A change of status that must not be; `field` says where to show it."""

    def __init__(self, field, message):
        super().__init__(message)
        self.field = field
        self.message = message


@transaction.atomic
def change_status(*, referral, status, at, by, version, reason="", appointment_at=None):
    """Move the referral on: its clock stops at `at`, the log gets a line.

    Scheduling and seeing also answer, so an unanswered referral is acknowledged
    at the same moment. Opening an ended one again clears its end and keeps the
    clocks that had stopped. `version` is the one the person saw: raises
    `ChangedMeanwhile` if it is no longer the newest, `InvalidChange` if the
    referral cannot go there.
    """
    if referral.version != version:
        raise ChangedMeanwhile
    check_change(
        referral, status=status, at=at, reason=reason, appointment_at=appointment_at
    )
    values = clocks_after(referral, status=status, at=at)
    if status == Status.SCHEDULED:
        values["appointment_at"] = appointment_at
    if status in Referral.ENDS:
        values["end_reason"] = reason
    changed = Referral.objects.filter(pk=referral.pk, version=version).update(
        status=status, version=F("version") + 1, **values
    )
    if not changed:
        raise ChangedMeanwhile
    StatusChange.objects.create(
        referral=referral, status=status, at=at, by=by, reason=reason
    )
    referral.refresh_from_db()
    return referral


def check_change(referral, *, status, at, reason, appointment_at):
    """Raise `InvalidChange` unless the referral may go to `status` so."""
    if status not in closed_loop.TRANSITIONS[referral.status]:
        raise InvalidChange(
            "status",
            f"A referral cannot go from {referral.get_status_display().lower()} "
            f"to {Status(status).label.lower()}.",
        )
    if timezone.localdate(at) < referral.received_on:
        raise InvalidChange("at", "This is before the referral was received.")
    if closed_loop.needs_reason(referral.status, status) and not reason:
        raise InvalidChange("reason", "Please say why.")
    if status == Status.SCHEDULED:
        if appointment_at is None:
            raise InvalidChange("appointment_at", "When is the appointment?")
        if timezone.localdate(appointment_at) < referral.received_on:
            raise InvalidChange(
                "appointment_at", "This is before the referral was received."
            )


def clocks_after(referral, *, status, at):
    """The clocks to write when the referral goes to `status` at `at`."""
    if referral.status in Referral.ENDS:
        values = {"closed_at": None, "end_reason": ""}
        clock = closed_loop.CLOCKS.get(status)
        if clock and getattr(referral, clock) is None:
            values[clock] = at
        return values
    values = {}
    if clock := closed_loop.CLOCKS.get(status):
        values[clock] = at
    if status in (Status.SCHEDULED, Status.SEEN) and not referral.acknowledged_at:
        values["acknowledged_at"] = at
    return values
