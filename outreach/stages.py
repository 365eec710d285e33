"""The stage of a practice: how far it has come, by rule, as long as nobody says else.

prospect: nobody has tried yet
contacted: an attempt was made: a visit, a call, a drop-off, a closed door
met: somebody was spoken with (in person, virtual or phone)
trial referral: one or two referrals in the last 180 days, none before
referring: three or more in the last 180 days, or any after earlier ones
established: three or more in each of the last four quarters of 91 days
dormant: has referred, but not in the last 180 days

Days of referrals end with the newest referral there is: no file is not silence.
Referrals that ended declined, cancelled or lost count: they were sent. What a
person sets holds until newer evidence moves the practice further, or until
180 days pass without a referral. Each step is kept with its reason.
"""

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from liaison_crm.lib.versions import ChangedMeanwhile
from outreach.models import Visit
from referrals.models import ImportRun, Practice, Referral, StageChange
from referrals.services import directory
from referrals.services.standing import hold

WINDOW = dt.timedelta(days=180)
QUARTER = dt.timedelta(days=91)
QUARTERS = 4
STEADY = 3  # referrals that make a practice referring, and a quarter steady
BATCH = 500
NEWS = dt.timedelta(minutes=5)  # visits saved since then are looked at
SEEN = "stages-follow-imports"

Stage = Practice.Stage
RANK = {
    Stage.PROSPECT: 0,
    Stage.CONTACTED: 1,
    Stage.MET: 2,
    Stage.DORMANT: 3,
    Stage.TRIAL: 4,
    Stage.REFERRING: 5,
    Stage.ESTABLISHED: 6,
}
ATTEMPTS = (Visit.Status.HELD, Visit.Status.NO_SHOW)


@dataclass(frozen=True)
class Evidence:
    """What is known of a practice up to a day."""

    attempted_on: dt.date | None = None
    met_on: dt.date | None = None
    first_referral_on: dt.date | None = None
    last_referral_on: dt.date | None = None
    recent: int = 0  # referrals within the window
    quarters: tuple[int, ...] = (0,) * QUARTERS  # the newest first


@dataclass(frozen=True)
class Judgement:
    """A stage, why, and the day of the newest evidence for it."""

    stage: Stage
    reason: str
    since: dt.date | None


def judge(found: Evidence, *, on: dt.date) -> Judgement:
    """The stage by rule on the day `on`."""
    last = found.last_referral_on
    if last and not found.recent:
        return Judgement(Stage.DORMANT, f"No referral since {day(last)}", last)
    if found.recent and min(found.quarters) >= STEADY:
        told = f"{STEADY} or more referrals in each of the last {QUARTERS} quarters"
        return Judgement(Stage.ESTABLISHED, told, last)
    if found.recent:
        count = f"{found.recent} referral{'s' * (found.recent > 1)}"
        told = f"{count} in the {WINDOW.days} days to {day(on)}"
        had_before = found.first_referral_on <= on - WINDOW
        if found.recent >= STEADY or had_before:
            return Judgement(Stage.REFERRING, told, last)
        return Judgement(Stage.TRIAL, told, last)
    if found.met_on:
        return Judgement(Stage.MET, f"Spoken with on {day(found.met_on)}", found.met_on)
    if found.attempted_on:
        tried = found.attempted_on
        return Judgement(Stage.CONTACTED, f"Tried on {day(tried)}", tried)
    return Judgement(Stage.PROSPECT, "Nothing was tried or sent yet", None)


def day(date: dt.date) -> str:
    return f"{date:%b %-d, %Y}"


def stands(said: Stage, said_on: dt.date, by_rule: Judgement, *, on: dt.date) -> bool:
    """Does what a person said still hold against the rule?"""
    if by_rule.stage == Stage.DORMANT:
        silent_since = max(said_on, by_rule.since)
        return RANK[said] <= RANK[Stage.DORMANT] or on - silent_since < WINDOW
    is_newer = by_rule.since is not None and by_rule.since > said_on
    return not (is_newer and RANK[by_rule.stage] > RANK[said])


def evidence_of(
    practices: QuerySet, *, on: dt.date, end: dt.date
) -> dict[int, Evidence]:
    """Practice -> its visits up to the day `on` and its referrals up to `end`."""
    keys = practices.order_by().values("pk")
    visits = Visit.objects.filter(practice__in=keys, visited_on__lte=on)
    tried = dict(
        visits.filter(status__in=ATTEMPTS)
        .order_by()
        .values_list("practice")
        .annotate(last=Max("visited_on"))
    )
    met = dict(
        visits.conversations()
        .order_by()
        .values_list("practice")
        .annotate(last=Max("visited_on"))
    )
    sent = _referrals(keys, on=end)
    return {
        pk: Evidence(tried.get(pk), met.get(pk), *sent.get(pk, ()))
        for pk in {*tried, *met, *sent}
    }


