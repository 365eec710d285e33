"""Who covers a panel, from when until when."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.forms.zips import LAST
from accounts.guard import Guarded
from accounts.models import BEGINNING, Coverage, User, managed_by
from accounts.team import FIELD, team_of
from liaison_crm.lib.widgets import DateInput


class CoverageForm(Guarded, forms.ModelForm):
    guarded = ("notes",)

    class Meta:
        model = Coverage
        fields = ["covered", "covering", "starts_on", "ends_on", "notes"]
        widgets = {
            "starts_on": DateInput,
            "ends_on": DateInput,
            "notes": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "ends_on": "The first day on which it is theirs again.",
            "notes": "What the colleague has to know. No patients' names.",
        }

    def __init__(self, *args, by, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = on
        active = User.objects.active().filter(role__in=FIELD)
        team = active.filter(pk__in=managed_by(by, on=on).values("pk"))
        theirs = active.filter(pk=by.pk) | team
        if self.instance.pk:
            theirs = User.objects.filter(pk=self.instance.covered_id)
        colleagues = active
        if by.role == User.Role.MANAGER:
            colleagues = team_of(by, on=on).active() | active.filter(pk=by.pk)
        self.fields["covered"].queryset = theirs
        self.fields["covering"].queryset = colleagues
        for name in ("covered", "covering"):
            self.fields[name].empty_label = "Choose"
        self.fields["starts_on"].validators.append(MinValueValidator(BEGINNING))
        self.fields["ends_on"].validators.append(MaxValueValidator(LAST))

    def clean(self):
        cleaned = super().clean()
        covered, covering = cleaned.get("covered"), cleaned.get("covering")
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if covered and covered == covering:
            self.add_error("covering", "Somebody else has to cover.")
        if ends_on and ends_on <= self.today:
            self.add_error("ends_on", "It has to end on a day to come.")
        elif starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", "It has to end after it starts.")
        elif covered and covering and starts_on and ends_on:
            self._keep_apart(covered, covering, starts_on, ends_on)
        return cleaned

    def _keep_apart(self, covered, covering, starts_on, ends_on):
        same = Coverage.objects.filter(covered=covered, covering=covering)
        others = same.exclude(pk=self.instance.pk)
        if others.overlapping(starts_on, ends_on).exists():
            self.add_error(
                "starts_on", f"{covering} covers for {covered} already on these days."
            )
