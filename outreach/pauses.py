"""What changes the call cycles: how often whom, and the days that do not count."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from accounts.models import AuditEvent
from accounts.services import record
from outreach.models import CallCycleSettings, CallPause
from outreach.services import KeyTaken
from referrals.services.standing import hold


@transaction.atomic
def save_settings(*, settings: CallCycleSettings, by) -> CallCycleSettings:
    """Keep the intervals and audit the change."""
    settings.pk = 1
    settings.save()
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject="Call cycles",
        detail={f"tier {tier}": days for tier, days in settings.intervals.items()},
    )
    return settings


@transaction.atomic
def pause(
    *,
    starts_on: dt.date,
    ends_on: dt.date,
    reason: str,
    by,
    physician=None,
    practice=None,
    key: UUID | None = None,
) -> CallPause:
    """Days of a physician or a practice that do not count.

    The same `key` sent again answers the pause that was made first; that of somebody
    else raises KeyTaken.
    """
    hold(physician or practice)
    told = {"starts_on": starts_on, "ends_on": ends_on, "reason": reason}
    made, _ = CallPause.objects.get_or_create(
        key=key,
        defaults=told
        | {"physician": physician, "practice": practice, "created_by": by},
    )
    if made.created_by_id != by.pk:
        raise KeyTaken
    return made


def end(*, pause: CallPause, on: dt.date) -> None:
    """The day `on` counts again; a pause that has not begun is taken away."""
    same = CallPause.objects.filter(pk=pause.pk)
    same.filter(starts_on__gte=on).delete()
    same.filter(ends_on__gt=on).update(ends_on=on)
