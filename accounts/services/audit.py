"""The audit: what must be answerable later."""

from accounts.models import AuditEvent


def record(*, action, by, subject="", detail=None, address=None):
    """Add an event to the audit."""
    return AuditEvent.objects.create(
        action=action,
        actor=by,
        subject=str(subject)[:200],
        detail=detail or {},
        address=address or None,
    )
