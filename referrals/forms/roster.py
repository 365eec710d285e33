"""Input of the roster editor, cleaned."""

import datetime as dt

from django import forms

from liaison_crm.lib.widgets import DateInput
from referrals import npi
from referrals.imports.values import FIRST_YEAR, LAST_YEAR
from referrals.models import RosterEntry

UNTIL = "The first day on which it no longer holds. Empty: open-ended."


class NpiField(forms.CharField):
    """Ten digits with a right check digit, repaired where that is certain."""

    def __init__(self, **options):
        super().__init__(max_length=20, **options)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, value):
        number = npi.repair(super().clean(value))
        if number and not npi.has_right_check_digit(number):
            raise forms.ValidationError(
                "This is no NPI: it needs ten digits, the last one a right check digit."
            )
        return number


class DayField(forms.DateField):
    """A day of a year that can be meant."""

    widget = DateInput

    def clean(self, value):
        day = super().clean(value)
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError("Is the year right?")
        return day


def status_field():
    return forms.ChoiceField(
        label="Network status", choices=[("", "Choose"), *RosterEntry.Status.choices]
    )


def organization_field():
    return NpiField(
        label="Organization NPI",
        required=False,
        help_text="The organization it is on the roster for, if any.",
    )


class RosterEntryForm(forms.Form):
    """An entry of an NPI that is known."""

    network_status = status_field()
    effective_from = DayField(label="From", help_text="The first day of this status.")
    effective_to = DayField(label="Until", required=False, help_text=UNTIL)
    organization_npi = organization_field()

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("effective_from"), cleaned.get("effective_to")
        if start and end and end <= start:
            self.add_error("effective_to", "This is not after the day it begins.")
        return cleaned

    def values(self):
        """As fields of RosterEntry, without the NPI."""
        cleaned = self.cleaned_data
        return {name: cleaned[name] for name in RosterEntryForm.base_fields}


class RosterAddForm(RosterEntryForm):
    """An entry, and whose."""

    npi = NpiField(label="NPI", help_text="Of a physician or an organization.")
    field_order = ["npi"]


class RosterStatusForm(forms.Form):
    """The next status, from a day: what is open until then ends."""

    network_status = status_field()
    since = DayField(label="From", help_text="The first day of the new status.")
    organization_npi = organization_field()


class RosterEndForm(forms.Form):
    """The end of an open entry."""

    effective_to = DayField(label="Until", help_text=UNTIL.partition(" Empty")[0])

    def __init__(self, *args, entry, **options):
        super().__init__(*args, **options)
        self.entry = entry

    def clean_effective_to(self):
        day: dt.date = self.cleaned_data["effective_to"]
        if day <= self.entry.effective_from:
            raise forms.ValidationError(
                f"The entry begins on {self.entry.effective_from:%b %-d, %Y}: "
                "this is not after it."
            )
        return day


class RosterChangesForm(forms.Form):
    """Two days to compare, and which of the differences to show."""

    KINDS = [
        ("", "All differences"),
        ("joined", "Joined the network"),
        ("left", "Left the network"),
        ("otherwise", "Changed otherwise"),
    ]

    first = forms.DateField(label="From day", required=False, widget=DateInput)
    second = forms.DateField(label="To day", required=False, widget=DateInput)
    kind = forms.ChoiceField(label="Show", required=False, choices=KINDS)

    def days(self, *, first, second):
        """The two days in order; those given stand in for what is not chosen."""
        self.is_valid()
        first = self.cleaned_data.get("first") or first
        second = self.cleaned_data.get("second") or second
        return min(first, second), max(first, second)

    def narrow(self, changes):
        """Those of the kind that was chosen."""
        kind = self.cleaned_data.get("kind")
        if kind == "joined":
            return changes.joined()
        if kind == "left":
            return changes.left()
        if kind == "otherwise":
            return changes.otherwise()
        return changes
