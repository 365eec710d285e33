from django import forms

from accounts.forms.zips import ZipCodesField
from accounts.models import Territory, WhatIf
from accounts.services import what_ifs
from liaison_crm.lib.widgets import DateInput


class WhatIfForm(forms.ModelForm):
    class Meta:
        model = WhatIf
        fields = ["name", "root"]
        labels = {"root": "Below"}
        help_texts = {
            "root": "The territories whose cut you want to try: this one and all below."
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        root = self.fields["root"]
        root.queryset = Territory.objects.visible_to(user)
        root.required = not user.sees_all_practices
        root.empty_label = "The whole tree" if user.sees_all_practices else "Choose one"


class MoveForm(forms.Form):
    """ZIP codes that go to one territory of the what-if, or to none."""

    zip_codes = ZipCodesField(
        label="ZIP codes",
        max_length=200_000,
        help_text="Separated by commas, blanks or new lines; ranges like 37201-37205.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    territory = forms.ModelChoiceField(
        Territory.objects.none(),
        label="Go to",
        required=False,
        empty_label="No territory",
    )

    def __init__(self, *args, what_if, user, **kwargs):
        super().__init__(*args, **kwargs)
        manageable = Territory.objects.manageable_by(user)
        self.fields["territory"].queryset = what_ifs.nodes_of(what_if) & manageable

    @property
    def targets(self):
        """ZIP code -> key of the territory it would go to."""
        to = self.cleaned_data["territory"]
        return dict.fromkeys(self.cleaned_data["zip_codes"], to and to.pk)


class ApplyForm(forms.Form):
    """The day from which the new cut holds, and the version that was looked at."""

    on = forms.DateField(
        label="From",
        widget=DateInput,
        help_text="The first day of the new cut. Days before it keep the old one.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on < self.today:
            raise forms.ValidationError("Choose today or a day to come.")
        return on


class SideForm(forms.Form):
    """A line of the comparison: which territory, under which cut."""

    territory = forms.ModelChoiceField(
        Territory.objects.none(), required=False, empty_label="No territory"
    )
    side = forms.ChoiceField(
        label="Cut", choices=[("now", "Today"), ("then", "This what-if")]
    )

    def __init__(self, *args, what_if, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = what_ifs.nodes_of(what_if)
