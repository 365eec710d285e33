"""Free words into a question: `knee, Aetna, this week, near 37064`.

What has a shape of its own (a place, an age, a span of time) is cut out first,
then the names that the network knows, the longest first. What is left over is
taken as it stands: a word for what hurts, or somebody's name.
"""

import datetime as dt
import re

from referrals.models import Term
from referrals.models.specialists import OLDEST_AGE
from referrals.specialists.criteria import (
    FURTHEST,
    LONGEST,
    MOST_PHRASES,
    Criteria,
    clean,
    number_of,
)
from referrals.specialists.vocabulary import MOST_WORDS, WORD, Vocabulary, stem

LONGEST_TEXT = 400
CUT = " , "
MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = MONTH_NAMES.split()
DAY_NAMES = "mon tue wed thu fri sat sun"
DAYS = DAY_NAMES.split()
NUMBER_NAMES = "a one two three four five six seven eight nine ten eleven twelve"
NUMBERS = NUMBER_NAMES.split()


def pattern(text: str) -> re.Pattern:
    return re.compile(rf"(?<![\w-])(?:{text})(?![\w-])", re.IGNORECASE | re.ASCII)


NUMBER = rf"(?:[0-9]{{1,3}}|an|{'|'.join(NUMBERS)})"
MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]{{0,6}}\.?"
YEAR = r"(?:,?\s*(?P<year>20[0-9]{2}))?"
BEFORE_DAY = r"(?:(?:by|before|until|on|no later than)\s+)?"
OF = r"(?:\s*(?:of|from|around|to))?"
MILES = r"(?P<miles>[0-9]{1,3})\s*(?:miles?|mi)\.?"

ZIP_AREA = pattern(
    rf"(?:(?:within\s+)?{MILES}{OF}\s+"
    r"|(?:near|nearby|around|close to|by|in|at|from)\s+)?"
    r"(?P<zip>[0-9]{5})(?:-[0-9]{4})?"
)
PLACE = pattern(
    rf"(?:(?:within\s+)?{MILES}{OF}|near|nearby|around|close to)\s+"
    r"(?P<place>[^\W\d_][\w.' -]*)"
)
IN_PLACE = pattern(r"in\s+(?P<place>[^\W\d_][\w.' -]*)")
ONLY_MILES = pattern(rf"within\s+{MILES}")
AGES = (
    pattern(
        rf"(?P<number>{NUMBER})[\s-]*(?P<unit>years?|yrs?|months?|mos?|weeks?|wks?|days?)"
        r"[\s-]*old"
    ),
    pattern(rf"(?P<number>{NUMBER})[\s-]*(?P<unit>y/?o|yr)"),
    pattern(r"age[ds]?(?:\s+of)?\s+(?P<number>[0-9]{1,3})(?P<unit>)"),
    pattern(r"(?P<unit>newborn|infant|baby)(?P<number>)"),
)
SPANS = {
    pattern("(?:by |for )?today"): "today",
    pattern("(?:by |for )?tomorrow"): "tomorrow",
    pattern("(?:by |in |later |within )?th(?:is|e) week"): "week",
    pattern("(?:by |in |within )?next week"): "next-week",
    pattern("(?:by |in |later |within )?th(?:is|e) month"): "month",
    pattern("(?:by |in |within )?next month"): "next-month",
}
WITHIN = pattern(
    rf"(?:in|within|inside|next)\s+(?:the\s+)?(?:next\s+)?(?P<number>{NUMBER})\s*"
    r"(?P<unit>days?|weeks?|wks?|months?)"
)
DATES = (
    pattern(
        rf"{BEFORE_DAY}(?P<year>20[0-9]{{2}})-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}})"
    ),
    pattern(
        rf"{BEFORE_DAY}(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}})(?:/(?P<year>20[0-9]{{2}}))?"
    ),
    pattern(rf"{BEFORE_DAY}{MONTH}\s*(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{YEAR}"),
    pattern(
        rf"{BEFORE_DAY}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}{YEAR}"
    ),
)
WEEKDAY = pattern(
    r"(?:by|before|until|on|this)\s+"
    r"(?P<day>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
)
SOON = pattern("asap|as soon as possible|soonest|soon|earliest|urgent(?:ly)?")
TELEHEALTH = pattern(
    "(?:by |via )?(?:tele-?health|tele-?medicine|tele-?visits?|video(?: visits?)?"
    "|virtual(?:ly)?(?: visits?)?)"
)
ACCEPTING = pattern(
    "(?:accept(?:s|ing)?|tak(?:es|ing)|see(?:s|ing)|open to|open for)? ?new patients?"
)
SPEAKS_WORD = pattern("speaks?|speaking")
SPEAKS = pattern(r"(?:speaks?|speaking)\s+(?P<name>[^\W\d_]+)")
SPEAKING = pattern(r"(?P<name>[^\W\d_]+)[\s-]+speaking")
TAKE_WORDS = "takes?|taking|accepts?|accepting|insurance(?: is)?:?|insured (?:by|with)"
TAKES_WORD = pattern(TAKE_WORDS)
TAKES = pattern(rf"(?:{TAKE_WORDS})\s+(?P<name>[^,;]+)")
NOISE_WORDS = """
a an and any anybody anyone appointment are at available book by can clinic do doctor
doctors does dr find first for from get has have help i in insurance is me my need
needs of on or our patient patients physician physicians please provider pt quickly
refer referral see seen sees show slot somebody someone specialist specialists take
takes that the them they to treat treats us want wants we where which who whom will
with
"""
NOISE = frozenset(NOISE_WORDS.split())


