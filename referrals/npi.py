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


# A doubled digit counts with the sum of its own two digits.
DOUBLED = str.maketrans("0123456789", "0246813579")


def repair(value: str | None) -> str:
    """The value without blanks, a float's `.0` or the 80840 card prefix."""
    text = (value or "").strip()
    if "." in text:
        text = re.sub(r"\.0+$", "", text)
        # All ten digits, as some programs write a number of that size.
        if match := re.fullmatch(r"([0-9])\.([0-9]{9})[Ee]\+?0?9", text):
            text = match[1] + match[2]
    if len(text) == 15 and text.startswith("80840"):
        text = text[5:]
    return text


def is_ten_digits(npi: str) -> bool:
    return len(npi) == 10 and npi.isascii() and npi.isdigit()


def has_right_check_digit(npi: str) -> bool:
    if not is_ten_digits(npi):
        return False
    total = 24  # the constant part of 80840
    total += sum(map(int, npi[1::2])) + sum(map(int, npi[0::2].translate(DOUBLED)))
    return total % 10 == 0


def classify(value: str | None) -> NpiClass:
    """The class of a value that `repair` has been through already."""
    text = value or ""
    if not text:
        return NpiClass.MISSING
    if not has_right_check_digit(text):
        return NpiClass.INVALID
    return NpiClass.VALID if text[0] in "12" else NpiClass.BAD_PREFIX
