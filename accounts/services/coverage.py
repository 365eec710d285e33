"""Somebody covers a colleague's panel for some days, and it comes back."""

from django.db import transaction

from accounts import announcements
from accounts.models import AuditEvent, Coverage
from accounts.services.audit import record


@transaction.atomic
def arrange(*, coverage, by, at):
    """Save it: in these days the covering person sees the covered one's panel."""
    coverage.made_by = by
    coverage.save()
    _record(coverage, None, _dates(coverage), by)
    announcements.coverage_changed(coverage, "Arranged", by=by, at=at)


@transaction.atomic
def change(*, coverage, by, at):
    """Save its days and notes; who is told are both, unless all is as it was."""
    before = Coverage.objects.select_related("covering").get(pk=coverage.pk)
    coverage.save()
    if (_dates(before), before.notes) == (_dates(coverage), coverage.notes):
        return
    _record(coverage, _dates(before), _dates(coverage), by)
    announcements.coverage_changed(coverage, "Changed", by=by, at=at)


@transaction.atomic
def end(*, coverage, on, by, at):
    """From the day `on` it is over; one that would not have begun is dropped."""
    before = _dates(coverage)
    coverage.ends_on = min(on, coverage.ends_on)
    if coverage.starts_on >= on:
        Coverage.objects.filter(pk=coverage.pk).delete()
        after = None
    else:
        coverage.save(update_fields=["ends_on"])
        after = _dates(coverage)
    _record(coverage, before, after, by)
    announcements.coverage_ended(coverage, on=on, by=by, at=at)


def _record(coverage, before, after, by):
    record(
        action=AuditEvent.Action.COVERAGE_CHANGED,
        by=by,
        subject=coverage.covered,
        detail={"before": before, "after": after},
    )


def _dates(coverage):
    return {
        "covered by": coverage.covering.name,
        "from": coverage.starts_on.isoformat(),
        "until": coverage.ends_on.isoformat(),
    }
