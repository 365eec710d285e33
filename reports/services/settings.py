"""The settings that new report runs start from."""

from django.db import transaction

from accounts.models import AuditEvent
from accounts.services import record
from reports.models import ReportSettings


def current_settings() -> ReportSettings:
    """The one row; the defaults until somebody saves it."""
    return ReportSettings.objects.filter(pk=1).first() or ReportSettings(pk=1)


@transaction.atomic
def save_settings(*, settings, by):
    """Keep the settings and audit the change; a due run follows by itself."""
    settings.pk = 1
    settings.save()
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject="Report settings",
        detail={
            "gap_days": settings.gap_days,
            "basis": settings.basis,
            "roster_complete_since": str(settings.roster_complete_since or ""),
        },
    )
