"""Dollars as people type them, integer cents as they are kept."""

import re

from django import forms

AMOUNT = re.compile(
    r"\$?\s*(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]{1,2}))?"
)
MOST_CENTS = 10**12  # ten billion dollars


def cents_of(text: str) -> int:
    """`12,345.67` or `$12,345` as cents; ValueError says what is wrong."""
    cleaned = text.strip()
    if cleaned.startswith(("-", "\N{MINUS SIGN}", "(", "$-", "-$")):
        raise ValueError("An amount cannot be negative.")
    match = AMOUNT.fullmatch(cleaned)
    if match is None:
        raise ValueError("Write dollars like 12,345.67, with digits 0 to 9 only.")
    whole, part = match["whole"].replace(",", ""), (match["part"] or "").ljust(2, "0")
    if len(whole) > 12 or int(whole + part) > MOST_CENTS:
        raise ValueError("That is more than ten billion dollars.")
    return int(whole + part)


def typed(cents: int | None) -> str:
    """Cents as a person would type them: 1234567 -> 12345.67; None is empty."""
    return "" if cents is None else f"{cents // 100}.{cents % 100:02d}"


class DollarsField(forms.CharField):
    """Dollars typed, integer cents out; None when left empty."""

    def __init__(self, **options):
        options.setdefault("max_length", 30)
        super().__init__(**options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value):
        return typed(value) if isinstance(value, int) else value

    def clean(self, value):
        text = super().clean(value)
        if not text.strip():
            return None
        try:
            return cents_of(text)
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    def has_changed(self, initial, data):
        try:
            return cents_of(data or "") != initial
        except ValueError:
            return bool((data or "").strip()) or initial is not None
