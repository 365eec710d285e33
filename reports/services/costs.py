"""Entry of programme costs and margins, and the audit of it."""

from django.db import transaction

from accounts.models import AuditEvent
from accounts.services import record
from referrals.models import ServiceLine
from reports.models import ProgrammeCost


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
def save_margins(*, margins: dict[int, int | None], by) -> int:
    """Set margins in cents by service line; None takes one away. How many changed."""
    lines = ServiceLine.objects.select_for_update().filter(pk__in=margins)
    changed = [line for line in lines if line.margin_cents != margins[line.pk]]
    for line in changed:
        record(
            action=AuditEvent.Action.SETTING_CHANGED,
            by=by,
            subject=f"Margin of {line}",
            detail={"before": line.margin_cents, "after": margins[line.pk]},
        )
        line.margin_cents = margins[line.pk]
        line.save(update_fields=["margin_cents"])
    return len(changed)


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
