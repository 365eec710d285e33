"""What people without the right to change the directory propose, and its end."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import record
from accounts.services.audit import record_all
from referrals import fields
from referrals.models import Proposal
from referrals.models.merges import KINDS
from referrals.services import directory, provenance
from referrals.services.standing import hold

Action, Status = AuditEvent.Action, Proposal.Status


class AlreadyDecided(Exception):
    """Somebody else has decided one of these proposals, or taken it back."""


class NotTakable(Exception):
    """A value cannot be taken; the message says why, for people."""


class NotAsShown(Exception):
    """The proposals, or what they would replace, are not those of the preview."""


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
    pending = Proposal.objects.pending().filter(pk__in=[one.pk for one in proposals])
    ended = {"decided_by": by, "decided_at": at, "reason": reason}
    if pending.update(status=Status.DECLINED, **ended) < len(proposals):
        raise AlreadyDecided
    record_all(_event(Action.PROPOSAL_DECLINED, one, by) for one in proposals)


@transaction.atomic
def accept(*, proposals, seen: dict[int, str], reason: str, by, at) -> None:
    """Write the values of all of these, or of none.

    The value stays that of the registry, the file or the person who told it, and
    counts as confirmed by whoever accepts: no file overwrites it any more.
    `seen`: by proposal, the mark (`mark_of`) of the value that it would replace.
    Raises `AlreadyDecided`, `FieldChanged`, `NotTakable`.
    """
    check_one_a_field(proposals)
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


def check_one_a_field(proposals) -> None:
    """Raises `NotTakable` if two of these are for the same field."""
    seen = set()
    for one in proposals:
        if (one.subject, one.field) in seen:
            label = fields.label_of(type(one.subject), one.field)
            raise NotTakable(
                f"Two of these are for the same field: {label} of {one.subject}. "
                "Choose one of them."
            )
        seen.add((one.subject, one.field))


def is_stale(proposal, text: str) -> bool:
    """Does the field hold another `text` than when the change was proposed?"""
    return text not in (proposal.replaces, proposal.value)


def seal_of(proposals) -> str:
    """Stands for all of these, with what their fields hold and are to hold."""
    lines = (
        f"{one.pk}\0{one.value}\0{mark_of(one.subject, one.field)}\n"
        for one in proposals
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@transaction.atomic
def decide_all(*, proposals, seal: str, is_accepted: bool, reason: str, by, at) -> None:
    """Accept or decline all that a preview showed, or none.

    Raises `NotAsShown` unless these are the ones of the `seal`, still as they were;
    and what `accept` and `decline` raise.
    """
    _lock_subjects(proposals)
    rows = with_what_stands(Proposal.objects.pending())
    rows = [*rows.filter(pk__in=[one.pk for one in proposals]).order_by("pk")]
    if seal_of(rows) != seal:
        raise NotAsShown
    told = {"proposals": rows, "reason": reason, "by": by, "at": at}
    if is_accepted:
        seen = {one.pk: mark_of(one.subject, one.field) for one in rows}
        accept(**told, seen=seen)
    else:
        decline(**told)


def with_what_stands(proposals):
    """A queryset of proposals with what their fields hold now."""
    rows = proposals.select_related("practice", "physician", "organization")
    return rows.prefetch_related("physician__other_specialties")


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
    record(**_event(action, proposal, by))


def _event(action, proposal, by):
    detail = {"field": proposal.field, "source": proposal.source}
    return {"action": action, "by": by, "subject": proposal.subject, "detail": detail}
