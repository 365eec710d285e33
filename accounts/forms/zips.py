"""ZIP codes as people type them, and the day from which they go elsewhere."""

import datetime as dt
import re

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.models import BEGINNING, Territory
from accounts.services.zips import shortened
from liaison_crm.lib.widgets import DateInput

ONE = re.compile(r"([0-9]{5})(?:-?[0-9]{4})?")
RANGE = re.compile(r"([0-9]{5})-([0-9]{5})")
SEPARATORS = re.compile(r"[\s,;]+")
MOST_OF_A_RANGE = 1000
NAMED_AT_MOST = 10
LAST = dt.date(2200, 1, 1)


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


class DatedZipsForm(forms.Form):
    """From which day a change of ZIP codes holds."""

    on = forms.DateField(
        label="From",
        required=False,
        widget=DateInput,
        validators=[MinValueValidator(BEGINNING), MaxValueValidator(LAST)],
        help_text=(
            "Empty: from today, and codes that never belonged anywhere also for the"
            " past. A day to come: it happens by itself then."
        ),
    )
    reaches_back = forms.BooleanField(
        label="Also change days that are over",
        required=False,
        help_text="Reports by the territory of then show other figures afterwards.",
    )

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = on

    def days(self):
        """The dates of the change, as the services take them."""
        on = self.cleaned_data["on"]
        return {
            "on": on or self.today,
            "new_from": on or BEGINNING,
            "reaches_back": self.cleaned_data["reaches_back"],
        }

    def refuse(self, refused):
        self.add_error(refused.field, str(refused))


class TerritoryZipsForm(DatedZipsForm):
    field_order = ["zip_codes", "move", "on", "reaches_back"]
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

    def __init__(self, *args, territory, on, **kwargs):
        held = territory.zips.current(on=on).values_list("zip_code", flat=True)
        initial = {"zip_codes": shortened(held)}
        super().__init__(*args, on=on, initial=initial, **kwargs)


class ZipsMoveForm(DatedZipsForm):
    field_order = ["zip_codes", "territory", "on", "reaches_back"]
    zip_codes = ZipCodesField(
        label="ZIP codes",
        max_length=200_000,
        help_text="Separated by commas, blanks or new lines; ranges like 37201-37205.",
    )
    territory = forms.ModelChoiceField(
        Territory.objects.none(),
        label="To",
        required=False,
        empty_label="No territory",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = Territory.objects.manageable_by(user)


class PlannedChangeForm(forms.Form):
    """Which planned change: its day, and the keys of both sides."""

    on = forms.DateField()
    before = forms.IntegerField(required=False)
    after = forms.IntegerField(required=False)
