"""One cell at a time: text into values, or a reason why not."""

import datetime as dt
import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import timezone

from referrals import npi

FIRST_YEAR, LAST_YEAR = 1900, 2100
OPEN_END = "9999-12-31"  # what other systems write for "no end"
MONTH_NAMES = "janfebmaraprmayjunjulaugsepoctnovdec"
MONTHS = {MONTH_NAMES[at : at + 3]: at // 3 + 1 for at in range(0, 36, 3)}
ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
NAMED = re.compile(r"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})")
TIME = re.compile(
    r"[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?"
    r" ?([AaPp][Mm])? ?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
AMOUNT = re.compile(
    r"(-?)\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})?(?:\.([0-9]{1,2})0*)?"
)
YEAR = re.compile(r"[0-9]{4}")
DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?")
YES, NO = {"yes", "y", "true", "t", "1", "1.0"}, {"no", "n", "false", "f", "0", "0.0"}


class Rejected(Exception):
    """This row cannot be taken; the message says why."""


def shown(value: str) -> str:
    """A cell as a reason quotes it: short, on one line."""
    text = " ".join(value.split())
    return f'"{text[:40]}..."' if len(text) > 40 else f'"{text}"'


def text(value: str, column: str, limit: int) -> str:
    cleaned = value.strip()
    if len(cleaned) > limit:
        raise Rejected(f"{column} is longer than {limit} characters.")
    return cleaned


def needed(value: str, column: str, limit: int) -> str:
    cleaned = text(value, column, limit)
    if not cleaned:
        raise Rejected(f"{column} is missing.")
    return cleaned


def word(value: str) -> str:
    """A choice as it is compared: `In-Person ` -> `in_person`."""
    return re.sub(r"[\s_-]+", "_", value.strip().casefold())


def choice(value: str, column: str, allowed: Iterable[str]) -> str:
    """One of `allowed`, whatever its case and spacing; blank stays blank."""
    cleaned = word(value)
    if cleaned and cleaned not in allowed:
        raise Rejected(f"{column} {shown(value)} is not one of {', '.join(allowed)}.")
    return cleaned


def yes_or_no(value: str, column: str) -> bool:
    """Blank is no."""
    cleaned = value.strip().casefold()
    if cleaned in YES:
        return True
    if cleaned in NO or not cleaned:
        return False
    raise Rejected(f"{column} {shown(value)} is neither yes nor no.")


def cents(value: str, column: str) -> int | None:
    """Dollars as integer cents, exactly; blank is None."""
    cleaned = value.strip()
    if not cleaned:
        return None
    match = AMOUNT.fullmatch(cleaned)
    if not match or not (match[2] or match[3]):
        raise Rejected(f"{column} {shown(value)} is no amount in dollars.")
    whole, part = (match[2] or "0").replace(",", ""), (match[3] or "0").ljust(2, "0")
    return int(f"{match[1]}{whole}{part}")


def _date_parts(cleaned):
    for pattern, order in ((ISO, "ymd"), (AMERICAN, "mdy"), (COMPACT, "ymd")):
        if match := pattern.match(cleaned):
            parts = dict(zip(order, map(int, match.groups()), strict=True))
            return parts["y"], parts["m"], parts["d"], cleaned[match.end() :]
    if (match := NAMED.match(cleaned)) and match[2].lower() in MONTHS:
        year, month = int(match[3]), MONTHS[match[2].lower()]
        return year, month, int(match[1]), cleaned[match.end() :]
    return None


def _read(value, column):
    """(day, rest of the text) of a date, with a time behind it or not."""
    parts = _date_parts(value)
    if parts is None:
        raise Rejected(f"{column} {shown(value)} is no date.")
    year, month, day, rest = parts
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise Rejected(f"{column} {shown(value)} is no date.") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Rejected(
            f"{column} {shown(value)} lies outside {FIRST_YEAR}-{LAST_YEAR}."
        )
    return found, rest


def _time_of(rest, value, column):
    """(time, timezone) of what stands behind a date."""
    match = TIME.fullmatch(rest)
    if not match:
        raise Rejected(f"{column} {shown(value)} is no date.")
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    try:
        time = dt.time(hour, minute, second)
    except ValueError:
        raise Rejected(f"{column} {shown(value)} is no time.") from None
    if not match[5]:
        return time, timezone.get_default_timezone()
    if match[5] == "Z":
        return time, dt.UTC
    sign = -1 if match[5][0] == "-" else 1
    digits = match[5][1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes >= 24 * 60:
        raise Rejected(f"{column} {shown(value)} is no time.")
    return time, dt.timezone(sign * dt.timedelta(minutes=minutes))


def day(value: str, column: str) -> dt.date | None:
    """YYYY-MM-DD, M/D/YYYY, YYYYMMDD or DD-Mon-YYYY, a time behind it or not."""
    cleaned = value.strip()
    if not cleaned:
        return None
    found, rest = _read(cleaned, column)
    if rest:
        _time_of(rest, value, column)
    return found


def year(value: str, column: str) -> int | None:
    cleaned = re.sub(r"\.0$", "", value.strip())
    if not cleaned:
        return None
    if not YEAR.fullmatch(cleaned) or not FIRST_YEAR <= int(cleaned) <= LAST_YEAR:
        raise Rejected(f"{column} {shown(value)} is no year.")
    return int(cleaned)


def needed_day(value: str, column: str) -> dt.date:
    found = day(value, column)
    if found is None:
        raise Rejected(f"{column} is missing.")
    return found


def last_day(value: str, column: str) -> dt.date | None:
    """A day, or None for blank and for the 9999-12-31 of other systems."""
    return None if value.strip().startswith(OPEN_END) else day(value, column)


def moment(value: str, column: str) -> dt.datetime | None:
    """A day with its time; a day alone begins at local midnight.

    An hour that the change to summer time skips is the hour after it.
    """
    cleaned = value.strip()
    if not cleaned:
        return None
    found, rest = _read(cleaned, column)
    time, zone = (
        _time_of(rest, value, column)
        if rest
        else (dt.time.min, timezone.get_default_timezone())
    )
    return dt.datetime.combine(found, time, tzinfo=zone).astimezone(dt.UTC)


def person_npi(value: str, column: str) -> str:
    """An NPI, repaired; blank stays blank, a wrong check digit is rejected."""
    repaired = npi.repair(value)
    if not repaired:
        return ""
    if not npi.has_right_check_digit(repaired):
        raise Rejected(
            f"{column} {shown(value)} is no NPI: it needs ten digits, "
            "the last one a right check digit."
        )
    return repaired


def needed_npi(value: str, column: str) -> str:
    found = person_npi(value, column)
    if not found:
        raise Rejected(f"{column} is missing.")
    return found


def phone(value: str) -> str:
    """Ten digits, however they are written; blank for what is no phone number."""
    digits = re.sub(r"[^0-9]", "", re.sub(r"\.0+$", "", value.strip()))
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return digits if len(digits) == 10 else ""


def email(value: str, column: str) -> str:
    cleaned = text(value, column, 254)
    try:
        if cleaned:
            validate_email(cleaned)
    except ValidationError:
        raise Rejected(f"{column} {shown(value)} is no e-mail address.") from None
    return cleaned


def website(value: str, column: str) -> str:
    """An address on the web, with https:// where nothing is said."""
    cleaned = text(value, column, 190)
    if cleaned and "://" not in cleaned:
        cleaned = f"https://{cleaned}"
    try:
        if cleaned:
            URLValidator(schemes=["http", "https"])(cleaned)
    except ValidationError:
        raise Rejected(f"{column} {shown(value)} is no web address.") from None
    return cleaned


def degrees(value: str, column: str, limit: int) -> float | None:
    """A latitude (limit 90) or longitude (limit 180); blank is None."""
    cleaned = value.strip()
    if not cleaned:
        return None
    if not DEGREES.fullmatch(cleaned) or abs(float(cleaned)) > limit:
        raise Rejected(f"{column} {shown(value)} is no number of degrees.")
    return float(cleaned)
