"""Who is where on which days of the week, and what a practice's hours say of today."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

DAYS = tuple(calendar.day_name)  # Monday first
ABBREVIATED = re.compile(
    r"(?<![a-z])(?:(mo)(?:n|nday)?|(tu)(?:e|es|esday)?|(we)(?:d|dnesday)?"
    r"|(th)(?:u|ur|urs|ursday)?|(fr)(?:i|iday)?|(sa)(?:t|turday)?|(su)(?:n|nday)?)"
    r"s?\.?(?![a-z])",
    re.IGNORECASE,
)
RANGE = re.compile(r"\s*(-|–|—|to|through|thru)\s*", re.IGNORECASE)
EVERY = {
    "daily": range(1, 8),
    "every day": range(1, 8),
    "weekday": range(1, 6),
    "weekend": range(6, 8),
}


@dataclass(frozen=True)
class Day:
    """A day of the week at one place."""

    number: int
    is_there: bool
    is_today: bool

    @property
    def name(self):
        return DAYS[self.number - 1]

    @property
    def letters(self):
        return self.name[:2]


@dataclass(frozen=True)
class Presence:
    """An affiliation with its week; `days` is empty if nobody knows them."""

    place: object
    days: list[Day]

    @property
    def is_today(self):
        return any(day.is_there and day.is_today for day in self.days)

    @property
    def in_words(self):
        """ "Monday, Wednesday" """
        return ", ".join(day.name for day in self.days if day.is_there)


def presences(places: Iterable, *, on: dt.date) -> list[Presence]:
    """Each affiliation with its days, Monday to Friday and more if anyone comes."""
    places = list(places)
    last = max([5, *(int(day) for place in places for day in place.days)])
    return [
        Presence(
            place,
            [
                Day(number, str(number) in place.days, number == on.isoweekday())
                for number in range(1, last + 1)
            ]
            if place.days
            else [],
        )
        for place in places
    ]


@dataclass(frozen=True)
class Line:
    """A line of a practice's hours as somebody wrote it."""

    text: str
    is_today: bool


def lines_of(hours: str, *, on: dt.date) -> list[Line]:
    """The hours line by line, those that speak of the day `on` marked."""
    parts = [part.strip() for part in re.split(r"[\n;]+", hours)]
    return [Line(part, on.isoweekday() in days_in(part)) for part in parts if part]


def days_in(text: str) -> set[int]:
    """The weekdays (1 is Monday) that a line names: "Mon-Thu 8-5" is 1 to 4."""
    lowered = text.lower()
    found = {day for word, days in EVERY.items() if word in lowered for day in days}
    before = None
    for match in ABBREVIATED.finditer(text):
        place = match.lastindex
        between = text[before.end() : match.start()] if before else ""
        if before and RANGE.fullmatch(between):
            first = before.lastindex
            span = (place - first) % 7
            found |= {(first + step - 1) % 7 + 1 for step in range(span + 1)}
        found.add(place)
        before = match
    return found
