"""Input of the closed loop, and fields that other forms share, cleaned."""

import datetime as dt
import re

from django import forms
from django.core.validators import RegexValidator

from accounts.guard import Guarded
from liaison_crm.lib.formats import phone
from referrals import closed_loop
from referrals.models import Referral

FURTHEST_APPOINTMENT = dt.timedelta(days=2 * 366)
EARLIEST_YEAR = 1990


class PhoneField(forms.CharField):
    """A telephone number of ten digits, however it is typed."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})

    def __init__(self, **options):
        super().__init__(required=False, max_length=40, **options)

    def prepare_value(self, value):
        return phone(value or "")

    def clean(self, value):
        text = super().clean(value)
        digits = re.sub(r"[\s().+-]", "", text)
        if digits and not re.fullmatch(r"1?[0-9]{10}", digits):
            raise forms.ValidationError("A telephone number has ten digits.")
        return digits[-10:]


class MomentField(forms.DateTimeField):
    """A date and a time of day on the wall clock of the settings' time zone."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
    )

    def clean(self, value):
        moment = super().clean(value)
        if moment and moment.year < EARLIEST_YEAR:
            raise forms.ValidationError("Is the year right?")
        return moment


class StatusForm(Guarded, forms.Form):
    """What a referral becomes. The service decides whether it may."""

    guarded = ("reason",)

    status = forms.ChoiceField(label="New status", choices=Referral.Status)
    at = MomentField(label="When", required=False, help_text="Empty: now.")
    appointment_at = MomentField(
        label="Appointment", required=False, help_text="Needed to schedule."
    )
    reason = forms.CharField(
        required=False,
        max_length=200,
        help_text="Needed to decline, cancel, lose or open again.",
        validators=[
            RegexValidator(r"^[^\x00-\x1f]*$", "Please leave out control characters.")
        ],
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, data=None, *, referral, now, **options):
        super().__init__(data, **options)
        self.now = now
        following = closed_loop.TRANSITIONS[referral.status]
        self.may_schedule = Referral.Status.SCHEDULED in following
        self.fields["status"].widget.choices = [
            ("", "Choose"),
            *((status.value, status.label) for status in following),
        ]

    def clean_at(self):
        at = self.cleaned_data["at"] or self.now
        if at > self.now:
            raise forms.ValidationError("This lies in the future.")
        return at

    def clean_appointment_at(self):
        moment = self.cleaned_data["appointment_at"]
        if moment and moment.year > (self.now + FURTHEST_APPOINTMENT).year:
            raise forms.ValidationError("This is more than two years away.")
        return moment

    @property
    def wanted(self):
        """What the person asked for, in words, for whoever must ask again."""
        status = self.cleaned_data.get("status")
        return Referral.Status(status).label if status else ""
