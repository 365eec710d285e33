"""Forms over the shared fields: to change them, or to propose a change."""

from dataclasses import dataclass

from django import forms
from django.core.validators import URLValidator
from django.db.models import Q

from accounts.guard import Guarded
from accounts.models import Territory, TerritoryAssignment, User
from liaison_crm.lib.formats import phone
from referrals import fields as shared_fields
from referrals.fields import Kind
from referrals.forms.referrals import PhoneField
from referrals.models import (
    Affiliation,
    Organization,
    Physician,
    Practice,
    Specialty,
)
from referrals.services import provenance

FEW = 5  # options up to here are buttons, not a list
MANY = 20  # specialties of one physician


class LinesField(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value):
        return super().clean(value).replace("\r\n", "\n")


class NamedField(forms.CharField):
    """One row, named by text: what it is called or its code."""

    def __init__(self, *, rows, code, current=None, **options):
        super().__init__(required=False, max_length=200, **options)
        self.rows, self.code, self.current = rows, code, current

    def clean(self, value):
        text = super().clean(value)
        return self.row_of(text) if text else None

    def row_of(self, text):
        if self.current and text in (
            str(self.current),
            getattr(self.current, self.code),
        ):
            return self.current
        found = self.rows.filter(Q(**{self.code: text}) | Q(name__iexact=text))
        found = list(found.order_by("name", "pk")[: FEW + 1])
        if not found:
            raise forms.ValidationError(f"Nothing is called “{text[:80]}”.")
        if len(found) > 1:
            codes = ", ".join(str(getattr(row, self.code)) for row in found)
            raise forms.ValidationError(
                f"Several are called so. Type the code of the one you mean: {codes}."
            )
        return found[0]


