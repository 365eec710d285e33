"""Filters of lists. What a list cannot answer, it shows nothing for."""

from django import forms

from accounts.models import User
from liaison_crm.lib.widgets import DateInput
from outreach import call_cycles
from outreach.models import Visit
from referrals.models import Physician, Practice, ServiceLine


class VisitFilterForm(forms.Form):
    CONVERSATION = "conversation"

    q = forms.CharField(required=False, max_length=100, label="Text")
    mine = forms.BooleanField(required=False, label="Only mine")
    liaison = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label="Everybody"
    )
    kind = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Any kind"),
            (CONVERSATION, "Any conversation"),
            *Visit.Kind.choices,
        ],
    )
    status = forms.ChoiceField(
        required=False, choices=[("", "Any status"), *Visit.Status.choices]
    )
    outcome = forms.ChoiceField(
        required=False, choices=[("", "Any outcome"), *Visit.Outcome.choices]
    )
    service_line = forms.ModelChoiceField(
        ServiceLine.objects.all(), required=False, empty_label="Any service line"
    )
    since = forms.DateField(required=False, label="From", widget=DateInput)
    until = forms.DateField(required=False, label="To", widget=DateInput)
    practice = forms.ModelChoiceField(
        Practice.objects.none(), required=False, widget=forms.HiddenInput
    )
    physician = forms.ModelChoiceField(
        Physician.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        in_sight = Visit.objects.visible_to(user)
        self.fields["liaison"].queryset = User.objects.filter(
            pk__in=in_sight.values("liaison")
        )
        self.fields["practice"].queryset = Practice.objects.visible_to(user)
        self.fields["physician"].queryset = Physician.objects.visible_to(user)

    def narrow(self, visits):
        """The visits asked for; none when the question makes no sense."""
        if not self.is_valid():
            return visits.none()
        asked = self.cleaned_data
        if asked["mine"]:
            visits = visits.filter(liaison=self.user)
        if asked["q"]:
            visits = visits.mentioning(asked["q"])
        if asked["since"]:
            visits = visits.filter(visited_on__gte=asked["since"])
        if asked["until"]:
            visits = visits.filter(visited_on__lte=asked["until"])
        if asked["physician"]:
            visits = visits.filter(attendees__physician=asked["physician"])
        if kind := asked["kind"]:
            kinds = Visit.CONVERSATIONS if kind == self.CONVERSATION else [kind]
            visits = visits.filter(kind__in=kinds)
        same = ("liaison", "practice", "status", "outcome", "service_line")
        return visits.filter(**{name: asked[name] for name in same if asked[name]})


class TaskFilterForm(forms.Form):
    OPEN, OVERDUE, DONE, ALL = "open", "overdue", "done", "all"

    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Open"),
            (OVERDUE, "Overdue"),
            (DONE, "Done"),
            (ALL, "All"),
        ],
    )
    q = forms.CharField(required=False, max_length=100, label="Text")

    def narrow(self, tasks, *, on):
        if not self.is_valid():
            return tasks.none()
        match self.cleaned_data["state"]:
            case self.OVERDUE:
                tasks = tasks.overdue(on=on)
            case self.DONE:
                tasks = tasks.done()
            case self.ALL:
                pass
            case _:
                tasks = tasks.open()
        return tasks.mentioning(self.cleaned_data["q"])


class CycleFilterForm(forms.Form):
    """Of the call cycles: which state, which tier."""

    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All"),
            *((state.name.lower(), state.label) for state in call_cycles.State),
        ],
    )
    tier = forms.ChoiceField(
        required=False,
        choices=[("", "All"), *((tier, tier) for tier in Practice.Tier.values)],
    )

    def narrow(self, cycles):
        """The cycles asked for, the most urgent first."""
        if not self.is_valid():
            return []
        state, tier = self.cleaned_data["state"], self.cleaned_data["tier"]
        return sorted(
            (
                cycle
                for cycle in cycles
                if state in ("", cycle.state.name.lower()) and tier in ("", cycle.tier)
            ),
            key=lambda cycle: cycle.urgency,
        )
