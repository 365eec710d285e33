"""Entry of programme costs and margins, and the audit of it."""

import hashlib
from uuid import UUID

from django.db import transaction

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.locks import lock_until_commit
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.models import Margin, ServiceLine
from reports.models import ProgrammeCost

LOCK = "margins"
NONE = "none"  # what a page saw of a line without a margin


@transaction.atomic
def add_cost(*, cost, key: UUID, by) -> ProgrammeCost:
    """Keep a new cost; the same `key` sent again answers the one that is kept."""
    lock_until_commit(f"cost {key}")
    if kept := ProgrammeCost.objects.filter(key=key).first():
        return kept
    cost.key = key
    return save_cost(cost=cost, by=by)


@transaction.atomic
def save_cost(*, cost, by) -> ProgrammeCost:
    """Keep a cost and audit it; the return follows with a run of its own."""
    before = ProgrammeCost.objects.filter(pk=cost.pk).first() if cost.pk else None
    cost.save()
    _audit(by, "Programme cost", cost, before=before and before.amount_cents)
    return cost


@transaction.atomic
def delete_cost(*, cost, by):
    """Take a cost out and audit what it was."""
    _audit(by, "Programme cost deleted", cost, before=cost.amount_cents)
    cost.delete()


class SetMeanwhile(ChangedMeanwhile):
    """Somebody else did; `margins`: by service line, what stands there (or None)."""

    def __init__(self, margins: dict[int, Margin | None]):
        super().__init__(margins)
        self.margins = margins


def seen_of(margins) -> dict[int, str]:
    """By service line: what a page saw of these, to come back with its form."""
    said = {}
    for margin in margins.order_by("service_line", "payer_class", "effective_from"):
        one = f"{margin.payer_class_id} {margin.effective_from} {margin.cents}"
        said.setdefault(margin.service_line_id, []).append(one)
    return {
        line: hashlib.sha256("\n".join(its).encode()).hexdigest()[:20]
        for line, its in said.items()
    }


@transaction.atomic
def save_margins(
    *,
    margins: dict[int, int | None],
    seen: dict[int, str],
    payer_class,
    since,
    today,
    by,
) -> int:
    """Set margins in cents by service line, general ones or of a payer class; how
    many changed.

    From the day `since` on; without one, what holds today is put right, and None
    takes it away. Raises `SetMeanwhile`, and sets none, if what is to be replaced is
    not what `seen` (as `seen_of` gave it) saw; a line without one is not checked.
    """
    lock_until_commit(LOCK)
    newest = seen_of(Margin.objects.filter(service_line__in=seen).of_class(payer_class))
    lines = ServiceLine.objects.filter(pk__in=margins).order_by("name")
    there = {line: _standing(line, payer_class, since, today=today) for line in lines}
    stale = {
        line.pk: margin
        for line, margin in there.items()
        if (margin and margin.cents) != margins[line.pk]
        and line.pk in seen
        and seen[line.pk] != newest.get(line.pk, NONE)
    }
    if stale:
        raise SetMeanwhile(stale)
    return sum(
        set_margin(
            margin=margin or new_margin(line, payer_class, since),
            cents=margins[line.pk],
            by=by,
        )
        for line, margin in there.items()
    )


def _standing(line, payer_class, since, *, today):
    """The margin that another one takes the place of, if there is one."""
    its = Margin.objects.filter(service_line=line).of_class(payer_class)
    if since:
        return its.filter(effective_from=since).first()
    return its.in_force(today).first()


def new_margin(line, payer_class, since):
    return Margin(service_line=line, payer_class=payer_class, effective_from=since)


def set_margin(*, margin, cents, by) -> bool:
    """Write the margin, or take it away (None), and audit it; was it another?"""
    before = margin.cents if margin.pk else None
    if before == cents:
        return False
    since = margin.effective_from
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject=f"Margin of {margin.service_line}",
        detail={
            "from": str(since) if since else None,
            "before": before,
            "after": cents,
            **({"payer_class": margin.payer_class.name} if margin.payer_class else {}),
        },
    )
    if cents is None:
        margin.delete()
    else:
        margin.cents = cents
        margin.save()
    return True


@transaction.atomic
def save_margin(*, line, payer_class, since, cents, seen, by) -> bool:
    """Set the margin of a line from a day on (None: of the days before all).

    Raises `SetMeanwhile` if there is another one that `seen`, of all margins of the
    line, did not see; an empty `seen` is not checked.
    """
    lock_until_commit(LOCK)
    its = Margin.objects.filter(service_line=line)
    there = its.of_class(payer_class).filter(effective_from=since).first()
    if there and there.cents != cents and seen not in ("", seen_of(its)[line.pk]):
        raise SetMeanwhile({line.pk: there})
    margin = there or new_margin(line, payer_class, since)
    return set_margin(margin=margin, cents=cents, by=by)


@transaction.atomic
def delete_margin(*, margin, seen: str, by) -> None:
    """Take a margin away; raises `SetMeanwhile` if it is not `seen` cents any more."""
    lock_until_commit(LOCK)
    row = Margin.objects.filter(pk=margin.pk).first()
    if row is None or seen not in ("", str(row.cents)):
        raise SetMeanwhile({margin.service_line_id: row})
    set_margin(margin=row, cents=None, by=by)


def _audit(by, what, cost, *, before):
    record(
        action=AuditEvent.Action.SETTING_CHANGED,
        by=by,
        subject=f"{what}: {cost}",
        detail={
            "month": f"{cost.month:%Y-%m}",
            "category": cost.category,
            "liaison": cost.liaison.email if cost.liaison else None,
            "before_cents": before,
            "cents": cost.amount_cents,
        },
    )
