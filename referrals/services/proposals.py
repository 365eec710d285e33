"""What people without the right to change the directory propose, and its end."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import record
from referrals.models import Proposal
from referrals.models.merges import KINDS
from referrals.services import directory, provenance
from referrals.services.standing import hold

Action, Status = AuditEvent.Action, Proposal.Status


class AlreadyDecided(Exception):
    """Somebody else has decided one of these proposals, or taken it back."""


class NotTakable(Exception):
    """A value cannot be taken; the message says why, for people."""


class FieldChanged(Exception):
    """A field has changed since whoever decides saw it."""


@transaction.atomic
def propose(*, subject, values: dict, note: str, by, at) -> list[Proposal]:
    """Propose these values; they stand under review until a steward decides.

    A newer proposal of the same person takes the place of their older one for
    the field; what is proposed already, or stands there, is not proposed again.
    Raises `MergedAway`.
    """
    hold(subject)
    row = type(subject).objects.get(pk=subject.pk)
    pending = Proposal.objects.pending().about(row).filter(field__in=values)
    known = {(one.field, one.value) for one in pending}
    made = []
    for name, value in values.items():
        text = provenance.as_text(row, name, value)
        current = provenance.text_of(row, name)
        if text == current or (name, text) in known:
            continue
        for older in pending.filter(field=name, by=by):
            _end(older, Status.WITHDRAWN, by=by, at=at)
        made.append(
            Proposal(
                **{row._meta.model_name: row},
                field=name,
                value=text,
                replaces=current,
                source=provenance.PERSON,
                by=by,
                note=note,
                created_at=at,
            )
        )
    Proposal.objects.bulk_create(made)
    if made:
        told = [one.field for one in made]
        record(
            action=Action.CHANGE_PROPOSED, by=by, subject=row, detail={"fields": told}
        )
    return made


@transaction.atomic
def withdraw(*, proposal: Proposal, by, at) -> None:
    """Take back one's own proposal. Raises `AlreadyDecided`."""
    _end(proposal, Status.WITHDRAWN, by=by, at=at)
    _record(Action.PROPOSAL_WITHDRAWN, proposal, by)


@transaction.atomic
def decline(*, proposals, reason: str, by, at) -> None:
    """Decline all of these, or none. Raises `AlreadyDecided`."""
    for proposal in proposals:
        _end(proposal, Status.DECLINED, by=by, at=at, reason=reason)
        _record(Action.PROPOSAL_DECLINED, proposal, by)


@transaction.atomic
def accept(*, proposals, seen: dict[int, str], reason: str, by, at) -> None:
    """Write the values of all of these, or of none.

    The value stays that of the registry, the file or the person who told it, and
    counts as confirmed by whoever accepts: no file overwrites it any more.
    `seen`: by proposal, the mark (`mark_of`) of the value that it would replace.
    Raises `AlreadyDecided`, `FieldChanged`, `NotTakable`.
    """
    fields = [(one.subject, one.field) for one in proposals]
    if len(set(fields)) < len(fields):
        raise NotTakable("Two of these are for the same field. Choose one of them.")
    _lock_subjects(proposals)
    for proposal in proposals:
        _end(proposal, Status.ACCEPTED, by=by, at=at, reason=reason)
        row = type(proposal.subject).objects.filter(pk=proposal.subject.pk).first()
        if row is None:
            raise AlreadyDecided  # merged meanwhile: look at what it is now
        if seen.get(proposal.pk) != mark_of(row, proposal.field):
            raise FieldChanged(proposal)
        _write(row, proposal, by=by, at=at)
        _record(Action.PROPOSAL_ACCEPTED, proposal, by)


def _lock_subjects(proposals):
    """The rows before their proposals, in one order: as whoever edits or merges.

    Also those that the values name.
    """
    keys = {}
    for one in proposals:
        keys.setdefault(type(one.subject), set()).add(one.subject.pk)
        named = type(one.subject)._meta.get_field(one.field).related_model
        if named in KINDS.values() and one.value:
            keys.setdefault(named, set()).add(int(one.value))
    for model in sorted(keys, key=lambda model: model._meta.model_name):
        rows = model.objects.select_for_update().filter(pk__in=keys[model])
        [*rows.order_by("pk")]


def _write(row, proposal, *, by, at):
    name, told = proposal.field, proposal.value
    if told == provenance.text_of(row, name):
        return
    try:
        value = provenance.from_text(row, name, told)
    except ValidationError:
        raise NotTakable(
            f"“{told[:80]}” cannot be taken: what it names is gone."
        ) from None
    teller = provenance.Teller(
        source=proposal.source, at=proposal.created_at, run=proposal.run, by=proposal.by
    )
    day = timezone.localdate(at).isoformat()
    mark = teller.origin | {"confirmed_on": day, "confirmed_by": by.pk}
    try:
        directory.change(
            subject=row,
            values={name: value},
            version=row.version,
            by=by,
            at=at,
            marks={name: mark},
        )
    except directory.AddressTaken:
        raise NotTakable(f"{row}: {directory.CANNOT_STAND_HERE}") from None
    except directory.PartOfItself:
        raise NotTakable(f"{row} cannot be a part of itself.") from None


def mark_of(row, name: str) -> str:
    """What tells whether the field still holds what somebody saw."""
    return mark_of_text(provenance.text_of(row, name))


def mark_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _end(proposal, status, *, by, at, reason=""):
    """Give a pending proposal its end; whoever comes second is told."""
    ended = Proposal.objects.pending().filter(pk=proposal.pk)
    if not ended.update(status=status, decided_by=by, decided_at=at, reason=reason):
        raise AlreadyDecided


def _record(action, proposal, by):
    detail = {"field": proposal.field, "source": proposal.source}
    record(action=action, by=by, subject=proposal.subject, detail=detail)
