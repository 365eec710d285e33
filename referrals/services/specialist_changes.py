"""What people and files did to a specialist's profile, and its undo."""

from django.db import transaction
from django.db.models import Q

from accounts.models import AuditEvent
from accounts.services import record
from referrals.models import Change, SpecialistProfile
from referrals.services import ChangedMeanwhile, journal
from referrals.services.journal import Journal, is_undoable
from referrals.services.specialists import TermLink, grow

PROFILE = SpecialistProfile._meta.label_lower
TERM = TermLink._meta.label_lower


def changes_of(profile):
    """Of the profile and of its terms, newest first.

    Without merges, which the physician's history tells of.
    """
    there = TermLink.objects.filter(specialistprofile=profile.pk).values("pk")
    went = Change.objects.filter(
        model=TERM, after__isnull=True, before__specialistprofile=profile.pk
    ).values("row")
    ours = Q(model=PROFILE, row=profile.pk)
    ours |= Q(model=TERM) & (Q(row__in=there) | Q(row__in=went))
    return Change.objects.filter(ours, merge=None).order_by("-pk")


@transaction.atomic
def undo_newest(*, profile, seen, by, at) -> None:
    """Take back what a person did last to the profile.

    `seen` is the key of the newest change on the page. Raises `ChangedMeanwhile`
    if another came since, or something else stands there.
    """
    row = SpecialistProfile.objects.select_for_update().filter(pk=profile.pk).first()
    newest = row and changes_of(row).first()
    if not is_undoable(newest) or newest.pk != seen:
        raise ChangedMeanwhile
    act = changes_of(row).filter(at=newest.at, by=newest.by, is_undo=False)
    if journal.undo([*act], Journal(at=at, by=by, is_undo=True))[1]:
        raise ChangedMeanwhile
    grow(row, row.version)
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject=f"Change of the specialist undone: {row}",
        detail={"specialist": row.pk},
    )
