"""Payers by class: the names that referrals and claims bring, and who sorts them.

Margins may differ by class; a name without a class has the general margin.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.locks import lock_until_commit
from referrals.models import ClaimsImport, Payer, PayerClass, Referral
from referrals.models.payers import payer_key

LOCK = "payers"
SORTS = ("name", "referrals", "lines", "payer_class")


class Changed(Exception):
    """Somebody sorted these keys meanwhile; nothing was saved."""

    def __init__(self, keys):
        super().__init__(keys)
        self.keys = keys


class InUse(Exception):
    """The payer class cannot go; the message says what needs it."""


@dataclass
class Row:
    """A payer as the data name it, in its most frequent spelling."""

    key: str
    name: str
    referrals: int = 0
    lines: int = 0  # of claims
    payer_class: PayerClass | None = None

    @property
    def mark(self) -> str:
        """A short name of the key, for a form."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:16]

    @property
    def class_id(self) -> int | None:
        return self.payer_class.pk if self.payer_class else None


def payers_for(user, *, is_unmapped=False, sort="-referrals") -> list[Row]:
    """Every name of the claims, of referrals in sight of `user`, and each that
    has a class; with `is_unmapped` those without one."""
    rows = {}
    named = Referral.objects.visible_to(user).exclude(payer_name="")
    counted = named.values("payer_name").annotate(number=Count("pk"))
    for one in counted.order_by("-number", "payer_name"):
        _row(rows, one["payer_name"]).referrals += one["number"]
    for quality in ClaimsImport.objects.visible().values_list("quality", flat=True):
        for one in quality.get("payers", ()):
            _row(rows, one["payer_name"]).lines += one["lines"]
    for payer in Payer.objects.select_related("payer_class"):
        _row(rows, payer.name).payer_class = payer.payer_class
    rows.pop("", None)
    kept = [row for row in rows.values() if not (is_unmapped and row.payer_class)]
    return in_order(kept, sort)


def _row(rows, name):
    key = payer_key(name)
    return rows.setdefault(key, Row(key, " ".join(name.split())))


def in_order(rows: list[Row], sort: str) -> list[Row]:
    name = sort.removeprefix("-")
    rows = sorted(rows, key=lambda row: row.key)
    values = {
        "name": lambda row: row.key,
        "referrals": lambda row: (row.referrals, row.lines),
        "lines": lambda row: (row.lines, row.referrals),
        "payer_class": lambda row: str(row.payer_class or "").casefold(),
    }
    return sorted(rows, key=values[name], reverse=sort.startswith("-"))


@transaction.atomic
def classify_payers(*, answers: list[tuple], by) -> int:
    """Give payers a class (None: none); how many changed.

    Each answer is (row, class id that was seen, class id wanted). Raises
    `Changed` if somebody else gave another one meanwhile. The return follows
    with a run of its own.
    """
    lock_until_commit(LOCK)
    there = Payer.objects.select_related("payer_class").in_bulk(
        [row.key for row, _, _ in answers], field_name="key"
    )
    names = dict(PayerClass.objects.values_list("pk", "name"))
    moves, lost = {}, []
    for row, seen, wanted in answers:
        payer = there.get(row.key)
        now = payer.payer_class_id if payer else None
        if wanted in (seen, now):
            continue
        if now != seen or (wanted and wanted not in names):
            lost.append(row.key)
            continue
        moves[row.name] = [names.get(now), names.get(wanted)]
        _classify(payer or Payer(key=row.key, name=row.name), wanted)
    if lost:
        raise Changed(lost)
    if moves:
        _audit(by, "Payer classes", moves)
    return len(moves)


def _classify(payer, wanted):
    if wanted is None:
        payer.delete()
    else:
        payer.payer_class_id = wanted
        payer.save()


@transaction.atomic
def save_payer_class(*, payer_class, by) -> PayerClass:
    """Keep a new class, or another name of one."""
    before = PayerClass.objects.filter(pk=payer_class.pk).first()
    payer_class.save()
    _audit(by, f"Payer class: {payer_class}", {"before": before and before.name})
    return payer_class


@transaction.atomic
def delete_payer_class(*, payer_class, by):
    """Take out a class without payers and margins; else raises `InUse`."""
    lock_until_commit(LOCK)
    used = PayerClass.objects.with_counts().get(pk=payer_class.pk)
    if used.payer_count or used.margin_count:
        raise InUse(
            f"{used} stays: it has {used.payer_count:,} payer"
            f"{'s' * (used.payer_count != 1)} and {used.margin_count:,} margin"
            f"{'s' * (used.margin_count != 1)}."
        )
    _audit(by, f"Payer class deleted: {used}", {})
    payer_class.delete()


def _audit(by, subject, detail):
    record(
        action=AuditEvent.Action.SETTING_CHANGED, by=by, subject=subject, detail=detail
    )
