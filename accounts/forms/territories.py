from collections import Counter

from django import forms

from accounts.models import Territory, TerritoryAssignment, User
from accounts.team import team_of
from liaison_crm.lib.widgets import DateInput


class TerritoryForm(forms.ModelForm):
    class Meta:
        model = Territory
        fields = ["name", "parent", "colour"]
        labels = {"parent": "Below"}
        help_texts = {"parent": "Who works there sees this territory as well."}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Territory.objects.visible_to(user)
        self.fields["parent"].empty_label = "Nothing: it is at the top"
        if not self.instance.pk:
            self.fields["colour"].initial = _least_used_colour()

    def clean_parent(self):
        parent = self.cleaned_data["parent"]
        if parent and self.instance.pk:
            myself = Territory.objects.filter(pk=self.instance.pk)
            if myself.with_everything_below().filter(pk=parent.pk).exists():
                raise forms.ValidationError(
                    f"{parent} is {self.instance} itself or lies below it."
                )
        return parent


def _least_used_colour():
    used = Counter(Territory.objects.values_list("colour", flat=True))
    return min(Territory.Colour.values, key=lambda colour: used[colour])


class AssignmentForm(forms.ModelForm):
    class Meta:
        model = TerritoryAssignment
        fields = ["user", "starts_on", "ends_on"]
        labels = {"user": "Person"}
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def __init__(self, *args, by, on, **kwargs):
        super().__init__(*args, **kwargs)
        team = team_of(by, on=on)
        people = team.active() | team.invited()
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
