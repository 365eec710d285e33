"""Input of the service lines editor, cleaned."""

import re

from django import forms
from django.core.validators import RegexValidator

from referrals.models import Specialty
from referrals.services.service_lines import (
    TAXONOMY_CODE,
    NotPossible,
    range_of,
    ranges_of,
)

MOST_RANGES = 200
MOST_CODES = 2000  # of one answer: more than there are
SHOWN = 50  # of what a search finds
PREFIX = re.compile(r"[0-9A-Z]{2,9}\*")


class ServiceLineForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        help_text="Claims that name their service line themselves keep the name they "
        "came with.",
        validators=[
            RegexValidator(r"^[^\x00-\x1f]*$", "Please leave out control characters.")
        ],
    )
    is_hospital_based = forms.BooleanField(
        label="Hospital-based",
        required=False,
        help_text="Left out of referral events: patients do not choose it.",
    )
    ranges = forms.CharField(
        label="Procedure codes",
        required=False,
        max_length=MOST_RANGES * 20,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="One range on a line, both ends included: 27130-27447. "
        "A single code stands for itself. No code may belong to two service lines.",
    )

    def __init__(self, data=None, *, line=None):
        initial = {}
        if line:
            ranges = line.procedure_ranges.order_by("first_code", "pk")
            initial = {
                "name": line.name,
                "is_hospital_based": line.is_hospital_based,
                "ranges": "\n".join(str(one) for one in ranges),
            }
        super().__init__(data, initial=initial)

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean_ranges(self):
        """Pairs (first, last) in order, none overlapping another."""
        lines = [line.strip() for line in self.cleaned_data["ranges"].splitlines()]
        ranges = read(ranges_of, [line for line in lines if line])
        if len(ranges) > MOST_RANGES:
            raise forms.ValidationError(f"At most {MOST_RANGES} ranges.")
        return ranges


def range_in(text):
    """The one range of a field; ValidationError if it is none."""
    return read(range_of, text)


def read(reader, text):
    try:
        return reader(text)
    except NotPossible as reason:
        raise forms.ValidationError(reason.message) from None


class CodesForm(forms.Form):
    """Taxonomy codes for a service line, typed or pasted."""

    codes = forms.CharField(
        label="Codes to add",
        max_length=MOST_CODES * 12,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="One on a line or separated by commas: 207RC0000X. With a star, "
        "all known codes that begin so: 207R*.",
    )
    moves = forms.BooleanField(
        label="Move the codes of other service lines, too", required=False
    )

    def clean_codes(self):
        """The codes meant, each once, prefixes put into what is known."""
        words = [
            word.upper() for word in re.split(r"[\s,;]+", self.cleaned_data["codes"])
        ]
        found = {}
        for word in filter(None, words):
            if TAXONOMY_CODE.fullmatch(word):
                found[word] = True
            elif PREFIX.fullmatch(word):
                known = Specialty.objects.filter(code__startswith=word[:-1])
                found |= dict.fromkeys(known.values_list("code", flat=True), True)
            else:
                raise forms.ValidationError(
                    f"“{word[:20]}” is no taxonomy code: ten letters and digits that "
                    "end in X, or the beginning of one and a star."
                )
        if not found:
            raise forms.ValidationError("No known code begins so.")
        if len(found) > MOST_CODES:
            raise forms.ValidationError(f"At most {MOST_CODES:,} codes at once.")
        return list(found)
