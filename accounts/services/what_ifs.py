"""What-ifs: another cut is tried, compared, and applied on a day in one step."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from accounts.models import AuditEvent, Territory, TerritoryZip, WhatIf, WhatIfMove
from accounts.services import zips
from accounts.services.audit import record
from liaison_crm.lib.locks import lock_until_commit
from liaison_crm.lib.versions import ChangedMeanwhile

BATCH = 5000


class OutsideCut(zips.Refused):
    """ZIP codes or a territory that this what-if is not about; whose is not told."""

    def __init__(self, codes=()):
        what = zips.named(codes) if codes else "That territory"
        super().__init__(f"{what}: not part of this what-if.")


class AlreadyApplied(zips.Refused):
    """What was applied is history and does not change."""


class CutHasMoved(zips.Refused):
    """ZIP codes are no longer where they were when the what-if moved them."""

    def __init__(self, codes):
        self.codes = codes
        super().__init__(
            f"{zips.named(codes)} went elsewhere since they were moved here. "
            "Move them again or take them back."
        )


@transaction.atomic
def start(*, what_if, by) -> WhatIf:
    """Begin one; asked for again before anything has moved in it, it is the same."""
    lock_until_commit(f"what-ifs of {by.pk}")
    told = {"by": by, "name": what_if.name, "root": what_if.root}
    if begun := WhatIf.objects.filter(**told, applied_at=None, moves=None).first():
        return begun
    what_if.by = by
    what_if.save()
    record(
        action=AuditEvent.Action.WHAT_IF_STARTED,
        by=by,
        subject=what_if,
        detail={"below": str(what_if.root or "")},
    )
    return what_if


def cut_of(what_if, *, on):
    """Two cuts, ZIP code -> key of a territory: as it is on the day, as it would be."""
    now = dict(territories_of(what_if, on=on))
    then = dict(now)
    for code, after in what_if.moves.values_list("zip_code", "after"):
        then.pop(code, None)
        if after is not None:
            then[code] = after
    return now, then


def nodes_of(what_if):
    """The territories it is about."""
    if what_if.root_id is None:
        return Territory.objects.all()
    return Territory.objects.filter(pk=what_if.root_id).with_everything_below()


def territories_of(what_if, *, on):
    held = TerritoryZip.objects.current(on=on)
    return held.filter(territory__in=nodes_of(what_if)).values_list(
        "zip_code", "territory"
    )


@transaction.atomic
def move(*, what_if, targets, on):
    """Each ZIP code of `targets` would belong to the territory of this key, or to
    none; back where it is on the day `on` is no move. Answers how many moves there
    are then. Raises AlreadyApplied, and OutsideCut for what it is not about.
    """
    what_if = _locked(what_if)
    nodes = set(nodes_of(what_if).values_list("pk", flat=True)) | {None}
    if not nodes.issuperset(targets.values()):
        raise OutsideCut()
    held = _held(targets, on=on)
    if foreign := [code for code in targets if held.get(code) not in nodes]:
        raise OutsideCut(foreign)
    for part in zips.parts(targets):
        what_if.moves.filter(zip_code__in=part).delete()
    WhatIfMove.objects.bulk_create(
        [
            WhatIfMove(
                what_if=what_if, zip_code=code, before_id=held.get(code), after_id=key
            )
            for code, key in sorted(targets.items())
            if held.get(code) != key
        ],
        batch_size=BATCH,
    )
    WhatIf.objects.filter(pk=what_if.pk).update(version=F("version") + 1)
    return what_if.moves.count()


def stale(moves, *, on):
    """ZIP codes that are not on the day `on` where their move takes them from."""
    held = _held([move.zip_code for move in moves], on=on)
    return [
        move.zip_code for move in moves if held.get(move.zip_code) != move.before_id
    ]


@transaction.atomic
def apply(*, what_if, version, on, by, at):
    """The cut becomes real from the day `on`, all of it or nothing.

    Raises ChangedMeanwhile if it is no longer the version that was looked at,
    AlreadyApplied, CutHasMoved, and what `zips.reassign` raises.
    """
    what_if = _locked(what_if)
    if what_if.version != version:
        raise ChangedMeanwhile()
    moves = list(what_if.moves.all())
    if codes := stale(moves, on=on):
        raise CutHasMoved(codes)
    targets = {move.zip_code: move.after_id for move in moves}
    zips.reassign(targets=targets, on=on, by=by, at=at)
    what_if.applied_at, what_if.applied_on, what_if.applied_by = at, on, by
    what_if.save(update_fields=["applied_at", "applied_on", "applied_by"])
    record(
        action=AuditEvent.Action.WHAT_IF_APPLIED,
        by=by,
        subject=what_if,
        detail={"from": on.isoformat(), "zip_codes": len(targets)},
    )
    return len(targets)


@transaction.atomic
def delete(*, what_if, by):
    """Raises AlreadyApplied: what became real stays on record."""
    what_if = _locked(what_if)
    record(action=AuditEvent.Action.WHAT_IF_DELETED, by=by, subject=what_if)
    what_if.delete()


def _locked(what_if):
    found = WhatIf.objects.select_for_update().get(pk=what_if.pk)
    if not found.is_open:
        raise AlreadyApplied(f"{found} was applied and does not change any more.")
    return found


def _held(codes, *, on):
    """ZIP code -> key of the territory that has it on the day `on`."""
    held = {}
    for part in zips.parts(codes):
        rows = TerritoryZip.objects.current(on=on).filter(zip_code__in=part)
        held.update(rows.values_list("zip_code", "territory"))
    return held


@dataclass(frozen=True)
class Group:
    """ZIP codes of a what-if that go the same way; `stale` ones are elsewhere now."""

    before: Territory | None
    after: Territory | None
    codes: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def listed(self):
        return zips.shortened(self.codes)


def groups_of(what_if, *, on):
    """The moves by where they come from and go to."""
    moves = list(what_if.moves.select_related("before", "after"))
    gone = set(stale(moves, on=on)) if what_if.is_open else set()
    groups = {}
    for one in moves:
        groups.setdefault((one.before, one.after), []).append(one.zip_code)
    return [
        Group(before, after, tuple(codes), tuple(sorted(gone.intersection(codes))))
        for (before, after), codes in groups.items()
    ]
