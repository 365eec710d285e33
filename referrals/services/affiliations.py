"""Who works where, as people say it: dated, one span at a time.

The spans of one physician at one practice never overlap: two people write at
one practice one after the other.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.models import Affiliation, Practice
from referrals.services.journal import Journal
from referrals.services.standing import hold

FIELDS = ("effective_from", "effective_to", "is_primary", "role", "days")


class Overlapping(Exception):
    """The physician works at the practice on some of these days already."""

    def __init__(self, other):
        super().__init__(f"This overlaps with {span_of(other)}.")


def span_of(place) -> str:
    """In words: `from Jan 1, 2026 to Mar 1, 2026`."""
    start, end = place.effective_from, place.effective_to
    words = [f"from {start:%b %-d, %Y}" if start else "without a first day"]
    words.append(f"to {end:%b %-d, %Y}" if end else "open-ended")
    return " ".join(words) if end else ", ".join(words)


def seen_of(place) -> str:
    """What tells whether somebody else has changed it since."""
    return "|".join(str(getattr(place, name)) for name in FIELDS)


@transaction.atomic
def add_affiliation(*, practice, physician, values, by, at) -> Affiliation:
    """Let the physician work there; the very same said twice is one row.

    Raises `Overlapping`, `MergedAway`.
    """
    hold(practice, physician)
    place = Affiliation(
        practice=practice,
        physician=physician,
        source=Affiliation.Source.PERSON,
        **values,
    )
    there = [*_of_the_pair(place)]
    for other in there:
        if seen_of(other) == seen_of(place):
            return other
    _check(place, there)
    Journal(at=at, by=by).create([place])
    _one_primary(place, by=by, at=at)
    _audit(place, "added", by)
    return place


@transaction.atomic
def change_affiliation(*, place, values, seen, by, at) -> Affiliation:
    """Write `values` over it. Raises `Overlapping`, and `ChangedMeanwhile` if it
    is no longer as the person saw it (`seen_of`)."""
    hold(place.practice)
    row = Affiliation.objects.filter(pk=place.pk).first()
    if row is None:
        raise ChangedMeanwhile
    was = seen_of(row)
    for name, value in values.items():
        setattr(row, name, value)
    if seen_of(row) == was:
        return row
    if was != seen:
        raise ChangedMeanwhile
    _check(row, _of_the_pair(row))
    row.source = Affiliation.Source.PERSON
    Journal(at=at, by=by).update([row], [*values, "source"])
    _one_primary(row, by=by, at=at)
    _audit(row, "changed", by)
    return row


def _of_the_pair(place):
    same = Affiliation.objects.filter(
        practice=place.practice_id, physician=place.physician_id
    )
    return same.exclude(pk=place.pk).order_by("pk")


def _check(place, others):
    first, last = _span(place)
    for other in others:
        start, end = _span(other)
        if first < end and start < last:
            raise Overlapping(other)


def _span(place) -> tuple[dt.date, dt.date]:
    return place.effective_from or dt.date.min, place.effective_to or dt.date.max


def _one_primary(place, *, by, at):
    """The physician's other sites that `by` sees are no longer the main one."""
    if not place.is_primary:
        return
    others = Affiliation.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=timezone.localdate(at)),
        physician=place.physician_id,
        is_primary=True,
        practice__in=Practice.objects.visible_to(by),
    ).exclude(practice=place.practice_id)
    rows = [*others]
    for row in rows:
        row.is_primary = False
    Journal(at=at, by=by).update(rows, ["is_primary"])


def _audit(place, what, by):
    record(
        action=AuditEvent.Action.AFFILIATION_CHANGED,
        by=by,
        subject=f"{place.physician} at {place.practice}",
        detail={
            "affiliation": what,
            "practice": place.practice_id,
            "physician": place.physician_id,
            "span": span_of(place),
            "role": place.role,
            "days": place.days,
        },
    )
