"""What people ask reports for: parameters of runs, settings, filters of pages."""

import datetime as dt
import re
import uuid

from django import forms
from django.db.models import Q

from accounts.models import Territory
from liaison_crm.lib.widgets import DateInput
from referrals.models import (
    ClaimsImport,
    Organization,
    Physician,
    ServiceLine,
)
from reports.forms.months import MonthField, check_order
from reports.models import ReportSettings
from reports.services import explorer
from reports.services.explorer import Territories
from reports.services.roi_physicians import SORTS

UNASSIGNED = "Unassigned"  # the service line of events that no rule places
NPI = re.compile(r"[0-9]{10}")


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
        widgets = {"roster_complete_since": DateInput}


class RunForm(forms.Form):
    """The months of a run, whatever its kind."""

    # Made with the page: the same form sent twice is one run.
    key = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)
    first_month = MonthField(label="From month", help_text="Empty: all there is.")
    last_month = MonthField(label="To month (included)")

    def clean(self):
        cleaned = super().clean()
        check_order(self, "first_month", "last_month")
        return cleaned

    def occasion(self, user):
        """What makes the same form sent twice one run."""
        key = self.cleaned_data["key"]
        return f"asked {user.pk} {key}" if key else ""


class LeakageRunForm(RunForm):
    """Parameters of a leakage run, starting from the settings."""

    gap_days = forms.IntegerField(
        label="Gap between events (days)", min_value=1, max_value=3650
    )
    basis = forms.ChoiceField(
        label="Amounts count the", choices=ReportSettings.Basis.choices
    )
    roster_complete_since = forms.DateField(required=False, widget=DateInput)
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


class LeakageFilterForm(forms.Form):
    """Which events a leakage page counts. State lives in the query string.

    `none` stands for "the claim names none". A referrer or destination is an
    NPI or a name that fits one only; physicians of others are not found. `seated`:
    where the referrers in sight work, as `reports.services.explorer` finds it.
    """

    NONE = "none"

    service_line = forms.ChoiceField(required=False)
    territory = forms.ChoiceField(required=False)
    territories = forms.ChoiceField(
        required=False,
        label="Territories as of",
        choices=[
            ("", "Today"),
            (Territories.THEN.value, "The day of each referral"),
        ],
    )
    referrer = forms.CharField(
        required=False, max_length=200, label="Referrer (NPI or name)"
    )
    destination = forms.CharField(
        required=False, max_length=200, label="Destination (NPI or name)"
    )
    payer = forms.CharField(required=False, max_length=200)
    county = forms.ChoiceField(required=False)
    run = forms.UUIDField(required=False, widget=forms.HiddenInput)
    cut = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, seated, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.seated = user, seated
        first, last = MonthField(label="From month"), MonthField(label="To month")
        self.fields = {"from": first, "to": last, **self.fields}
        lines = ServiceLine.objects.values_list("name", flat=True)
        self.fields["service_line"].choices = _choices(
            "All service lines", [*lines, UNASSIGNED]
        )
        territories = Territory.objects.visible_to(user).filter(zips__isnull=False)
        names = territories.values_list("name", flat=True).distinct()
        self.fields["territory"].choices = _choices("All territories", names)
        if user.sees_all_practices:
            self.fields["territory"].choices.append((self.NONE, "Outside all"))
        self.fields["county"].choices = [
            ("", "All counties"),
            *explorer.counties_of(seated),
            (self.NONE, "County unknown"),
        ]

    def clean_referrer(self):
        visible = Physician.objects.visible_to(self.user)
        return self._npi(
            "referrer",
            lambda text: visible.filter(
                Q(last_name__icontains=text) | Q(first_name__icontains=text)
            ),
        )

    def clean_destination(self):
        return self._npi(
            "destination",
            lambda text: Organization.objects.exclude(npi=None).filter(
                name__icontains=text
            ),
        )

    def clean(self):
        cleaned = super().clean()
        check_order(self, "from", "to")
        return cleaned

    def choices_made(self):
        """The clean values as `reports.services.explorer` takes them."""
        made = {
            name: "" if value == self.NONE else value
            for name, value in self.cleaned_data.items()
            if value and name not in ("from", "to", "run", "cut", "sort")
        }
        return made | {
            "first": self.cleaned_data.get("from"),
            "last": self.cleaned_data.get("to"),
        }

    def _npi(self, name, matching):
        """The NPI meant by what was typed in field `name`."""
        text = self.cleaned_data[name]
        if not text or text == self.NONE or NPI.fullmatch(text):
            return text
        found = list(matching(text)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                "Several fit this name. Write more of it, or the NPI."
                if found
                else "Nobody fits this name. Write another part of it, or the NPI."
            )
        return found[0].npi


class EventFilterForm(LeakageFilterForm):
    status = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All"),
            ("in", "In network"),
            ("out", "Out of network"),
            ("unknown", "Unknown"),
        ],
    )


def _choices(everything, names):
    return [("", everything), *((name, name) for name in names)]


class RunChoiceForm(forms.Form):
    """`?run=` of a report page."""

    run = forms.UUIDField(required=False)


class RoiRunForm(RunForm):
    """Months of a run of the return."""

    def parameters(self):
        return {
            "from": self.cleaned_data["first_month"],
            "to": self.cleaned_data["last_month"],
        }


class RoiPhysiciansForm(forms.Form):
    """Filter of the physicians behind a return; nonsense counts as no choice."""

    DEFAULT_SORT = "-visits"

    territory = forms.ChoiceField(required=False)
    visited = forms.ChoiceField(
        required=False,
        choices=[("", "Visited or not"), ("yes", "Visited"), ("no", "Never visited")],
    )
    run = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data, *, answers):
        super().__init__(data)
        self.fields["territory"].choices = [
            ("", "All I may see"),
            *((answer.key, answer.name) for answer in answers if answer.key),
        ]

    def choice(self):
        """What to show: {territory, visited, sort}."""
        self.is_valid()
        sort = self.data.get("sort", "")
        known = sort.removeprefix("-") in SORTS and not sort.startswith("--")
        return {
            "territory": self.cleaned_data.get("territory") or None,
            "visited": {"yes": True, "no": False}.get(self.cleaned_data.get("visited")),
            "sort": sort if known else self.DEFAULT_SORT,
        }
