"""The audit of what goes out."""

from accounts.models import AuditEvent
from accounts.services import record


def exported(request, subject, rows):
    """Record that the person takes these rows with them, before they go."""
    record(
        action=AuditEvent.Action.EXPORTED,
        by=request.user,
        subject=subject,
        detail={"query": request.GET.urlencode()[:500], "rows": rows.count()},
        address=request.META.get("REMOTE_ADDR"),
    )
