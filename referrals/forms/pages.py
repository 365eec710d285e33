"""Input of the pages of practices and physicians: notes, affiliations, new rows."""

from django import forms
from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from django.db.models import Q

from accounts.guard import Guarded
from accounts.models import TerritoryZip
from liaison_crm.lib.once import KeyField
from referrals.forms.directory import NamedField
from referrals.forms.referrals import PhoneField
from referrals.forms.roster import UNTIL, DayField, NpiField
from referrals.models import (
    Note,
    Physician,
    Practice,
    Specialty,
)
from referrals.pages.week import DAYS
from referrals.services.affiliations import FIELDS

FOUND = 20
LONGEST = 100


class NoteForm(Guarded, forms.ModelForm):
    guarded = ("text",)

    key = KeyField()

    class Meta:
        model = Note
        fields = ["text", "is_pinned"]
        labels = {"text": "Note", "is_pinned": "Keep it at the top"}
        help_texts = {"text": "About the practice. Nothing that points to a patient."}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}


class AffiliationForm(forms.Form):
    """When, as what and on which days a physician works at a practice."""

    effective_from = DayField(
        label="From", required=False, help_text="Empty: for as long as is known."
    )
    effective_to = DayField(label="Until", required=False, help_text=UNTIL)
    role = forms.CharField(
        max_length=60,
        required=False,
        help_text="Partner, locum, lead physician …",
        validators=[
            RegexValidator(r"^[^\x00-\x1f]*$", "Leave out control characters.")
        ],
    )
    days = forms.MultipleChoiceField(
        label="Days of the week",
        required=False,
        choices=[(str(number), name) for number, name in enumerate(DAYS, 1)],
        widget=forms.CheckboxSelectMultiple,
    )
    is_primary = forms.BooleanField(
        label="This is where they mainly work", required=False
    )

    @classmethod
    def of(cls, place, data=None):
        initial = {name: getattr(place, name) for name in FIELDS}
        return cls(data, initial={**initial, "days": [*place.days]})

    def clean_days(self):
        return "".join(sorted({*self.cleaned_data["days"]}))

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("effective_from"), cleaned.get("effective_to")
        if start and end and end <= start:
            self.add_error("effective_to", "This is not after the day it begins.")
        return cleaned

    def values(self):
        return {name: self.cleaned_data[name] for name in FIELDS}


class AffiliationEndForm(forms.Form):
    """The first day on which the physician no longer works there."""

    effective_to = DayField(label="Until", help_text=UNTIL.partition(" Empty")[0])

    def __init__(self, *args, place, **options):
        super().__init__(*args, **options)
        self.place = place

    def clean_effective_to(self):
        day, start = self.cleaned_data["effective_to"], self.place.effective_from
        if start and day <= start:
            raise forms.ValidationError(
                f"They began on {start:%b %-d, %Y}: this is not after it."
            )
        return day


class PersonSearchForm(forms.Form):
    """Somebody of the directory, by name or NPI."""

    q = forms.CharField(
        label="Name or NPI",
        required=False,
        max_length=LONGEST,
        validators=[ProhibitNullCharactersValidator()],
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def find(self, physicians):
        """The first of those that match; nobody for an empty or wrong search."""
        if not self.is_valid() or len(self.cleaned_data["q"].strip()) < 2:
            return physicians.none()
        found = Q()
        for word in self.cleaned_data["q"].replace(",", " ").split():
            found &= (
                Q(npi__startswith=word)
                | Q(last_name__icontains=word)
                | Q(first_name__icontains=word)
            )
        return physicians.filter(found).order_by("last_name", "first_name", "pk")[
            :FOUND
        ]


class ZipCodeField(forms.CharField):
    """Five digits, of a territory of whoever types them."""

    def __init__(self, **options):
        super().__init__(
            label="ZIP code",
            validators=[RegexValidator(r"^[0-9]{5}$", "A ZIP code has five digits.")],
            **options,
        )
        self.widget.attrs |= {"inputmode": "numeric"}


class PracticeAddForm(forms.ModelForm):
    zip_code = ZipCodeField()
    phone = PhoneField()
    fax = PhoneField()

    class Meta:
        model = Practice
        fields = [
            "name",
            "address_line_1",
            "address_line_2",
            "city",
            "state",
            "zip_code",
            "phone",
            "fax",
        ]
        labels = {"address_line_1": "Street", "address_line_2": "Suite, floor"}

    def __init__(self, *args, user, territories, on, **options):
        super().__init__(*args, **options)
        self.user, self.territories, self.on = user, territories, on
        for name in ("address_line_1", "city", "state"):
            self.fields[name].required = True

    def clean_zip_code(self):
        zip_code = self.cleaned_data["zip_code"]
        held = TerritoryZip.objects.current(on=self.on)
        mine = held.filter(territory__in=self.territories)
        if (
            not self.user.sees_all_practices
            and not mine.filter(zip_code=zip_code).exists()
        ):
            raise forms.ValidationError("This ZIP code is in none of your territories.")
        return zip_code

    def _post_clean(self):
        """The constraints are the service's: they would tell of rows out of sight."""

    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class SpecialtyField(forms.CharField):
    """A taxonomy code that the directory knows."""

    def __init__(self, **options):
        super().__init__(
            label="Specialty code", max_length=10, required=False, **options
        )
        self.widget.attrs |= {"placeholder": "207RC0000X"}

    def clean(self, value):
        code = super().clean(value).strip().upper()
        specialty = Specialty.objects.filter(code=code).first() if code else None
        if code and specialty is None:
            raise forms.ValidationError("No specialty has this taxonomy code.")
        return specialty


class PhysicianAddForm(forms.ModelForm):
    npi = NpiField(label="NPI")
    specialty = SpecialtyField()
    phone = PhoneField()

    class Meta:
        model = Physician
        fields = [
            "npi",
            "first_name",
            "last_name",
            "credential",
            "specialty",
            "phone",
            "email",
        ]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["last_name"].required = True

    def _post_clean(self):
        """The constraints are the service's: they would tell of rows out of sight."""

    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ParentForm(forms.Form):
    """What an organization is a part of: another one in sight, by name or NPI."""

    def __init__(self, *args, in_sight, current=None, **options):
        super().__init__(*args, **options)
        self.fields["parent"] = NamedField(
            rows=in_sight,
            code="npi",
            current=current,
            label="Part of",
            help_text="Name or NPI of the organization above it. Empty: of none.",
        )
        self.initial.setdefault("parent", str(current or ""))


class OrganizationAddForm(ParentForm):
    name = forms.CharField(
        max_length=200,
        validators=[
            RegexValidator(r"^[^\x00-\x1f]*$", "Leave out control characters.")
        ],
    )
    npi = NpiField(label="NPI", required=False)

    def values(self):
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "npi": cleaned["npi"] or None,
            "parent": cleaned["parent"],
        }
