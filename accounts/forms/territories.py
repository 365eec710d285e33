import re

from django import forms

from accounts.models import Territory, TerritoryAssignment, User
from accounts.services.territories import shortened
from liaison_crm.lib.widgets import DateInput

ONE = re.compile(r"([0-9]{5})(?:-?[0-9]{4})?")
RANGE = re.compile(r"([0-9]{5})-([0-9]{5})")
SEPARATORS = re.compile(r"[\s,;]+")
MOST_OF_A_RANGE = 1000
NAMED_AT_MOST = 10


class TerritoryForm(forms.ModelForm):
    class Meta:
        model = Territory
        fields = ["name", "parent"]
        labels = {"parent": "Below"}
        help_texts = {"parent": "Who works there sees this territory as well."}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Territory.objects.visible_to(user)
        self.fields["parent"].empty_label = "Nothing: it is at the top"

    def clean_parent(self):
        parent = self.cleaned_data["parent"]
        if parent and self.instance.pk:
            myself = Territory.objects.filter(pk=self.instance.pk)
            if myself.with_everything_below().filter(pk=parent.pk).exists():
                raise forms.ValidationError(
                    f"{parent} is {self.instance} itself or lies below it."
                )
        return parent


class ZipCodesField(forms.CharField):
    """Text to a set of five-digit codes: 37201, 37203-1234, 37205-37209."""

    widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false"})

    def clean(self, value):
        codes, bad = set(), []
        for word in filter(None, SEPARATORS.split(super().clean(value))):
            found = self.codes_of(word)
            codes.update(found)
            if not found:
                bad.append(word[:20])
        if bad:
            raise forms.ValidationError(_complaint(bad))
        return codes

    def codes_of(self, word):
        """The codes that one word stands for; none when it makes no sense."""
        if one := ONE.fullmatch(word):
            return {one[1]}
        if both := RANGE.fullmatch(word):
            first, last = int(both[1]), int(both[2])
            if first <= last < first + MOST_OF_A_RANGE:
                return {f"{code:05d}" for code in range(first, last + 1)}
        return set()


def _complaint(bad):
    named = ", ".join(bad[:NAMED_AT_MOST])
    more = f" and {len(bad) - NAMED_AT_MOST} more" if len(bad) > NAMED_AT_MOST else ""
    return (
        f"Not a ZIP code or a range of at most {MOST_OF_A_RANGE:,} of them: "
        f"{named}{more}."
    )


class TerritoryZipsForm(forms.Form):
    zip_codes = ZipCodesField(
        label="ZIP codes",
        required=False,
        max_length=200_000,
        help_text="Separated by commas, blanks or new lines; ranges like 37201-37205.",
    )
    move = forms.BooleanField(
        label="Move those that belong to another territory",
        required=False,
    )

    def __init__(self, *args, territory, **kwargs):
        listed = shortened(territory.zips.values_list("zip_code", flat=True))
        super().__init__(*args, initial={"zip_codes": listed}, **kwargs)


class AssignmentForm(forms.ModelForm):
    class Meta:
        model = TerritoryAssignment
        fields = ["user", "starts_on", "ends_on"]
        labels = {"user": "Person"}
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.active() | User.objects.invited()
        if self.instance.pk:
            people = User.objects.filter(pk=self.instance.user_id)
        self.fields["user"].queryset = people

    def clean(self):
        cleaned = super().clean()
        user, starts_on = cleaned.get("user"), cleaned.get("starts_on")
        ends_on = cleaned.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", "It has to end after it starts.")
        elif user and starts_on:
            same = self.instance.territory.assignments.filter(user=user)
            others = same.exclude(pk=self.instance.pk)
            if others.overlapping(starts_on, ends_on).exists():
                self.add_error(
                    "starts_on", f"{user} works this territory already on these days."
                )
        return cleaned
