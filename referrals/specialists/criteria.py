"""What is asked of the specialists: the same as filters, as words, as an address.

`Criteria.words` is the question as somebody would type it, `Criteria.query` the
parameters of its address; `asked.read` makes one of the former, `from_query` of
the latter.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import cached_property

from referrals.models.specialists import OLDEST_AGE

MOST_PHRASES = 6
PHRASE_LENGTH = 80
RADIUS = 25  # miles, when somebody only says "near"
FURTHEST = 500
LONGEST = 365  # days

WHEN = {
    "today": "today",
    "tomorrow": "tomorrow",
    "week": "this week",
    "next-week": "by next week",
    "month": "this month",
    "next-month": "by next month",
}
WITHIN_DAYS = re.compile(r"([1-9][0-9]{0,2})d")
ZIP = re.compile(r"[0-9]{5}")


def last_day(when: str, *, on: dt.date) -> dt.date:
    """The last day that `when` still allows; weeks end on Saturday."""
    if found := WITHIN_DAYS.fullmatch(when):
        return on + dt.timedelta(days=int(found[1]))
    saturday = on + dt.timedelta(days=(5 - on.weekday()) % 7)
    first_of_next = (on.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    first_after = (first_of_next + dt.timedelta(days=32)).replace(day=1)
    known = {
        "today": on,
        "tomorrow": on + dt.timedelta(days=1),
        "week": saturday,
        "next-week": saturday + dt.timedelta(days=7),
        "month": first_of_next - dt.timedelta(days=1),
        "next-month": first_after - dt.timedelta(days=1),
    }
    return known[when] if when in known else dt.date.fromisoformat(when)


def when_in_words(when: str) -> str:
    if when in WHEN:
        return WHEN[when]
    if found := WITHIN_DAYS.fullmatch(when):
        return f"within {found[1]} day{'s' * (found[1] != '1')}"
    day = dt.date.fromisoformat(when)
    return f"by {day:%b} {day.day}, {day.year}"


@dataclass(frozen=True)
class Criteria:
    """A question; empty parts ask for nothing."""

    what: tuple[str, ...] = ()  # each is met by what they treat, or by their name
    insurer: str = ""
    language: str = ""
    when: str = ""  # a key of WHEN, "10d", or a day
    near: str = ""  # a ZIP code or the name of a city
    within: int | None = None  # miles
    age: int | None = None  # years
    telehealth: bool = False
    accepting: bool = False  # new patients
    line: int | None = None  # service line

    @property
    def radius(self) -> int:
        return self.within or RADIUS

    @cached_property
    def parts(self) -> dict[str, str]:
        """Each criterion in words, as a person would type it."""
        said = {f"what:{number}": phrase for number, phrase in enumerate(self.what)}
        if self.insurer:
            said["insurer"] = f"takes {self.insurer}"
        if self.language:
            said["language"] = f"speaks {self.language}"
        if self.age is not None:
            said["age"] = f"age {self.age}"
        if self.telehealth:
            said["telehealth"] = "telehealth"
        if self.accepting:
            said["accepting"] = "accepts new patients"
        if self.when:
            said["when"] = when_in_words(self.when)
        if self.near:
            radius = f"within {self.within} miles of" if self.within else "near"
            said["near"] = f"{radius} {self.near}"
        return said

    @property
    def words(self) -> str:
        return ", ".join(self.parts.values())

    @property
    def query(self) -> dict:
        """The parameters of the address, without those that ask for nothing."""
        found = {
            "what": list(self.what),
            "insurer": self.insurer,
            "language": self.language,
            "when": self.when,
            "near": self.near,
            "within": self.within,
            "age": self.age,
            "telehealth": "yes" if self.telehealth else "",
            "accepting": "yes" if self.accepting else "",
            "line": self.line,
        }
        return {
            name: value for name, value in found.items() if value not in ("", None, [])
        }

    def without(self, part: str) -> "Criteria":
        """The same question without one of its `parts` (or the service line)."""
        name, _, number = part.partition(":")
        if name == "what":
            kept = (self.what[: int(number)], self.what[int(number) + 1 :])
            return replace(self, what=kept[0] + kept[1])
        if name == "near":
            return replace(self, near="", within=None)
        return replace(self, **{name: getattr(Criteria, name)})


def from_query(query) -> Criteria:
    """The question of an address (a QueryDict). Nonsense asks for nothing."""
    phrases = (clean(phrase) for phrase in query.getlist("what")[:MOST_PHRASES])
    near = clean(query.get("near", ""))
    return Criteria(
        what=tuple(dict.fromkeys(phrase for phrase in phrases if phrase)),
        insurer=clean(query.get("insurer", "")),
        language=clean(query.get("language", "")),
        when=when_of(query.get("when", "")),
        near=near,
        within=number_of(query.get("within", ""), FURTHEST, least=1) if near else None,
        age=number_of(query.get("age", ""), OLDEST_AGE),
        telehealth=query.get("telehealth") == "yes",
        accepting=query.get("accepting") == "yes",
        line=number_of(query.get("line", ""), 2**31 - 1, least=1),
    )


def clean(text: str) -> str:
    """One line without commas (they part the words) and control characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(re.sub(r"[,;]", " ", printable).split())[:PHRASE_LENGTH].strip()


def number_of(text: str, most: int, least: int = 0) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 11):
        return None
    return int(text) if least <= int(text) <= most else None


def when_of(text: str) -> str:
    """`text` if it names a span or a day, else "" ."""
    if text in WHEN:
        return text
    if found := WITHIN_DAYS.fullmatch(text):
        return text if int(found[1]) <= LONGEST else ""
    if not re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        return ""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
