"""Notes about practices: what people write, change and take away."""

from django.db import transaction

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.models import Note
from referrals.services.journal import Journal
from referrals.services.standing import hold


@transaction.atomic
def add_note(*, practice, text, is_pinned, key, by) -> Note | None:
    """Keep a note; its form sent twice makes one. None if the key is another's.

    Raises `MergedAway`.
    """
    hold(practice)
    note, is_new = Note.objects.get_or_create(
        key=key,
        defaults={
            "practice": practice,
            "text": text,
            "is_pinned": is_pinned,
            "author": by,
        },
    )
    if is_new:
        _audit(note, "added", by)
    elif (note.author_id, note.practice_id) != (by.pk, practice.pk):
        return None
    return note


@transaction.atomic
def change_note(*, note, text, is_pinned, version, by, at) -> Note:
    """Write it anew, if `version` is still the newest; else `ChangedMeanwhile`."""
    row = Note.objects.select_for_update().filter(pk=note.pk).first()
    if row is None:
        raise ChangedMeanwhile
    if (row.text, row.is_pinned) == (text, is_pinned):
        return row
    if row.version != version:
        raise ChangedMeanwhile
    row.text, row.is_pinned = text, is_pinned
    Journal(at=at, by=by).update([row], ["text", "is_pinned"])
    Note.objects.filter(pk=row.pk).update(edited_at=at)
    _audit(row, "changed", by)
    return row


@transaction.atomic
def delete_note(*, note, by, at) -> None:
    """Take it away; the journal keeps what it said."""
    _audit(note, "deleted", by)
    Journal(at=at, by=by).delete([note])


def _audit(note, what, by):
    record(
        action=AuditEvent.Action.NOTE_CHANGED,
        by=by,
        subject=str(note.practice),
        detail={
            "note": what,
            "practice": note.practice_id,
            "number": note.pk,
            "author": str(note.author),
        },
    )
