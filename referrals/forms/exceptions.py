"""A practice against its ZIP code: in which territory, on which days, and why."""

import datetime as dt

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator

from accounts.forms.zips import LAST
from accounts.guard import Guarded
from accounts.models import Territory
from liaison_crm.lib.widgets import DateInput

REASON_LENGTH = 200


class ExceptionForm(Guarded, forms.Form):
    """Days that are over cannot be asked for: they stay as they were."""

    guarded = ("reason",)

    territory = forms.ModelChoiceField(Territory.objects.none(), empty_label="Choose")
    starts_on = forms.DateField(label="From", widget=DateInput)
    ends_on = forms.DateField(
        label="Until",
        required=False,
        widget=DateInput,
        validators=[MaxValueValidator(LAST)],
        help_text="The first day on which it no longer holds. Empty: open-ended.",
    )
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        help_text="Why this practice does not follow its ZIP code.",
        validators=[
            RegexValidator(r"^[^\x00-\x1f]*$", "Leave out control characters.")
        ],
    )
    seen = forms.CharField(max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = Territory.objects.manageable_by(user)
        self.fields["starts_on"].validators += [
            MinValueValidator(on, "Days that are over stay as they were."),
            MaxValueValidator(LAST),
        ]

    def clean(self):
        cleaned = super().clean()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", "It has to end after it starts.")
        return cleaned


class ExceptionEndForm(forms.Form):
    """The day from which the practice follows its ZIP code again."""

    ends_on = forms.DateField(
        label="By its ZIP code again from",
        widget=DateInput,
        help_text="The first day on which the exception no longer holds.",
    )
    seen = forms.CharField(max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args, exception, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.exception = exception
        last = (exception.ends_on or LAST) - dt.timedelta(days=1)
        self.fields["ends_on"].validators += [
            MinValueValidator(on, "Days that are over stay as they were."),
            MaxValueValidator(last, "It is over by then."),
        ]

    def change(self):
        """What is asked for, as `except_practice` takes it."""
        asked = self.cleaned_data
        return {
            "territory": None,
            "starts_on": max(asked["ends_on"], self.exception.starts_on),
            "ends_on": self.exception.ends_on,
            "seen": asked["seen"],
        }


class PracticeSearchForm(forms.Form):
    q = forms.CharField(
        label="Which practice?",
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Name, address or phone"}
        ),
    )
