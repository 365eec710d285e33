"""The audit: what must be answerable later."""

from accounts.models import AuditEvent

QUERY_KEPT = 1000  # characters


def record(*, action, by, subject="", detail=None, address=None):
    """Add an event to the audit: who did what, and from where.

    The address is that of `by`, if it is not told: see `User.address`.
    """
    event = _event(action, by, subject, detail, address)
    event.save()
    return event


def record_all(events):
    """Many at once: each as `record` takes it."""
    AuditEvent.objects.bulk_create([_event(**event) for event in events])


def _event(action, by, subject="", detail=None, address=None):
    return AuditEvent(
        action=action,
        actor=by,
        subject=str(subject)[:200],
        detail=detail or {},
        address=address or getattr(by, "address", None),
    )


def record_export(*, subject, query, by, **detail):
    """Somebody takes a list with them: which, and what of it (a query string)."""
    record(
        action=AuditEvent.Action.EXPORTED,
        by=by,
        subject=subject,
        detail={**detail, "filters": query.urlencode()[:QUERY_KEPT]},
    )
