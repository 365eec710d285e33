"""Logging, planning and changing a visit."""

import datetime as dt
import uuid

from django import forms
from django.db.models import Q
from django.forms.utils import ErrorDict

from accounts.guard import Guarded
from liaison_crm.lib.widgets import DateInput
from outreach import people
from outreach.forms.fields import (
    Names,
    SomeOf,
    TimeInput,
    TopicNames,
    is_key,
)
from outreach.models import Topic, Visit
from outreach.services import Met
from referrals.models import Physician, Practice

EARLIEST = dt.date(2000, 1, 1)
FURTHEST = dt.timedelta(days=730)
ON_PAGE_FIRST = ("physicians", "practice", "kind", "outcome")
UNDER_MORE = (
    "staff",
    "visited_on",
    "visited_at",
    "purpose",
    "topics",
    "own_topics",
    "service_line",
    "notes",
    "guard_reason",
    "next_step",
    "next_step_on",
)


class VisitForm(Guarded, forms.ModelForm):
    """Who, where, how: what planning, logging and changing share.

    `user` scopes the choices, `now` is the moment the page was asked for,
    `pinned` the practice from whose page the form was opened, `guesses` the
    people offered before any search.
    """

    guarded = ("purpose", "notes", "own_topics")

    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    physicians = SomeOf(Physician.objects.none(), required=False)
    practice = forms.ModelChoiceField(Practice.objects.none(), required=False)
    search = forms.CharField(required=False, max_length=people.LONGEST)
    staff = Names(longest=120, label="Staff, by name")
    topics = TopicNames(required=False)
    own_topics = Names(longest=60, label="Other topics")

    class Meta:
        model = Visit
        fields = [
            "practice",
            "kind",
            "visited_on",
            "visited_at",
            "purpose",
            "service_line",
            "notes",
        ]
        labels = {"visited_on": "Date", "visited_at": "Time"}
        widgets = {
            "kind": forms.RadioSelect(attrs={"class": "form-selectgroup-input"}),
            "visited_on": DateInput(attrs={"class": "form-control"}),
            "visited_at": TimeInput(attrs={"class": "form-control"}),
            "purpose": forms.TextInput(attrs={"class": "form-control"}),
            "service_line": forms.Select(attrs={"class": "form-select"}),
            "notes": forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        }

    def __init__(self, *args, user, now, pinned=None, guesses=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.now, self.today = user, now, now.date()
        self.pinned, self.guesses = pinned, list(guesses)
        self.is_searching = bool(self.data.get("find"))
        for name in ("staff", "own_topics"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["topics"].widget.attrs["class"] = "form-selectgroup-input"
        self.fields["topics"].choices = [(name, name) for name in self._topic_names()]
        self._scope_choices()
        self._set_initial()

    def _topic_names(self):
        mine = list(self.instance.topics.all()) if self.instance.pk else []
        return Topic.objects.offered_to(self.user, besides=mine)

    def _scope_choices(self):
        physicians = Q(pk__in=Physician.objects.visible_to(self.user).values("pk"))
        practices = Q(pk__in=Practice.objects.visible_to(self.user).values("pk"))
        if self.instance.pk:  # who is already there stays, whoever moved since
            met = self.instance.attendees.values("physician")
            physicians |= Q(pk__in=met)
            practices |= Q(pk=self.instance.practice_id)
        self.fields["physicians"].queryset = Physician.objects.filter(physicians)
        self.fields["practice"].queryset = Practice.objects.filter(practices)

    def _set_initial(self):
        visit = self.instance
        self.initial.setdefault("uid", visit.uid)
        self.initial.setdefault("version", visit.version)
        if not visit.pk:
            return
        attendees = list(visit.attendees.all())
        self.initial["physicians"] = [
            attendee.physician_id for attendee in attendees if attendee.physician_id
        ]
        self.initial["staff"] = ", ".join(
            attendee.staff_name for attendee in attendees if not attendee.physician_id
        )
        self.initial["topics"] = [topic.name for topic in visit.topics.all()]

    # Checking -----------------------------------------------------------------

    def full_clean(self):
        """A search without script sends the form: it shows no errors then."""
        if self.is_searching:
            self._errors, self.cleaned_data = ErrorDict(), {}
            return
        super().full_clean()
        if self._errors:
            self._focus_first_error()

    def is_valid(self):
        return super().is_valid() and not self.is_searching

    def clean_uid(self):
        return self.cleaned_data["uid"] or uuid.uuid4()

    def clean_visited_on(self):
        day = self.cleaned_data["visited_on"]
        if day and day < EARLIEST:
            raise forms.ValidationError("That is before this system's time.")
        return day

    def clean(self):
        cleaned = super().clean()
        if "uid" in self.errors:  # not the typist's fault: a fresh key, once more
            self.data = self.data.copy()
            self.data["uid"] = str(uuid.uuid4())
            self.add_error(None, "The form had lost its key. Please save again.")
        if "physicians" not in self.errors and "practice" not in self.errors:
            self._clean_place(cleaned)
            self._clean_people(cleaned)
        return cleaned

    def _clean_place(self, cleaned):
        if not cleaned.get("practice"):
            marked = [place for place in self._places(cleaned) if place.is_chosen]
            cleaned["practice"] = marked[0].practice if marked else None
            self.instance.practice_id = None
        if not cleaned["practice"] and cleaned.get("physicians"):
            self.add_error("practice", "Choose the practice.")

    def _clean_people(self, cleaned):
        if not (cleaned.get("physicians") or cleaned.get("staff")):
            if not (cleaned.get("practice") and self.may_be_with_nobody(cleaned)):
                self.add_error("physicians", self.nobody)
        elif not cleaned.get("practice") and "practice" not in self.errors:
            self.add_error("physicians", "Find the practice where you met.")

    nobody = "Choose whom you met, or name somebody of the staff."

    def may_be_with_nobody(self, cleaned):
        return cleaned.get("kind") == Visit.Kind.DROP_OFF

    def _places(self, cleaned):
        return people.places_of(
            cleaned.get("physicians") or [],
            self.user,
            on=self.today,
            chosen=cleaned.get("practice"),
            pinned=self.pinned,
        )

    def _focus_first_error(self):
        for name in (*ON_PAGE_FIRST, *UNDER_MORE):
            if name in self._errors and name in self.fields:
                self.fields[name].widget.attrs["autofocus"] = True
                self.first_error = name
                return

    first_error = ""

    # What the page shows ----------------------------------------------------------

    @property
    def has_error_under_more(self):
        return any(name in self.errors for name in UNDER_MORE)

    def people(self):
        """The chosen first, then what was found, then the guesses."""
        chosen = people.with_places(
            self.fields["physicians"].queryset.filter(pk__in=self._keys("physicians")),
            self.user,
            on=self.today,
        )
        offered = [people.Person(physician, is_chosen=True) for physician in chosen]
        known = {person.physician for person in offered}
        found = self.found_physicians() if self.is_searching else ()
        for person in (*map(people.Person, found), *self.guesses):
            if person.physician not in known:
                known.add(person.physician)
                offered.append(person)
        return offered

    def found_physicians(self):
        return people.search_physicians(self.user, self._text(), on=self.today)

    def found_practices(self):
        if not self.is_searching:
            return ()
        return people.search_practices(self.user, self._text())

    def places(self):
        practices = self.fields["practice"].queryset
        chosen = practices.filter(pk__in=self._keys("practice")).first()
        physicians = self.fields["physicians"].queryset.filter(
            pk__in=self._keys("physicians")
        )
        return people.places_of(
            physicians, self.user, on=self.today, chosen=chosen, pinned=self.pinned
        )

    def _text(self):
        return str(self["search"].value() or "")

    def _keys(self, name):
        value = self[name].value()
        values = value if isinstance(value, list | tuple) else [value]
        return [int(key) for key in values if key and is_key(key)]

    def show_conflict(self, theirs):
        """Both versions side by side; what was typed stays, and may be saved."""
        self.data = self.data.copy()
        self.data["version"] = theirs.version
        who = theirs.updated_by or "Somebody"
        self.add_error(
            None,
            f"{who} changed this visit while you were writing. Yours is kept below; "
            "save again to replace theirs.",
        )
        self.differences = [
            (label, before, mine)
            for (label, before), (_, mine) in zip(
                _in_words(theirs), self._mine_in_words(), strict=True
            )
            if before != mine
        ]

    differences = ()

    def _mine_in_words(self):
        met = self.met
        return _in_words(
            self.instance,
            people=[*map(str, met.physicians), *met.staff],
            topics=met.topics,
        )

    # What is saved ------------------------------------------------------------------

    @property
    def met(self):
        chosen = [*self.cleaned_data["topics"], *self.cleaned_data["own_topics"]]
        topics = {name.strip().lower(): name.strip() for name in reversed(chosen)}
        return Met(
            physicians=self.cleaned_data["physicians"],
            staff=self.cleaned_data["staff"],
            topics=list(reversed(topics.values())),
        )

    def save(self, commit=False):  # noqa: FBT002
        """The visit as told; a service writes it."""
        if not self.instance.pk:
            self.instance.uid = self.cleaned_data["uid"]
        return super().save(commit=False)


def _in_words(visit, *, people=None, topics=None):
    """(label, text) of what a person sees of a visit."""
    if people is None:
        people = [str(attendee) for attendee in visit.attendees.all()]
    if topics is None:
        topics = [topic.name for topic in visit.topics.all()]
    at = f" {visit.visited_at:%H:%M}" if visit.visited_at else ""
    return [
        ("Who", ", ".join(sorted(people))),
        ("Practice", str(visit.practice)),
        ("Kind", visit.get_kind_display()),
        ("Outcome", visit.get_outcome_display()),
        ("When", f"{visit.visited_on}{at}"),
        ("Purpose", visit.purpose),
        ("Service line", str(visit.service_line or "")),
        ("Topics", ", ".join(sorted(topics))),
        ("Notes", visit.notes),
    ]


class HeldVisitForm(VisitForm):
    """A visit that took place: it needs an outcome, and not a future."""

    class Meta(VisitForm.Meta):
        fields = [*VisitForm.Meta.fields, "outcome"]
        widgets = {
            **VisitForm.Meta.widgets,
            "outcome": forms.RadioSelect(attrs={"class": "form-selectgroup-input"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].required = True
        self.fields["outcome"].choices = Visit.Outcome.choices
        self.fields["outcome"].error_messages["required"] = "Say how it went."

    def clean_visited_on(self):
        day = super().clean_visited_on()
        if day and day > self.today:
            raise forms.ValidationError(
                "A visit that took place cannot lie in the future. Plan it instead."
            )
        return day


class PlanForm(VisitForm):
    """A visit to come."""

    nobody = "Choose whom or which practice to visit."

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["visited_on"].required = True

    def may_be_with_nobody(self, cleaned):
        return True

    def clean_visited_on(self):
        day = super().clean_visited_on()
        if day < self.today and day != self.initial.get("visited_on"):
            raise forms.ValidationError("That day is over. Log the visit instead.")
        if day > self.today + FURTHEST:
            raise forms.ValidationError("Plan at most two years ahead.")
        return day


class EndPlanForm(Guarded, forms.Form):
    """Why a planned visit does not take place."""

    guarded = ("reason",)

    reason = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"autofocus": True})
    )
