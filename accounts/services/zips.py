"""ZIP codes go from one territory to another on a day; what was before stays dated."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import announcements
from accounts.models import AuditEvent, Territory, TerritoryZip
from accounts.services.audit import record_all
from accounts.services.zip_stories import before, place, spans_of, story_of, told
from liaison_crm.lib.locks import lock_until_commit

LOCK = "territory zips"
BATCH = 5000
NAMED_AT_MOST = 200  # characters


def shortened(codes):
    """ZIP codes as people write them: `37201-37205, 37210`."""
    runs = []
    for code in sorted(codes):
        if runs and int(code) == int(runs[-1][1]) + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(a if a == b else f"{a}-{b}" for a, b in runs)


def named(codes):
    text = shortened(codes)
    return f"{text[:NAMED_AT_MOST]}…" if len(text) > NAMED_AT_MOST else text


class Refused(Exception):
    """Nothing was changed. `field` is what of the request was wrong."""

    field = "zip_codes"


class NotYours(Refused):
    """ZIP codes that the person may not move; whose they are is not told."""

    def __init__(self, codes):
        super().__init__(f"Not yours to move: {named(codes)}.")


class ZipsTaken(Refused):
    """ZIP codes of other territories: `by_territory` maps a name to its codes."""

    def __init__(self, by_territory):
        self.by_territory = by_territory
        named = "; ".join(
            f"{name}: {shortened(codes)}"
            for name, codes in sorted(by_territory.items())
        )
        super().__init__(f"These belong elsewhere. {named}")


class PastChanged(Refused):
    """The change would reach back into days that are over, and nobody said so."""

    field = "reaches_back"

    def __init__(self, codes):
        super().__init__(
            f"This changes whose {named(codes)} was on days that are over."
        )


@dataclass(frozen=True)
class Move:
    """What happened to one ZIP code: keys of territories, None for none.

    `before` had it on the day of the change, `later` were to have it after that.
    """

    zip_code: str
    before: int | None
    later: frozenset
    after: int | None

    @property
    def touched(self):
        return (self.later | {self.before, self.after}) - {None}


def reassign_zips(*, zips, territory, **change):
    """Give these ZIP codes to one territory, or to none: see `reassign`."""
    target = territory.pk if territory else None
    return reassign(targets=dict.fromkeys(zips, target), **change)


@transaction.atomic
def reassign(*, targets, on, by, at, new_from=None, reaches_back=False):
    """From the day `on` each ZIP code of `targets` belongs to the territory of this
    key, or to none; what was planned for later days gives way.

    A code that never belonged anywhere starts on `new_from` instead, if told.
    Answers the moves; everybody sees by them from that day, without another act.
    Raises NotYours, and PastChanged unless it `reaches_back`.
    """
    lock_until_commit(LOCK)
    stories, changed, moves = _stories(targets), {}, []
    for code, target in targets.items():
        old = stories.get(code, [])
        first = new_from if new_from and not old else on
        new = told([step for step in old if step[0] < first] + [(first, target)])
        if new != old:
            changed[code] = (old, new)
            later = frozenset(where for day, where in old if day > on)
            moves.append(Move(code, place(old, on), later, target))
    _check(changed, moves, by, timezone.localdate(at), reaches_back=reaches_back)
    _rewrite(changed)
    _record(moves, on=on, by=by, at=at)
    return moves


@transaction.atomic
def withdraw(*, zips, on, by, at):
    """What was planned for these ZIP codes on the day `on` does not happen.

    Who has them on the day before keeps them, until the next change that is planned.
    Answers the codes; a day that is not to come withdraws none. Raises NotYours.
    """
    lock_until_commit(LOCK)
    if on <= timezone.localdate(at):
        return []
    changed, moves = {}, []
    for code, old in _stories(zips).items():
        new = told([step for step in old if step[0] != on])
        if new != old:
            changed[code] = (old, new)
            planned = frozenset({place(old, on)})
            kept = place(new, on)
            moves.append(Move(code, kept, planned, kept))
    _check(changed, moves, by, on, reaches_back=False)
    _rewrite(changed)
    _record(moves, on=on, by=by, at=at)
    return [move.zip_code for move in moves]


@transaction.atomic
def set_zips(*, territory, zip_codes, move, on, by, at, **change):
    """From the day `on` the territory has exactly these ZIP codes; how many came
    and went. See `reassign`.

    Codes of other territories move here if `move`; else raises ZipsTaken.
    """
    lock_until_commit(LOCK)
    held = dict(
        TerritoryZip.objects.current(on=on).values_list("zip_code", "territory")
    )
    mine = {code for code, holder in held.items() if holder == territory.pk}
    taken = [code for code in zip_codes if code in held and code not in mine]
    if taken and not move:
        _check_holders(taken, held, by)
        raise ZipsTaken(_holders(taken, held))
    gone = mine - zip_codes
    targets = dict.fromkeys(sorted(gone)) | dict.fromkeys(
        sorted(zip_codes), territory.pk
    )
    moves = reassign(targets=targets, on=on, by=by, at=at, **change)
    came = [one for one in moves if one.after == territory.pk != one.before]
    return len(came), len(gone)


def _stories(codes):
    """ZIP code -> its story; codes that never belonged anywhere are missing."""
    rows = defaultdict(list)
    for part in parts(codes):
        for code, *span in TerritoryZip.objects.filter(zip_code__in=part).values_list(
            "zip_code", "starts_on", "ends_on", "territory"
        ):
            rows[code].append(span)
    return {code: story_of(spans) for code, spans in rows.items()}


def _check(changed, moves, by, today, *, reaches_back):
    allowed = _allowed(by)
    foreign = [move.zip_code for move in moves if not move.touched <= allowed]
    if foreign:
        raise NotYours(foreign)
    past = [
        code
        for code, (old, new) in changed.items()
        if old and before(old, today) != before(new, today)
    ]
    if past and not reaches_back:
        raise PastChanged(past)


def _check_holders(codes, held, by):
    allowed = _allowed(by)
    foreign = [code for code in codes if held[code] not in allowed]
    if foreign:
        raise NotYours(foreign)


def _holders(codes, held):
    names = dict(Territory.objects.values_list("pk", "name"))
    found = defaultdict(list)
    for code in codes:
        found[names[held[code]]].append(code)
    return dict(found)


def _allowed(by):
    return set(Territory.objects.manageable_by(by).values_list("pk", flat=True))


def _rewrite(changed):
    """Write the new stories: few statements, however many codes."""
    rows, gone, ends, new = _rows(changed), [], defaultdict(list), []
    for code, (old, story) in changed.items():
        was, becomes = spans_of(old), spans_of(story)
        stays = {
            first
            for first, (_, where) in becomes.items()
            if first in was and was[first][1] == where
        }
        gone += [rows[code, first] for first in was if first not in stays]
        for first, (last, where) in becomes.items():
            if first not in stays:
                new.append(
                    TerritoryZip(
                        zip_code=code,
                        territory_id=where,
                        starts_on=first,
                        ends_on=last,
                    )
                )
            elif was[first][0] != last:
                ends[last].append(rows[code, first])
    for part in parts(gone):
        TerritoryZip.objects.filter(pk__in=part).delete()
    # What is closed first leaves room for what is opened.
    for last in sorted(ends, key=lambda day: day is None):
        for part in parts(ends[last]):
            TerritoryZip.objects.filter(pk__in=part).update(ends_on=last)
    TerritoryZip.objects.bulk_create(new, batch_size=BATCH)


def _rows(codes):
    """(ZIP code, first day) -> key of the row."""
    return {
        (code, first): pk
        for part in parts(codes)
        for code, first, pk in TerritoryZip.objects.filter(
            zip_code__in=part
        ).values_list("zip_code", "starts_on", "pk")
    }


def parts(keys):
    keys = list(keys)
    return [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]


def _record(moves, *, on, by, at):
    """One event for each territory that the moves touch, and word to its people."""
    keys = {key for move in moves for key in move.touched}
    names = dict(Territory.objects.filter(pk__in=keys).values_list("pk", "name"))
    touched = defaultdict(list)
    for move in moves:
        for key in move.touched:
            touched[key].append(move)
    record_all(
        {
            "action": AuditEvent.Action.TERRITORY_CHANGED,
            "by": by,
            "subject": names[key],
            "detail": {"from": on.isoformat()} | _detail(key, theirs, names),
        }
        for key, theirs in touched.items()
    )
    announcements.zips_moved(touched, names=names, on=on, by=by, at=at)


def _detail(key, moves, names):
    """What the moves mean to one territory, without what is empty."""
    came = [move for move in moves if key == move.after != move.before]
    went = [move for move in moves if key == move.before != move.after]
    rest = set(moves) - {*came, *went}
    detail = {
        "zips_added": shortened(move.zip_code for move in came),
        "moved_from": _by_name(came, "before", names),
        "zips_removed": shortened(move.zip_code for move in went),
        "moved_to": _by_name(went, "after", names),
        "planned_change_dropped": shortened(move.zip_code for move in rest),
    }
    return {name: value for name, value in detail.items() if value}


def _by_name(moves, side, names):
    found = defaultdict(list)
    for move in moves:
        if (key := getattr(move, side)) is not None:
            found[names[key]].append(move.zip_code)
    return {name: shortened(codes) for name, codes in found.items()}