class SeveralNamedField(NamedField):
    """Several rows, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **options):
        super().__init__(**options)
        self.max_length = None

    def clean(self, value):
        text = forms.CharField.clean(self, value)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MANY:
            raise forms.ValidationError(f"At most {MANY}, one a line.")
        return list(dict.fromkeys(self.row_of(line[:200]) for line in lines))


def places_of(subject, user, *, on):
    """The practice itself, or where the physician works, as far as in sight."""
    if isinstance(subject, Practice):
        return Practice.objects.filter(pk=subject.pk)
    current = Affiliation.objects.current(on=on).filter(physician=subject)
    return Practice.objects.visible_to(user).filter(pk__in=current.values("practice"))


def owners_of(subject, user, *, on):
    """Liaisons and managers who work a territory in which the subject lies.

    Those whom `user` may see, and whoever owns it now.
    """
    lies = places_of(subject, user, on=on).with_territory(on=on)
    nodes = {*lies.values_list("territory_id", flat=True)} - {None}
    parents = dict(Territory.objects.values_list("pk", "parent")) if nodes else {}
    above = set()
    while nodes:
        above |= nodes
        nodes = {parents.get(node) for node in nodes} - above - {None}
    assigned = TerritoryAssignment.objects.visible_to(user).current(on=on)
    people = User.objects.active().filter(
        role__in=(User.Role.LIAISON, User.Role.MANAGER),
        pk__in=assigned.filter(territory__in=above).values("user"),
    )
    return User.objects.filter(
        Q(pk__in=people.values("pk")) | Q(pk=subject.owner_id)
    ).order_by("name", "pk")


@dataclass(frozen=True)
class Row:
    """A field as the template needs it."""

    field: forms.BoundField
    before: str
    is_choice: bool
    is_wide: bool


class SharedForm(forms.Form):
    """Any of the shared fields of one subject.

    What the form showed comes back with it (`initial-…`): only what differs from
    that counts as typed, so that what another changed meanwhile is not undone.
    A field that was not sent at all stays.
    """

    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __init__(self, data=None, *, subject, user, on):
        self.subject, self.user, self.on = subject, user, on
        self.names = [name for _, names in self.sections for name in names]
        shown = {name: shown_of(subject, name) for name in self.names}
        super().__init__(_complete(data, shown), initial=shown)
        for name in self.names:
            self.fields[name] = self.field_of(shared_fields.SHARED[type(subject)][name])
            self.fields[name].show_hidden_initial = True

    def field_of(self, shared):
        kind, field = shared.kind, shared.field
        options = {"label": shared.label, "required": False}
        if kind is Kind.PHONE:
            return PhoneField(label=shared.label)
        if kind is Kind.FLAG:
            return forms.TypedChoiceField(
                choices=[("True", "Yes"), ("False", "No")],
                coerce=lambda value: value == "True",
                empty_value=None,
                widget=forms.RadioSelect,
                **options,
            )
        if kind is Kind.CHOICE:
            return forms.ChoiceField(
                choices=[("", shared.empty), *field.flatchoices],
                widget=forms.RadioSelect,
                **options,
            )
        if kind is Kind.EMAIL:
            return forms.EmailField(max_length=field.max_length, **options)
        if kind is Kind.LINK:
            return forms.URLField(
                max_length=field.max_length,
                assume_scheme="https",
                validators=[URLValidator(["http", "https"])],
                **options,
            )
        if kind in (Kind.RELATION, Kind.MANY):
            return self.relation_of(shared, options)
        if shared.name == "graduated_in":
            return forms.IntegerField(
                min_value=1920, max_value=self.on.year + 8, **options
            )
        options["required"] = shared.name == "name"
        text = LinesField if kind is Kind.LINES else forms.CharField
        return text(max_length=field.max_length, **options)

    def relation_of(self, shared, options):
        if shared.name == "owner":
            people = owners_of(self.subject, self.user, on=self.on)
            is_few = people.count() < FEW
            return forms.ModelChoiceField(
                people,
                empty_label=shared.empty,
                blank=True,
                widget=forms.RadioSelect if is_few else forms.Select,
                **options,
            )
        label, is_many = shared.label, shared.kind is Kind.MANY
        if shared.field.related_model is Organization:
            return NamedField(
                rows=Organization.objects.visible_to(self.user),
                code="npi",
                current=self.subject.organization,
                label=label,
                help_text="The name or NPI of one that is known here.",
            )
        return (SeveralNamedField if is_many else NamedField)(
            rows=Specialty.objects,
            code="code",
            label=label,
            help_text="Taxonomy code or full name"
            + (", one a line." if is_many else "."),
        )

    @property
    def rows_by_section(self):
        return [
            (title, [self._row(name) for name in names])
            for title, names in self.sections
        ]

    def _row(self, name):
        bound, field = self[name], self.fields[name]
        is_choice = isinstance(field.widget, forms.RadioSelect)
        if not is_choice:
            is_list = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_list else "form-control"
        else:
            field.widget.attrs["class"] = "form-selectgroup-input"
        is_text = isinstance(field.widget, forms.Textarea)
        before = self.data.get(self.add_initial_prefix(name)) if self.is_bound else None
        return Row(
            field=bound,
            before=self.initial[name] if before is None else before,
            is_choice=is_choice,
            is_wide=is_text or is_choice or name in WIDE,
        )

    @property
    def typed(self) -> dict:
        """What the person changed, as values of the model."""
        told = {
            name: self.cleaned_data[name]
            for name in self.names
            if name in self.changed_data
        }
        if told.get("is_active", True) is None:
            del told["is_active"]  # neither yes nor no
        return told

    def meet(self, row):
        """Somebody was faster: take over what they changed, show what differs.

        `differences`: label, theirs, mine, of what both changed or that was
        taken over. What was typed stays, and may be saved.
        """
        typed = set(self.changed_data)
        now = {name: shown_of(row, name) for name in self.names}
        self.differences = []
        for name in self.names:
            seen = self.data.get(self.add_initial_prefix(name))
            mine = self.data.get(name, "")
            if not _same(now[name], mine if name in typed else seen):
                label = self.fields[name].label
                kept = self.in_words(name, mine) if name in typed else ""
                theirs = self.in_words(name, now[name])
                self.differences.append((label, theirs, kept, name in typed))
            if name not in typed:
                self.data[name] = now[name]
            self.data[self.add_initial_prefix(name)] = now[name]

    differences = ()

    def in_words(self, name, text):
        """A value as the form has it, in words."""
        choices = dict(getattr(self.fields[name], "choices", ()) or ())
        options = {str(key): label for key, label in choices.items()}
        return str(options.get(text, text) or "empty")


WIDE = (
    *("name", "organization", "address_line_1", "best_time"),
    *("front_desk_names", "scheduler_names", "tier_reason"),
)


def _same(one, other):
    return str(one or "").replace("\r\n", "\n") == str(other or "").replace(
        "\r\n", "\n"
    )


def _complete(data, shown):
    """The data, with what was not sent filled in as it is."""
    if data is None:
        return None
    data = data.copy()
    for name, value in shown.items():
        before = f"initial-{name}"
        if before not in data:
            data[before] = value
        if name not in data:
            data[name] = data[before]
    return data


def shown_of(subject, name) -> str:
    """The value of a field as its form shows it."""
    shared = shared_fields.SHARED[type(subject)][name]
    if shared.kind is Kind.MANY:
        return "\n".join(row.code for row in getattr(subject, name).order_by("code"))
    if shared.kind is Kind.PHONE:
        return phone(getattr(subject, name))
    if shared.kind is Kind.RELATION and name != "owner":
        row = getattr(subject, name)
        return "" if row is None else getattr(row, "code", str(row))
    return provenance.text_of(subject, name)


class PracticeForm(SharedForm):
    sections = (
        ("Practice", ("name", "organization", "is_active")),
        (
            "Where",
            ("address_line_1", "address_line_2", "city", "state", "zip_code"),
        ),
        ("Contact", ("phone", "fax", "email", "website", "hours")),
        (
            "Front desk",
            (
                "front_desk_names",
                "scheduler_names",
                "best_time",
                "lunches",
                "preferred_channel",
            ),
        ),
        ("How we work it", ("owner", "tier", "tier_reason")),
    )

    def clean_zip_code(self):
        code = self.cleaned_data["zip_code"]
        if code and not (len(code) == 5 and code.isascii() and code.isdecimal()):
            raise forms.ValidationError("A ZIP code has five digits.")
        return code


class PhysicianForm(SharedForm):
    sections = (
        (
            "Name",
            ("first_name", "middle_name", "last_name", "credential", "is_active"),
        ),
        ("Contact", ("phone", "fax", "email")),
        (
            "What they do",
            (
                "specialty",
                "other_specialties",
                "clinical_interests",
                "languages",
                "medical_school",
                "graduated_in",
            ),
        ),
        ("Visits", ("best_time", "lunches", "preferred_channel")),
        ("How we work it", ("owner", "tier", "tier_reason")),
    )


class OrganizationForm(SharedForm):
    sections = (("Organization", ("name", "is_active")),)


class NoteForm(Guarded, forms.Form):
    """A word for whoever decides."""

    guarded = ("note",)

    note = forms.CharField(
        label="How do you know?",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


FORMS = {
    Practice: PracticeForm,
    Physician: PhysicianForm,
    Organization: OrganizationForm,
}
