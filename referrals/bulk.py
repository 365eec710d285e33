"""What may be changed for many rows at once, as small forms: one each."""

from django import forms

from accounts.guard import Guarded
from accounts.models import Territory, User
from referrals.models import Practice
from referrals.owners import owners_offered_to
from referrals.services.bulk import FieldChange, TerritoryChange
from referrals.services.panels import PanelChange

REASON_LENGTH = 200


def reason():
    return forms.CharField(
        label="Reason", required=False, max_length=REASON_LENGTH, initial=""
    )


class Change(Guarded, forms.Form):
    """A form of one change; `change(on=)` is what it asks for."""

    guarded = ("reason",)

    name = label = note = question = ""
    verb = "Change"

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, auto_id=f"id_{self.name}_%s", **kwargs)
        self.user = user

    def change_of(self, keys, *, on):
        """What is asked for; None, and an error, if it cannot be done to these."""
        if not self.is_valid():
            return None
        change = self.change(on=on)
        if problem := change.problem(keys):
            self.add_error(None, problem)
            return None
        return change


class TierForm(Change):
    name, label = "tier", "Tier"
    note = "The reason takes the place of the one that was there."

    tier = forms.ChoiceField(
        choices=[("", "No tier"), *Practice.Tier.choices], required=False
    )
    reason = reason()

    def change(self, *, on):
        asked = self.cleaned_data
        return FieldChange("tier", self.label, asked["tier"], asked["reason"])


class OwnerForm(Change):
    name, label = "owner", "Owner"

    owner = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label="Nobody"
    )

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["owner"].queryset = owners_offered_to(user, on=on)

    def change(self, *, on):
        return FieldChange("owner", self.label, self.cleaned_data["owner"])


class PanelForm(Change):
    """Physicians are added to a panel: a liaison's own, or that of the team."""

    name, label, verb = "panel", "Panel", "Add"
    question = "Add to a panel?"

    owner = forms.ModelChoiceField(User.objects.none(), label="To the panel of")
    with_practices = forms.BooleanField(
        label="Their practices that have no owner, too", required=False
    )

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        team = owners_offered_to(user, on=on)
        if user.role == User.Role.LIAISON:
            team = team.filter(pk=user.pk)
        self.fields["owner"].queryset = team
        if user.role != User.Role.ADMINISTRATOR:
            self.fields["owner"].initial = user.pk

    def change(self, *, on):
        asked = self.cleaned_data
        return PanelChange(asked["owner"], asked["with_practices"], by=self.user, on=on)


class TerritoryForm(Change):
    name, label = "territory", "Territory"
    note = "From today on, against the ZIP code. You may lose sight of a practice."

    territory = forms.ModelChoiceField(
        Territory.objects.none(), required=False, empty_label="That of the ZIP code"
    )
    reason = reason()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["territory"].queryset = Territory.objects.manageable_by(user)

    def change(self, *, on):
        asked = self.cleaned_data
        return TerritoryChange(asked["territory"], on, self.user, asked["reason"])


def forms_for(model, user, *, on, data=None) -> dict[str, Change]:
    """The forms for rows of the model, by name; the one that `data` names bound."""
    asked = data.get("field") if data else None
    made = {
        "tier": lambda data: TierForm(data, user=user),
        "owner": lambda data: OwnerForm(data, user=user, on=on),
    }
    if model is Practice:
        made["territory"] = lambda data: TerritoryForm(data, user=user)
    return {name: make(data if name == asked else None) for name, make in made.items()}


def panel_forms_for(model, user, *, on, data=None) -> dict[str, Change]:
    """The one change that a list of prospects offers."""
    is_asked = data and data.get("field") == PanelForm.name
    return {PanelForm.name: PanelForm(data if is_asked else None, user=user, on=on)}
