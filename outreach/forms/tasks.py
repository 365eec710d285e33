import datetime as dt

from django import forms

from accounts.guard import Guarded
from liaison_crm.lib.once import KeyField
from liaison_crm.lib.widgets import DateInput
from outreach.models import Task

FURTHEST = dt.timedelta(days=5 * 365)


class TaskForm(Guarded, forms.ModelForm):
    """A promise: what, and until when. `on` is today."""

    guarded = ("title",)

    key = KeyField()

    class Meta:
        model = Task
        fields = ["title", "due_on"]
        labels = {"title": "What", "due_on": "Due"}
        widgets = {"due_on": DateInput}

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        if not self.instance.pk:
            self.initial.setdefault("due_on", on + dt.timedelta(days=7))

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day != self.initial.get("due_on") and not (
            self.on <= day <= self.on + FURTHEST
        ):
            raise forms.ValidationError("Choose a day from today, within five years.")
        return day
