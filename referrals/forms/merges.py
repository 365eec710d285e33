"""Which value stays when two rows of the directory become one."""

from django import forms

from referrals.filters import called, named
from referrals.models import Duplicate
from referrals.models.merges import KINDS

SHOWN = 20
MINE, OTHER = "mine", "other"


class DuplicateFilterForm(forms.Form):
    kind = forms.ChoiceField(
        choices=[("", "All kinds"), *Duplicate.Kind.choices], required=False
    )
    state = forms.ChoiceField(
        choices=[("", "Waiting"), ("dismissed", "Not the same")], required=False
    )

    @property
    def is_narrowed(self):
        return self.is_valid() and any(self.cleaned_data.values())

    def narrow(self, pairs):
        chosen = self.cleaned_data if self.is_valid() else {}
        if kind := chosen.get("kind"):
            pairs = pairs.filter(kind=kind)
        if chosen.get("state"):
            return pairs.exclude(dismissed_at=None)
        return pairs.open()


class PairForm(forms.Form):
    """A row, and the one that is to stand beside it."""

    kind = forms.ChoiceField(choices=Duplicate.Kind.choices, widget=forms.HiddenInput)
    row = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    q = forms.CharField(
        label="Name or NPI",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    other = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def __init__(self, data=None, *, user):
        super().__init__(data)
        self.user = user

    def clean(self):
        cleaned = super().clean()
        self.subject = self.found(cleaned.get("row"))
        if self.subject is None:
            raise forms.ValidationError("Start from the page of a row.")
        if cleaned.get("other"):
            other = self.found(cleaned["other"])
            if other is None or other == self.subject:
                raise forms.ValidationError("Choose one of those found.")
            self.pair = (self.subject, other)
        return cleaned

    @property
    def rows(self):
        kind = self.cleaned_data.get("kind")
        return KINDS[kind].objects.visible_to(self.user) if kind else None

    def found(self, pk):
        return self.rows.filter(pk=pk).first() if pk and self.rows is not None else None

    @property
    def results(self):
        """The first rows that the search finds; none without a search."""
        text = self.is_valid() and self.cleaned_data["q"].strip()
        if not text:
            return []
        named_by = named if self.cleaned_data["kind"] == "physician" else called
        if self.cleaned_data["kind"] == "practice":
            found = self.rows.filter(name__icontains=text)
        else:
            found = self.rows.filter(named_by(text))
        return found.exclude(pk=self.subject.pk).order_by(*found.model._meta.ordering)[
            :SHOWN
        ]


class MergeForm(forms.Form):
    """One choice for each field in which the two differ."""

    kept_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    removed_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, data=None, *, kept, removed, lines):
        super().__init__(
            data,
            initial={
                "kept_version": kept.version,
                "removed_version": removed.version,
            },
        )
        self.kept, self.removed, self.lines = kept, removed, lines
        for line in lines:
            if line.differs:
                self.fields[line.name] = forms.ChoiceField(
                    label=line.label,
                    choices=[(MINE, line.mine), (OTHER, line.other)],
                    initial=OTHER if line.takes_other else MINE,
                    widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
                )

    @property
    def choices(self):
        """(line, its choice) of what differs, in the order of the fields."""
        return [(line, self[line.name]) for line in self.lines if line.differs]

    @property
    def same(self):
        """The lines that need no choice and say something."""
        return [line for line in self.lines if line.mine and not line.differs]

    def as_asked(self):
        """What the service needs to know."""
        cleaned = self.cleaned_data
        return {
            "kept": self.kept,
            "removed": self.removed,
            "chosen": {name for name, value in cleaned.items() if value == OTHER},
            "versions": (cleaned["kept_version"], cleaned["removed_version"]),
        }