def read(text: str, words: Vocabulary, *, on: dt.date) -> Criteria:
    """The question in `text`; `on` is the day it is asked."""
    return _Reading(text, words, on).criteria()


class _Reading:
    """Text that gets shorter with everything that is understood."""

    def __init__(self, text, words, on):
        printable = "".join(letter if letter.isprintable() else CUT for letter in text)
        self.left = re.sub(r"[;|\n]", CUT, printable[:LONGEST_TEXT])
        self.words, self.on = words, on

    def criteria(self):
        near, within = self._place()
        found = {
            "near": near,
            "within": within,
            "age": self._age(),
            "when": self._when(),
            "telehealth": bool(self._cut(TELEHEALTH)),
            "accepting": bool(self._cut(ACCEPTING)),
            "language": self._language(),
            "insurer": self._insurer(),
        }
        return Criteria(what=self._phrases(), **found)

    def _cut(self, *shapes, is_meant=bool):
        """Take out all that has one of these shapes and is meant; the first of it.

        Of several shapes the first that is there counts.
        """
        first = None
        for shape in shapes:
            meant = [it for it in shape.finditer(self.left) if is_meant(it)]
            for found in reversed(meant):
                start, end = found.span()
                self.left = self.left[:start] + CUT + self.left[end:]
            first = first or next(iter(meant), None)
        return first

    # Where ---------------------------------------------------------------------

    def _place(self):
        for shape, name in ((ZIP_AREA, "zip"), (PLACE, "place")):
            if found := self._cut(shape):
                near = found[name]
                if name == "place":
                    near = self._city_in(near)
                return clean(near), self._miles(found)
        if found := self._cut(IN_PLACE, is_meant=self._is_in_city):
            return self._city_in(found["place"]), None
        self._cut(ONLY_MILES)
        return "", None

    def _miles(self, found):
        miles = found["miles"] or self._more_miles()
        return number_of(miles or "", FURTHEST, least=1)

    def _more_miles(self):
        """`near 37064, within 10 miles`: said apart."""
        found = self._cut(ONLY_MILES)
        return found and found["miles"]

    def _is_in_city(self, found):
        return bool(self._known_city(found["place"]))

    def _known_city(self, text):
        """The longest start of `text` that is a city: (its name, how many words)."""
        known, said = self.words.names["city"], WORD.findall(text)[:MOST_WORDS]
        for size in range(len(said), 0, -1):
            if name := known.get(tuple(map(stem, said[:size]))):
                return name, size
        return None

    def _city_in(self, text):
        """The place in what stands behind "near"; the rest is put back."""
        known = self._known_city(text)
        said = list(WORD.finditer(text))
        size = known[1] if known else len(said)
        if said and size < len(said):
            self.left += CUT + text[said[size].start() :]
        return known[0] if known else text

    # Who -----------------------------------------------------------------------

    def _age(self):
        found = self._cut(*AGES, is_meant=self._is_age)
        return self._years(found) if found else None

    def _is_age(self, found):
        return self._years(found) is not None

    @staticmethod
    def _years(found):
        number, unit = (
            _number(found["number"] or "0"),
            (found["unit"] or "y")[0].lower(),
        )
        years = {"m": number // 12, "w": number // 52, "d": number // 365}
        years = years.get(unit, 0 if unit in "nib" else number)
        return years if years <= OLDEST_AGE else None

    # How soon --------------------------------------------------------------------

    def _when(self):
        self._cut(SOON)  # the soonest come first anyway
        spans = [span for shape, span in SPANS.items() if self._cut(shape)]
        within = self._cut(WITHIN, is_meant=lambda found: self._days(found) <= LONGEST)
        date = self._cut(*DATES, is_meant=self._date)
        weekday = self._cut(WEEKDAY)
        if spans:
            return spans[0]
        if within:
            return f"{self._days(within)}d"
        if date:
            return self._date(date).isoformat()
        if weekday:
            ahead = (DAYS.index(weekday["day"][:3].lower()) - self.on.weekday()) % 7
            return (self.on + dt.timedelta(days=ahead)).isoformat()
        return ""

    @staticmethod
    def _days(found):
        days = {"d": 1, "w": 7, "m": 30}[found["unit"][0].lower()]
        return max(1, _number(found["number"]) * days)

    def _date(self, found):
        """The day; one without a year lies ahead. None if there is none."""
        month = found["month"].lower()
        number = int(month) if month.isdecimal() else MONTHS.index(month[:3]) + 1
        year = int(found["year"] or self.on.year)
        try:
            day = dt.date(year, number, int(found["day"]))
            if day < self.on and not found["year"]:
                day = day.replace(year=year + 1)
        except ValueError:
            return None
        return day

    # With what -------------------------------------------------------------------

    def _language(self):
        known = self.words.names[Term.Kind.LANGUAGE]
        if name := self._known_name(known):
            self._cut(SPEAKS_WORD)
            return name
        found = self._cut(SPEAKING, SPEAKS)
        return clean(found["name"]) if found else ""

    def _insurer(self):
        known = self.words.names[Term.Kind.INSURER]
        if name := self._known_name(known):
            self._cut(TAKES_WORD)
            return name
        found = self._cut(TAKES)
        return clean(found["name"]) if found else ""

    def _known_name(self, known):
        """Take out every name that is known, the longest first; the first taken."""
        names = []
        for size in range(MOST_WORDS, 0, -1):
            while place := self._run_in(known, size):
                start, end, name = place
                self.left = self.left[:start] + CUT + self.left[end:]
                names.append(name)
        return names[0] if names else ""

    def _run_in(self, known, size):
        """(start, end, name) of the first `size` words that are a known name."""
        said = list(WORD.finditer(self.left))
        for first in range(len(said) - size + 1):
            run = said[first : first + size]
            start, end = run[0].start(), run[-1].end()
            name = known.get(tuple(stem(word[0]) for word in run))
            if name and "," not in self.left[start:end]:
                return start, end, name
        return None

    def _phrases(self):
        """What is left: known names as wholes, other words as they stand together."""
        known = {
            words: words
            for kind in (Term.Kind.CONDITION, Term.Kind.PROCEDURE, "line")
            for words in self.words.names[kind]
        }
        phrases = []
        for part in self.left.split(","):
            run = []
            for is_name, text in _parts(part, known):
                if is_name:
                    phrases += [" ".join(run), text]
                    run = []
                elif text.casefold().strip(".") not in NOISE:
                    run.append(text)
                else:
                    phrases.append(" ".join(run))
                    run = []
            phrases.append(" ".join(run))
        cleaned = [clean(phrase) for phrase in phrases]
        return tuple(dict.fromkeys(one for one in cleaned if one))[:MOST_PHRASES]


def _parts(text, known):
    """(is it a known name?, text) from left to right, the longest names first."""
    said = list(WORD.finditer(text))
    at = 0
    while at < len(said):
        for size in range(min(MOST_WORDS, len(said) - at), 0, -1):
            run = said[at : at + size]
            if tuple(stem(word[0]) for word in run) in known:
                yield True, text[run[0].start() : run[-1].end()]
                at += size
                break
        else:
            yield False, said[at][0]
            at += 1


def _number(text):
    word = text.lower()
    if word.isdecimal():
        return int(word)
    return 1 if word == "an" else NUMBERS.index(word) + (word == "a")