def _referrals(keys, *, on):
    """Practice -> (first, last, recent, quarters): named on the referral, or where
    its physician worked that day if none was."""
    told = Referral.objects.filter(received_on__lte=on)
    named = _counted(
        told.filter(referring_practice__in=keys), "referring_practice", on=on
    )
    place = "referring_physician__affiliations"
    starts, ends = f"{place}__effective_from", f"{place}__effective_to"
    there = told.filter(
        Q(**{starts: None}) | Q(**{f"{starts}__lte": F("received_on")}),
        Q(**{ends: None}) | Q(**{f"{ends}__gt": F("received_on")}),
        referring_practice=None,
        **{f"{place}__practice__in": keys},
    )
    found = _counted(there, f"{place}__practice", on=on)
    return {
        pk: _both(named.get(pk), found.get(pk)) for pk in named.keys() | found.keys()
    }


def _counted(referrals, group, *, on):
    quarters = {
        f"quarter_{number}": Count(
            "pk",
            distinct=True,
            filter=Q(
                received_on__gt=on - QUARTER * (number + 1),
                received_on__lte=on - QUARTER * number,
            ),
        )
        for number in range(QUARTERS)
    }
    rows = (
        referrals.order_by()
        .values(group)
        .annotate(
            first=Min("received_on"),
            last=Max("received_on"),
            recent=Count("pk", distinct=True, filter=Q(received_on__gt=on - WINDOW)),
            **quarters,
        )
    )
    return {
        row[group]: (
            row["first"],
            row["last"],
            row["recent"],
            tuple(row[name] for name in quarters),
        )
        for row in rows
    }


def _both(one, other):
    if not (one and other):
        return one or other
    sums = tuple(a + b for a, b in zip(one[3], other[3], strict=True))
    return min(one[0], other[0]), max(one[1], other[1]), one[2] + other[2], sums


def data_end(*, on: dt.date) -> dt.date:
    """The newest day that referrals tell of, `on` at the latest."""
    newest = Referral.objects.filter(received_on__lte=on).aggregate(
        day=Max("received_on")
    )["day"]
    return newest or on


@transaction.atomic
def say(*, practice, stage, seen, version, reason, by, at) -> None:
    """A person says how far a practice has come.

    Raises `ChangedMeanwhile` if it is no longer the `version` or the stage that
    they saw, and `MergedAway`.
    """
    hold(practice)
    if not Practice.objects.filter(pk=practice.pk, stage=seen).exists():
        raise ChangedMeanwhile
    directory.change(
        subject=practice,
        values={"stage": stage},
        version=version,
        by=by,
        at=at,
        reason=reason,
    )


def follow(practices: QuerySet, *, on: dt.date, at: dt.datetime) -> int:
    """Move each practice to its stage on the day `on`; how many moved.

    Safe to run twice, and beside somebody who sets a stage meanwhile.
    """
    end = data_end(on=on)
    said = StageChange.objects.filter(practice=OuterRef("pk")).order_by("-at", "-pk")
    rows = practices.order_by("pk").annotate(
        said_by=Subquery(said.values("by")[:1]), said_at=Subquery(said.values("at")[:1])
    )
    known = list(rows.values_list("pk", "stage", "said_by", "said_at"))
    moved = 0
    for start in range(0, len(known), BATCH):
        moved += _follow_batch(known[start : start + BATCH], on=on, end=end, at=at)
    return moved


def follow_all(*, at: dt.datetime) -> int:
    return follow(Practice.objects.all(), on=timezone.localdate(at), at=at)


def follow_news(*, at: dt.datetime) -> int:
    """All after an import ended or was undone, else where visits were just saved."""
    imports = ImportRun.objects.filter(finished_at__isnull=False).aggregate(
        count=Count("pk"), newest=Max("finished_at")
    )
    state = f"{imports['count']} {imports['newest']}"
    if cache.get(SEEN) != state:
        moved = follow_all(at=at)
        cache.set(SEEN, state, timeout=None)
        return moved
    fresh = Visit.objects.filter(updated_at__gte=at - NEWS)
    practices = Practice.objects.filter(pk__in=fresh.values("practice"))
    return follow(practices, on=timezone.localdate(at), at=at)


def _follow_batch(known, *, on, end, at):
    part = Practice.objects.filter(pk__in=[row[0] for row in known])
    found = evidence_of(part, on=on, end=end)
    changes = []
    for pk, stage, said_by, said_at in known:
        verdict = judge(found.get(pk, Evidence()), on=end)
        if verdict.stage == stage or (
            said_by
            and stands(Stage(stage), timezone.localdate(said_at), verdict, on=end)
        ):
            continue
        changes.append((pk, stage, verdict))
    return _write(changes, at=at) if changes else 0


@transaction.atomic
def _write(changes, *, at):
    """The version stays: nobody who edits other fields has to be told of this."""
    written = [
        StageChange(practice_id=pk, stage=verdict.stage, at=at, reason=verdict.reason)
        for pk, before, verdict in changes
        if Practice.objects.filter(pk=pk, stage=before).update(stage=verdict.stage)
    ]
    StageChange.objects.bulk_create(written)
    return len(written)
