"""The stage of a practice, said by a person."""

from django import forms
from django.core.validators import RegexValidator

from accounts.guard import Guarded
from referrals.models import Practice


class StageForm(Guarded, forms.Form):
    guarded = ("reason",)

    stage = forms.ChoiceField(choices=Practice.Stage)
    reason = forms.CharField(
        max_length=200,
        help_text="What you know that visits and referrals do not show.",
        validators=[
            RegexValidator(r"^[^\x00-\x1f]*$", "Leave out control characters.")
        ],
    )
    # A move by rule leaves the version as it is: what they saw comes back beside it.
    seen = forms.ChoiceField(choices=Practice.Stage, widget=forms.HiddenInput)
    version = forms.IntegerField(
        min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput
    )
