"""What happened at a practice or with a physician, newest first.

Apps further up register a source in `AppConfig.ready()`:

    timeline.register(visits_of, kind="Visit")

A source is `(subject, user, limit) -> list[Entry]`: subject is a `Practice` or
a `Physician` that `user` may see; the source scopes its own rows and returns
its newest `limit` entries, all of its one kind if it names one.
"""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from accounts.permissions import Permission, can
from referrals.models import Practice, Referral

STEP = 12
MOST = 500


@dataclass(frozen=True)
class Entry:
    """One line of a timeline; `kind` names it in a word ("Visit")."""

    at: dt.date
    kind: str
    title: str
    text: str = ""
    url: str = ""


@dataclass(frozen=True)
class Timeline:
    """The newest entries; `more` is how many to ask for next, or None.

    `kinds` may be asked for alone; `kind` is the one that was, or "".
    """

    entries: list[Entry]
    more: int | None
    kinds: tuple[str, ...] = ()
    kind: str = ""


def referrals_of(subject, user, limit: int) -> list[Entry]:
    """Referrals of a practice or by a physician, for who may read referrals."""
    if not can(user, Permission.REFERRAL_READ):
        return []
    referrals = Referral.objects.among_visible_to(user).made_by(subject)
    referrals = referrals.select_related("service_line", "referring_physician")
    return [
        Entry(
            at=referral.received_on,
            kind="Referral",
            title=f"{referral.get_kind_display()} {referral.external_id}",
            text=" · ".join(
                str(part)
                for part in (
                    referral.service_line,
                    referral.get_status_display(),
                    isinstance(subject, Practice) and referral.referring_physician,
                )
                if part
            ),
            url=reverse("referrals:referral-detail", args=[referral.pk]),
        )
        for referral in referrals.order_by("-received_on", "-pk")[:limit]
    ]


Source = Callable[..., list[Entry]]
_sources: dict[Source, str] = {referrals_of: "Referral"}


def register(source: Source, *, kind: str = "") -> None:
    _sources.setdefault(source, kind)


def of(subject, user, *, asked: str | None = None, kind: str = "") -> Timeline:
    """The newest `asked` entries (nonsense asks for one step), of one kind or all."""
    limit = STEP
    if asked and asked.isascii() and asked.isdecimal():
        limit = min(max(int(asked[:6]), STEP), MOST)
    kinds = tuple(sorted({*filter(None, _sources.values())}))
    kind = kind if kind in kinds else ""
    found = itertools.chain.from_iterable(
        source(subject, user, limit + 1)
        for source, of_kind in _sources.items()
        if not kind or of_kind in ("", kind)
    )
    entries = sorted(
        (entry for entry in found if not kind or entry.kind == kind),
        key=lambda entry: entry.at,
        reverse=True,
    )
    has_more = len(entries) > limit and limit < MOST
    more = limit + STEP if has_more else None
    return Timeline(entries[:limit], more, kinds, kind)
