"""Entry of programme costs and margins, and the audit of it."""

from uuid import UUID

from django.db import transaction

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.locks import lock_until_commit
from referrals.models import Margin, ServiceLine
from reports.models import ProgrammeCost

LOCK = "margins"


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


@transaction.atomic
def save_margins(
    *, margins: dict[int, int | None], payer_class, since, today, by
) -> int:
    """Set margins in cents by service line, general ones or of a payer class; how
    many changed.

    From the day `since` on; without one, what holds today is put right, and None
    takes it away.
    """
    lock_until_commit(LOCK)
    changed = 0
    for line in ServiceLine.objects.filter(pk__in=margins).order_by("name"):
        its = Margin.objects.filter(service_line=line).of_class(payer_class)
        if since:
            there = its.filter(effective_from=since).first()
        else:
            there = its.in_force(today).first()
        changed += set_margin(
            margin=there or new_margin(line, payer_class, since),
            cents=margins[line.pk],
            by=by,
        )
    return changed


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
def save_margin(*, line, payer_class, since, cents, by) -> bool:
    """Set the margin of a line from a day on (None: of the days before all)."""
    lock_until_commit(LOCK)
    its = Margin.objects.filter(service_line=line).of_class(payer_class)
    there = its.filter(effective_from=since).first()
    margin = there or new_margin(line, payer_class, since)
    return set_margin(margin=margin, cents=cents, by=by)


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
