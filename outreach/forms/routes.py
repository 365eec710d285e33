"""Of which day the way is asked for, and where it starts."""

import datetime as dt

from django import forms

from liaison_crm.lib import geography
from liaison_crm.lib.widgets import DateInput

FIRST, LAST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)


class RouteForm(forms.Form):
    on = forms.DateField(required=False, label="Day", widget=DateInput)
    start = forms.CharField(
        required=False,
        max_length=10,
        label="Start at ZIP code",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day and not FIRST <= day <= LAST:
            raise forms.ValidationError("Choose a day of these years.")
        return day

    def clean_start(self):
        start = self.cleaned_data["start"]
        if start and geography.centroid(start) is None:
            raise forms.ValidationError(f"No place is known for {start}.")
        return start
