"""Logging a visit: now unless told otherwise, and what was promised."""

import datetime as dt

from django import forms

from liaison_crm.lib.widgets import DateInput
from outreach.forms.visits import FURTHEST, HeldVisitForm
from outreach.models import DEFAULT_TOPICS
from outreach.services import NextStep
from referrals.models import Physician, Practice, ServiceLine


class LogForm(HeldVisitForm):
    """A new visit: now, unless told otherwise, and what was promised."""

    guarded = (*HeldVisitForm.guarded, "next_step")

    class When:
        NOW, EARLIER, YESTERDAY = "now", "earlier", "yesterday"
        OPTIONS = [
            (NOW, "Now"),
            (EARLIER, "Earlier today"),
            (YESTERDAY, "Yesterday"),
        ]

    class FollowUp:
        CALL, SEND = "call", "send"
        OPTIONS = [(CALL, "Call in 2 weeks"), (SEND, "Send info this week")]

    when = forms.ChoiceField(
        choices=When.OPTIONS,
        required=False,
        initial=When.NOW,
        widget=forms.RadioSelect(attrs={"class": "form-selectgroup-input"}),
    )
    follow_ups = forms.MultipleChoiceField(
        choices=FollowUp.OPTIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-selectgroup-input"}),
    )
    next_step = forms.CharField(
        required=False,
        max_length=200,
        label="Next step",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    next_step_on = forms.DateField(
        required=False,
        label="Until",
        help_text="Left empty: in a week.",
        widget=DateInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["visited_on"].required = False
        planned_on = self.initial.get("visited_on")
        if planned_on and planned_on < self.today:
            self.initial["when"] = None  # held on its day, and logged late
        else:
            self.initial["visited_on"] = self.initial["visited_at"] = None

    def clean_next_step_on(self):
        day = self.cleaned_data["next_step_on"]
        if day and not self.today <= day <= self.today + FURTHEST:
            raise forms.ValidationError("Choose a day from today, within two years.")
        return day

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("next_step_on") and not cleaned.get("next_step"):
            self.add_error("next_step", "Say what the next step is.")
        self._clean_moment(cleaned)
        return cleaned

    def _clean_moment(self, cleaned):
        """A day that was typed wins over the chips."""
        if cleaned.get("visited_on") or "visited_on" in self.errors:
            return
        when = cleaned.get("when") or self.When.NOW
        yesterday = self.today - dt.timedelta(days=1)
        cleaned["visited_on"] = yesterday if when == self.When.YESTERDAY else self.today
        if when == self.When.NOW and not cleaned.get("visited_at"):
            cleaned["visited_at"] = self.now.time().replace(second=0, microsecond=0)

    @property
    def may_wait(self):
        """Is this a visit of one's own, which one's device may keep and send?"""
        return not self.instance.pk or self.instance.liaison_id == self.user.pk

    @property
    def next_steps(self):
        """The promises: typed, and by one tap."""
        cleaned = self.cleaned_data
        steps = []
        if cleaned["next_step"]:
            in_a_week = self.today + dt.timedelta(days=7)
            steps.append(
                NextStep(cleaned["next_step"], cleaned["next_step_on"] or in_a_week)
            )
        whom = self._whom()
        if self.FollowUp.CALL in cleaned["follow_ups"]:
            in_two_weeks = self.today + dt.timedelta(days=14)
            steps.append(NextStep(f"Call {whom}", in_two_weeks))
        if self.FollowUp.SEND in cleaned["follow_ups"]:
            to_friday = (4 - self.today.weekday()) % 7
            friday = self.today + dt.timedelta(days=to_friday)
            steps.append(NextStep(f"Send information to {whom}", friday))
        return steps

    def _whom(self):
        physicians = self.cleaned_data["physicians"]
        return str(physicians[0]) if physicians else self.cleaned_data["practice"].name


class ShellForm(LogForm):
    """The same form without anybody's rows: a device fills in what it keeps."""

    may_wait = True

    def __init__(self, *, now):
        super().__init__(user=None, now=now, initial={"uid": ""})

    def _topic_names(self):
        return DEFAULT_TOPICS

    def _scope_choices(self):
        self.fields["physicians"].queryset = Physician.objects.none()
        self.fields["practice"].queryset = Practice.objects.none()
        self.fields["service_line"].queryset = ServiceLine.objects.none()

    def people(self):
        return []

    def places(self):
        return []
