"""The audit of what goes out."""

from accounts.services import record_export


def exported(request, subject, rows):
    """Record that the person takes these rows with them, before they go."""
    record_export(
        subject=subject, query=request.GET, by=request.user, rows=rows.count()
    )
