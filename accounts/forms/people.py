from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.models import Territory, User
from liaison_crm.lib.widgets import DateInput


class PersonFilterForm(forms.Form):
    q = forms.CharField(label="Name or email", required=False, max_length=120)
    role = forms.ChoiceField(
        choices=[("", "Any role"), *User.Role.choices], required=False
    )
    state = forms.ChoiceField(
        choices=[("", "Any state"), *User.State.choices], required=False
    )

    def applied_to(self, people):
        """`people` narrowed by the fields that make sense; the rest is ignored."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            people = people.matching(asked["q"])
        if asked.get("role"):
            people = people.filter(role=asked["role"])
        if asked.get("state"):
            people = people.in_state(asked["state"])
        return people


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "email", "role"]

    def clean_email(self):
        email = self.cleaned_data["email"].strip().lower()
        others = User.objects.exclude(pk=self.instance.pk)
        if others.filter(email__iexact=email).exists():
            raise forms.ValidationError("Another person has this email address.")
        return email


class InvitationForm(PersonForm):
    """A new person, and where they start."""

    territory = forms.ModelChoiceField(Territory.objects.none(), required=False)
    starts_on = forms.DateField(
        label="From",
        required=False,
        widget=DateInput,
        help_text="The first day in the territory.",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = Territory.objects.visible_to(user)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("territory") and not cleaned.get("starts_on"):
            self.add_error("starts_on", "Say from which day they work the territory.")
        return cleaned


class AcceptInvitationForm(forms.Form):
    name = forms.CharField(
        max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        max_length=200,
        strip=False,
        help_text="At least 12 characters; several words are easy to remember.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, initial={"name": person.name}, **kwargs)

    def clean_password(self):
        password = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
