"""What people ask reports for: parameters of runs, settings, filters of pages."""

import datetime as dt

from django import forms

from referrals.models import ClaimsImport
from reports.models import ReportSettings

MONTH = r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])$"


class MonthInput(forms.DateInput):
    input_type = "month"


class MonthField(forms.RegexField):
    """A month as YYYY-MM; None when left empty."""

    def __init__(self, **kwargs):
        super().__init__(
            regex=MONTH,
            required=False,
            empty_value=None,
            widget=MonthInput,
            error_messages={"invalid": "Write the month as YYYY-MM, like 2026-03."},
            **kwargs,
        )


def check_order(form, first, last):
    """An error beside the later month if it lies before the earlier one."""
    start, end = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if start and end and end < start:
        form.add_error(last, "The period ends before it starts.")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class ReportSettingsForm(forms.ModelForm):
    gap_days = forms.IntegerField(
        label="Gap between events (days)",
        min_value=1,
        max_value=3650,
        help_text="A longer pause starts a new event. 365 counts new patients only.",
    )

    class Meta:
        model = ReportSettings
        fields = ["gap_days", "basis", "roster_complete_since"]
        labels = {
            "basis": "Amounts count the",
            "roster_complete_since": "Roster complete since",
        }
        help_texts = {
            "basis": "Lines without it fall back to paid, then charge.",
            "roster_complete_since": "Leave empty while the roster lists only your "
            "own side. From this day on, a destination that is not on the roster "
            "counts as out of network.",
        }
        widgets = {"roster_complete_since": DayInput}


class LeakageRunForm(forms.Form):
    """Parameters of a leakage run, starting from the settings."""

    first_month = MonthField(label="From month", help_text="Empty: all there is.")
    last_month = MonthField(label="To month (included)")
    gap_days = forms.IntegerField(
        label="Gap between events (days)", min_value=1, max_value=3650
    )
    basis = forms.ChoiceField(
        label="Amounts count the", choices=ReportSettings.Basis.choices
    )
    roster_complete_since = forms.DateField(required=False, widget=DayInput)
    sources = forms.MultipleChoiceField(
        label="Sources of claims",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all of them.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        sources = ClaimsImport.objects.visible().order_by("source")
        names = sources.values_list("source", flat=True).distinct()
        self.fields["sources"].choices = [(name, name) for name in names]

    def clean(self):
        cleaned = super().clean()
        check_order(self, "first_month", "last_month")
        return cleaned

    def parameters(self):
        """The cleaned values as a run keeps them."""
        since: dt.date | None = self.cleaned_data["roster_complete_since"]
        return {
            "from": self.cleaned_data["first_month"],
            "to": self.cleaned_data["last_month"],
            "gap_days": self.cleaned_data["gap_days"],
            "basis": self.cleaned_data["basis"],
            "roster_complete_since": since.isoformat() if since else None,
            "sources": sorted(self.cleaned_data["sources"]),
        }
