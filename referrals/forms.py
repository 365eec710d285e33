"""Input of the directory and of the closed loop, cleaned."""

import datetime as dt
import re

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator

from referrals import closed_loop
from referrals.imports import files, registry
from referrals.models import ImportRun, Physician, Practice, Referral, ServiceLine

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


def kind_choices():
    return [("", "All kinds"), *importer_choices()]


def importer_choices():
    return [(importer.kind, importer.title) for importer in registry.importers()]


def preset_choices():
    presets = [
        (preset, f"{importer.title}: {preset}")
        for importer in registry.importers()
        for preset in importer.presets
    ]
    return [("", "The product's own layout"), *presets]


def options_of_all():
    return [option for one in registry.importers() for option in one.options]


class ImportFilterForm(forms.Form):
    kind = forms.ChoiceField(choices=kind_choices, required=False)
    status = forms.ChoiceField(
        choices=[("", "Any status"), *ImportRun.Status.choices], required=False
    )

    @property
    def is_narrowed(self):
        return self.is_valid() and any(self.cleaned_data.values())

    def narrow(self, runs):
        chosen = self.cleaned_data if self.is_valid() else {}
        return runs.filter(**{name: value for name, value in chosen.items() if value})


class ImportForm(forms.Form):
    """A file to bring in."""

    kind = forms.ChoiceField(choices=importer_choices, label="What is in the file?")
    source = forms.CharField(
        max_length=60,
        initial="default",
        help_text="Whose file it is. Numbers of two sources are never mixed up.",
    )
    file = forms.FileField(
        max_length=None,
        help_text="Delimited text with a header: comma, tab, pipe or semicolon.",
    )
    preset = forms.ChoiceField(
        choices=preset_choices, required=False, label="Layout of the file"
    )
    is_dry_run = forms.BooleanField(
        required=False, label="Only say what would happen, change nothing"
    )
    is_forced = forms.BooleanField(
        required=False, label="Take the file even if it was taken before"
    )

    def __init__(self, *args, is_too_large=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_too_large = is_too_large
        if is_too_large:
            limit = settings.UPLOAD_LIMIT // 2**20
            self.fields["file"].error_messages["required"] = (
                f"The file is larger than {limit:,} MB. Bring it in with import_file."
            )
        self.option_names = []
        for option in options_of_all():
            self.fields[option.name] = (
                forms.BooleanField(required=False, label=option.label)
                if option.is_flag
                else forms.CharField(max_length=60, required=False, label=option.label)
            )
            self.option_names.append(option.name)

    @property
    def main_fields(self):
        return [field for field in self if field.name not in self.option_names]

    @property
    def option_fields(self):
        return [self[name] for name in self.option_names]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if mark := files.not_text(file.read(4)):
            raise forms.ValidationError(mark)
        file.seek(0)
        return file

    def clean(self):
        cleaned = super().clean()
        kind, preset = cleaned.get("kind"), cleaned.get("preset")
        if kind and preset and preset not in registry.get(kind).presets:
            self.add_error("preset", "This layout belongs to another kind of file.")
        return cleaned

    def run_fields(self):
        """As fields of ImportRun, with the file itself as `file`."""
        cleaned = self.cleaned_data
        told = {
            option.name: cleaned[option.name]
            for option in registry.get(cleaned["kind"]).options
        }
        plain = ("kind", "source", "file", "preset", "is_dry_run", "is_forced")
        return {
            **{name: cleaned[name] for name in plain},
            "options": {
                name: "yes" if value is True else value
                for name, value in told.items()
                if value
            },
        }
