"""One visit as a browser's outbox sends it: JSON, typed at a moment gone by."""

import datetime as dt
import json
from dataclasses import dataclass
from uuid import UUID

from django.utils.datastructures import MultiValueDict

from outreach.forms.fields import is_key
from referrals.models import Physician, Practice
from referrals.services import standing

MOST_BYTES = 64 * 1024
OLDEST = dt.timedelta(days=30)
AHEAD = dt.timedelta(minutes=15)  # as far as the clock of a phone may be wrong
ENVELOPE = ("at", "user", "visit")
NAMED = {"physicians": Physician, "practice": Practice}


class Unreadable(Exception):
    """What was sent is not one visit in JSON."""


@dataclass(frozen=True)
class Sent:
    """A visit under way: its key, whose it is, the moment of the tap with its
    offset, the planned stop it fulfils, and the answers by LogForm's names."""

    uid: UUID
    user: int
    at: dt.datetime
    visit: int | None
    answers: MultiValueDict

    def out_of_time(self, now: dt.datetime) -> str:
        """What is wrong with the moment of the tap, or ""."""
        if self.at > now + AHEAD:
            return "The clock of this device runs ahead. Set it, then save again."
        if self.at < now - OLDEST:
            return "This was saved more than 30 days ago. Check it, then save again."
        return ""

    def answers_besides(self, planned, user) -> MultiValueDict:
        """The answers, with what the stop says where nothing was told."""
        answers = self.answers.copy()
        if planned:
            for name in ("purpose", "service_line_id", "notes"):
                kept = getattr(planned, name) or ""
                answers.setdefault(name.removesuffix("_id"), str(kept))
        for name, model in NAMED.items():
            answers.setlist(name, _as_kept(model, answers.getlist(name), user))
        return answers


def read(body: bytes) -> Sent:
    """The visit in `body`. Raises Unreadable."""
    try:
        told = json.loads(body.decode())
        json.dumps(told, ensure_ascii=False).encode()  # no half of a character
        return Sent(
            uid=UUID(told["uid"]),
            user=_key(told["user"]),
            at=_moment(told["at"]),
            visit=None if told.get("visit") is None else _key(told["visit"]),
            answers=_answers(told),
        )
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise Unreadable from None


def _key(value):
    if isinstance(value, bool) or not is_key(value):
        raise ValueError
    return int(value)


def _moment(text):
    at = dt.datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError
    return at


def _answers(told):
    answers = MultiValueDict()
    for name, value in told.items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(it, str | int) for it in values):
            if name in ENVELOPE:
                continue
            raise ValueError
        if name not in ENVELOPE:
            answers.setlist(name, list(map(str, values)))
    answers.pop("find", None)
    return answers


def _as_kept(model, keys, user):
    """The keys, where a row was merged away since, of what it is a part of now."""
    asked = [int(key) for key in keys if is_key(key)]
    there = set(model.objects.filter(pk__in=asked).values_list("pk", flat=True))
    moved = {
        str(pk): str(kept.pk)
        for pk in asked
        if pk not in there and (kept := standing.kept_instead(model, pk, user))
    }
    return list(dict.fromkeys(moved.get(key, key) for key in keys))
