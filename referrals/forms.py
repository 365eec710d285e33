"""Input of the directory and of the closed loop, cleaned."""

import datetime as dt
import re

from django import forms
from django.core.validators import RegexValidator

from referrals import closed_loop
from referrals.models import Physician, Practice, Referral, ServiceLine

FURTHEST_APPOINTMENT = dt.timedelta(days=2 * 366)
EARLIEST_YEAR = 1990
MOST_RANGES = 200
PROCEDURE_CODE = r"[0-9A-Z]{4,7}"


class PhoneField(forms.CharField):
    """A telephone number of ten digits, however it is typed."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})

    def __init__(self, **options):
        super().__init__(required=False, max_length=40, **options)

    def clean(self, value):
        text = super().clean(value)
        digits = re.sub(r"[\s().+-]", "", text)
        if digits and not re.fullmatch(r"1?[0-9]{10}", digits):
            raise forms.ValidationError("A telephone number has ten digits.")
        return digits[-10:]


class TierField(forms.ChoiceField):
    def __init__(self):
        super().__init__(
            choices=[("", "No tier"), *Practice.Tier.choices], required=False
        )


class PracticeForm(forms.ModelForm):
    """What people may set; the rest comes with the imports."""

    tier = TierField()
    phone = PhoneField()
    fax = PhoneField()

    class Meta:
        model = Practice
        fields = ["tier", "phone", "fax"]


class PhysicianForm(forms.ModelForm):
    """What people may set; the rest comes with the imports."""

    tier = TierField()
    phone = PhoneField()

    class Meta:
        model = Physician
        fields = ["tier", "phone", "email"]


class ServiceLineForm(forms.ModelForm):
    ranges = forms.CharField(
        label="Procedure codes",
        required=False,
        max_length=MOST_RANGES * 20,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="One range on a line, both ends included: 27130-27447. "
        "A single code stands for itself.",
    )

    class Meta:
        model = ServiceLine
        fields = ["is_hospital_based"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        ranges = self.instance.procedure_ranges.all()
        self.initial["ranges"] = "\n".join(str(one) for one in ranges)

    def clean_ranges(self):
        """Pairs (first, last) in order, none overlapping another."""
        lines = [line.strip() for line in self.cleaned_data["ranges"].splitlines()]
        ranges = sorted(self.range_of(line) for line in lines if line)
        if len(ranges) > MOST_RANGES:
            raise forms.ValidationError(f"At most {MOST_RANGES} ranges.")
        for before, after in zip(ranges, ranges[1:], strict=False):
            if after[0] <= before[1]:
                raise forms.ValidationError(
                    f"{'-'.join(before)} and {'-'.join(after)} overlap."
                )
        return ranges

    @staticmethod
    def range_of(line):
        found = re.fullmatch(
            rf"({PROCEDURE_CODE})(?:\s*[-–]\s*({PROCEDURE_CODE}))?", line.upper()
        )
        if not found:
            raise forms.ValidationError(f"“{line[:40]}” is not a range of codes.")
        first, last = found[1], found[2] or found[1]
        if len(first) != len(last) or last < first:
            raise forms.ValidationError(f"{first}-{last} ends before it starts.")
        return first, last


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


class StatusForm(forms.Form):
    """What a referral becomes. The service decides whether it may."""

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
