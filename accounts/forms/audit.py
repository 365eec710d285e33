import datetime as dt

from django import forms
from django.utils import timezone

from accounts.models import AuditEvent
from liaison_crm.lib.widgets import DateInput


class AuditFilterForm(forms.Form):
    action = forms.ChoiceField(
        choices=[("", "Anything"), *AuditEvent.Action.choices], required=False
    )
    q = forms.CharField(label="Person or subject", required=False, max_length=120)
    since = forms.DateField(label="From", required=False, widget=DateInput)
    until = forms.DateField(label="To", required=False, widget=DateInput)

    def applied_to(self, events):
        """`events` narrowed by the fields that make sense; the rest is ignored."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("action"):
            events = events.filter(action=asked["action"])
        if asked.get("q"):
            events = events.matching(asked["q"])
        if asked.get("since"):
            events = events.filter(at__gte=_midnight(asked["since"]))
        if asked.get("until") and asked["until"] < dt.date.max:
            day_after = asked["until"] + dt.timedelta(days=1)
            events = events.filter(at__lt=_midnight(day_after))
        return events


def _midnight(day):
    """The moment `day` begins here; the earliest days have none before them."""
    first = dt.date(1900, 1, 1)
    last = dt.date(9999, 1, 1)
    return timezone.make_aware(
        dt.datetime.combine(min(max(day, first), last), dt.time())
    )
