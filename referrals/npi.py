"""National Provider Identifiers: ten digits, the last one a check digit.

Source: CMS, NPI check digit calculation (Luhn over 80840 and the first nine).
"""

import enum
import re


class NpiClass(enum.StrEnum):
    VALID = "valid"
    BAD_PREFIX = "valid-luhn-bad-prefix"
    INVALID = "invalid"
    MISSING = "missing"


def repair(value: str | None) -> str:
    """The value without blanks, a float's `.0` or the 80840 card prefix."""
    text = re.sub(r"\.0+$", "", (value or "").strip())
    if len(text) == 15 and text.startswith("80840"):
        text = text[5:]
    return text


def has_right_check_digit(npi: str) -> bool:
    if not re.fullmatch(r"[0-9]{10}", npi):
        return False
    total = 24  # the constant part of 80840
    for place, digit in enumerate(reversed(npi)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def classify(value: str | None) -> NpiClass:
    """The class of a value that `repair` has been through already."""
    text = value or ""
    if not text:
        return NpiClass.MISSING
    if not has_right_check_digit(text):
        return NpiClass.INVALID
    return NpiClass.VALID if text[0] in "12" else NpiClass.BAD_PREFIX
