"""Input about our own specialists, cleaned."""

import re

from django import forms
from django.core.validators import RegexValidator

from accounts.guard import Guarded
from liaison_crm.lib.widgets import DateInput
from referrals.forms.referrals import PhoneField
from referrals.models import SpecialistProfile, Term
from referrals.models.specialists import OLDEST_AGE, key_of
from referrals.specialists.criteria import FURTHEST, WHEN, when_in_words

MOST_NAMES = 100
EARLIEST, LATEST = 2000, 2100  # years of an opening
no_controls = RegexValidator(
    r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$", "Please leave out control characters."
)


class NamesField(forms.CharField):
    """Names, one on a line or parted by semicolons; each once."""

    def __init__(self, **options):
        super().__init__(
            required=False,
            max_length=MOST_NAMES * (Term.NAME_LENGTH + 2),
            widget=forms.Textarea(attrs={"rows": 5}),
            validators=[no_controls],
            **options,
        )

    def prepare_value(self, value):
        return value if isinstance(value, str) else "\n".join(value or ())

    def to_python(self, value):
        return super().to_python(value) or ""

    def clean(self, value):
        names = [name.strip() for name in re.split(r"[\n;|]", super().clean(value))]
        for name in names:
            if len(name) > Term.NAME_LENGTH:
                raise forms.ValidationError(
                    f"“{name[:40]}…” is longer than {Term.NAME_LENGTH} characters."
                )
        once = {key_of(name): name for name in names if name}
        if len(once) > MOST_NAMES:
            raise forms.ValidationError(f"At most {MOST_NAMES} names.")
        return sorted(once.values(), key=key_of)


class ProfileForm(Guarded, forms.ModelForm):
    guarded = ("intake_rules",)

    conditions = NamesField(label="Conditions", help_text="What they see, one a line.")
    procedures = NamesField(label="Procedures", help_text="What they do, one a line.")
    insurers = NamesField(help_text="One a line.")
    languages = NamesField(help_text="One a line.")
    direct_line = PhoneField()
    scheduling_phone = PhoneField()
    fax = PhoneField()
    forms_url = forms.URLField(
        label="Referral forms",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="The address of a page or a file, https://…",
    )
    intake_rules = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[no_controls],
        help_text="What has to be sent along or done first. No patient's data.",
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    class Meta:
        model = SpecialistProfile
        fields = [
            "conditions",
            "procedures",
            "insurers",
            "languages",
            "min_age",
            "max_age",
            "accepts_new",
            "telehealth",
            "direct_line",
            "scheduling_phone",
            "fax",
            "intake_rules",
            "forms_url",
        ]

    def clean_forms_url(self):
        url = self.cleaned_data["forms_url"]
        if url and not url.lower().startswith(("http://", "https://")):
            raise forms.ValidationError(
                "The address of a web page begins with https://"
            )
        return url

    def clean(self):
        cleaned = super().clean()
        youngest, oldest = cleaned.get("min_age"), cleaned.get("max_age")
        if youngest is not None and oldest is not None and oldest < youngest:
            self.add_error("max_age", "The oldest is younger than the youngest.")
        return cleaned

    @property
    def values(self):
        """What is to be written, without the version it replaces."""
        cleaned = dict(self.cleaned_data)
        cleaned.pop("version")
        return cleaned


def when_choices(current):
    known = [
        ("", "Any time"),
        *((key, words.capitalize()) for key, words in WHEN.items()),
    ]
    if current and current not in WHEN:
        known.append((current, when_in_words(current).capitalize()))
    return known


def name_choices(names, current):
    known = sorted({*names, current} - {""}, key=str.casefold)
    return [("", "Any"), *((name, name) for name in known)]


class CriteriaForm(forms.Form):
    """The question as filters. What is wrong in it was left out already."""

    what = forms.CharField(required=False, widget=forms.MultipleHiddenInput)
    line = forms.ChoiceField(label="Service line", required=False)
    insurer = forms.ChoiceField(required=False)
    when = forms.ChoiceField(label="How soon", required=False)
    near = forms.CharField(label="Near ZIP or city", required=False, max_length=80)
    within = forms.IntegerField(
        label="Miles", required=False, min_value=1, max_value=FURTHEST
    )
    age = forms.IntegerField(
        label="Age in years", required=False, min_value=0, max_value=OLDEST_AGE
    )
    language = forms.ChoiceField(required=False)
    telehealth = forms.BooleanField(
        required=False, widget=forms.CheckboxInput(attrs={"value": "yes"})
    )
    accepting = forms.BooleanField(
        label="Accepts new patients",
        required=False,
        widget=forms.CheckboxInput(attrs={"value": "yes"}),
    )

    def __init__(self, criteria, answer):
        super().__init__(data=None, initial=criteria.query)
        words = answer.vocabulary
        choices = {
            "line": [("", "Any"), *answer.lines],
            "insurer": name_choices(words.choices(Term.Kind.INSURER), criteria.insurer),
            "language": name_choices(
                words.choices(Term.Kind.LANGUAGE), criteria.language
            ),
            "when": when_choices(criteria.when),
        }
        for name, known in choices.items():
            self.fields[name].choices = known


class TermForm(forms.ModelForm):
    synonyms = NamesField(help_text="What it is also called, one a line.")

    class Meta:
        model = Term
        fields = ["name"]

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        queryset=Term.objects.none(),
        label="Merge into",
        empty_label="Choose",
        help_text="Everybody who has this name has that one instead, and this name "
        "becomes a synonym of it.",
    )

    def __init__(self, data=None, *, term):
        super().__init__(data)
        others = Term.objects.filter(kind=term.kind).exclude(pk=term.pk)
        self.fields["into"].queryset = others.order_by("key")


class DayField(forms.DateField):
    """The day of an opening, as a cell of a table."""

    def __init__(self, *, widget=None):
        widget = widget or DateInput(attrs={"class": "form-control"})
        super().__init__(required=False, widget=widget)

    def clean(self, value):
        day = super().clean(value)
        if day and not EARLIEST <= day.year <= LATEST:
            raise forms.ValidationError("Is the year right?")
        return day


class OpeningForm(forms.Form):
    """The next opening of one specialist at one site, for both kinds of visit."""

    new = DayField()
    seen_new = DayField(widget=forms.HiddenInput)
    follow_up = DayField()
    seen_follow_up = DayField(widget=forms.HiddenInput)
    is_checked = forms.BooleanField(
        required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )

    def __init__(self, data=None, *, card, site):
        known = {
            kind: shown and shown.row.next_available_on
            for kind, shown in (("new", site.new), ("follow_up", site.follow_up))
        }
        super().__init__(
            data,
            prefix=f"{card.profile.pk}-{site.practice.pk}",
            initial=known | {f"seen_{kind}": day for kind, day in known.items()},
        )
        self.card, self.site = card, site
        for kind, label in (("new", "New patient"), ("follow_up", "Follow-up")):
            self.fields[kind].widget.attrs["aria-label"] = (
                f"{label}, {card.profile} at {site.practice}"
            )
        self.fields["is_checked"].widget.attrs["aria-label"] = (
            f"Still right, {card.profile} at {site.practice}"
        )

    @property
    def was_sent(self):
        return self.add_prefix("seen_new") in self.data

    def typed(self):
        """(kind, the day shown, the day typed) of what was changed or confirmed."""
        cleaned = self.cleaned_data
        for kind in ("new", "follow_up"):
            seen, day = cleaned[f"seen_{kind}"], cleaned[kind]
            if day != seen or (cleaned["is_checked"] and day):
                yield kind, seen, day
