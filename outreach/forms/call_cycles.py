"""How often whom, and when not."""

import datetime as dt

from django import forms
from django.core.validators import RegexValidator

from accounts.guard import Guarded
from liaison_crm.lib.once import KeyField
from liaison_crm.lib.widgets import DateInput
from outreach.models import CallCycleSettings, CallPause

MOST_DAYS = 730
BACK, AHEAD = dt.timedelta(days=365), dt.timedelta(days=730)


class CallCycleSettingsForm(forms.ModelForm):
    """Days between two conversations, by tier; empty: nobody waits for one."""

    class Meta:
        model = CallCycleSettings
        fields = ["a_days", "b_days", "c_days", "d_days"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            tier = name[0].upper()
            self.fields[name] = forms.IntegerField(
                label=f"Tier {tier}, every … days",
                required=False,
                min_value=1,
                max_value=MOST_DAYS,
                initial=field.initial,
                help_text="Empty: nobody of this tier is due.",
            )


class CallPauseForm(Guarded, forms.ModelForm):
    """From when until when nobody waits for a conversation. `on` is today."""

    guarded = ("reason",)

    key = KeyField()

    class Meta:
        model = CallPause
        fields = ["starts_on", "ends_on", "reason"]
        labels = {"starts_on": "From", "ends_on": "Counts again from"}
        widgets = {"starts_on": DateInput, "ends_on": DateInput}
        help_texts = {"reason": "On leave, closed for a move …"}

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        self.initial.setdefault("starts_on", on)
        self.fields["reason"].validators.append(
            RegexValidator(r"^[^\x00-\x1f]*$", "Leave out control characters.")
        )

    def clean(self):
        cleaned = super().clean()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and not self.on - BACK <= starts_on <= self.on + AHEAD:
            self.add_error("starts_on", "Choose a day within a year back or two ahead.")
        if ends_on and ends_on <= self.on:
            self.add_error("ends_on", "Choose a day to come.")
        elif ends_on and ends_on > self.on + AHEAD:
            self.add_error("ends_on", "Choose a day within two years.")
        elif starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", "It has to end after it starts.")
        return cleaned
