"""Costs, margins and payers, as people enter them."""

import datetime as dt
import re

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q

from accounts.guard import Guarded
from accounts.models import Territory, TerritoryAssignment, User
from liaison_crm.lib.formats import exact_dollars
from liaison_crm.lib.money import DollarsField, cents_of, typed
from liaison_crm.lib.once import KeyField
from referrals.forms.roster import DayField
from referrals.models import PayerClass
from reports.forms.months import MonthField, check_order
from reports.models import ProgrammeCost
from reports.services.payers import SORTS


def team_of(user):
    """The people whose costs `user` may enter."""
    people = User.objects.exclude(role=User.Role.COMPLIANCE).order_by("name", "pk")
    if user.sees_all_practices:
        return people
    team = TerritoryAssignment.objects.filter(
        territory__in=Territory.objects.visible_to(user).values("pk")
    )
    return people.filter(Q(pk=user.pk) | Q(pk__in=team.values("user")))


class CostForm(Guarded, forms.ModelForm):
    """What the programme cost in a month."""

    guarded = ("note",)

    key = KeyField()
    month = MonthField(required=True)
    amount_cents = DollarsField(label="Amount (dollars)")

    class Meta:
        model = ProgrammeCost
        fields = ["month", "category", "amount_cents", "liaison", "note"]
        help_texts = {"liaison": "Empty: the programme as a whole."}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["liaison"].queryset = team_of(user)
        self.fields["liaison"].empty_label = "The programme as a whole"
        if self.instance.month:
            self.initial["month"] = f"{self.instance.month:%Y-%m}"

    def clean_month(self):
        return dt.date.fromisoformat(f"{self.cleaned_data['month']}-01")


class CostFilterForm(forms.Form):
    """Filter of the costs; a wrong value is said and counts as no choice."""

    first_month = MonthField(label="From month")
    last_month = MonthField(label="To month")
    category = forms.ChoiceField(
        required=False,
        choices=[("", "All categories"), *ProgrammeCost.Category.choices],
    )
    liaison = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label="Everybody"
    )

    def __init__(self, data, *, user):
        super().__init__(data)
        self.fields["liaison"].queryset = team_of(user)

    def clean(self):
        cleaned = super().clean()
        check_order(self, "first_month", "last_month")
        return cleaned

    def narrow(self, costs):
        self.is_valid()
        chosen = self.cleaned_data
        for name, lookup in (("first_month", "gte"), ("last_month", "lte")):
            if month := chosen.get(name):
                day = dt.date.fromisoformat(f"{month}-01")
                costs = costs.filter(**{f"month__{lookup}": day})
        if chosen.get("category"):
            costs = costs.filter(category=chosen["category"])
        if chosen.get("liaison"):
            costs = costs.filter(liaison=chosen["liaison"])
        return costs


class MarginsForm(forms.Form):
    """The margin of every service line, one field each; empty is not entered.

    `general` {service line: cents} is what holds where a payer class has none.
    What was shown comes back with the form: only what differs from that counts as
    changed.
    """

    SINCE, SEEN = "since", "seen"

    def __init__(self, data=None, *, lines, general=None):
        super().__init__(data)
        self.general = general or {}
        self.fields[self.SINCE] = DayField(
            label="From",
            required=False,
            help_text="The day from which on what you change holds. Empty: it puts "
            "right what holds today, for the past too.",
        )
        for line in lines:
            self.fields[f"line-{line.pk}"] = DollarsField(
                label=line.name, required=False, initial=line.margin_cents
            )
        self.now = {line.pk: line.margin_cents for line in lines}

    @property
    def margin_fields(self):
        """(service line, field, general margin, what is shown) for the table."""
        return [
            (pk, field, self.general.get(pk), typed(self.now[pk]))
            for field in self
            if field.name != self.SINCE
            for pk in [line_of(field.name)]
        ]

    @property
    def changed_lines(self):
        """The names of the fields that hold something else than was shown."""
        return [
            name
            for name, field in self.fields.items()
            if name != self.SINCE
            and field.has_changed(self._shown(name), self.data.get(name))
        ]

    def _shown(self, name):
        try:
            return cents_of(self.data[f"initial-{name}"])
        except (KeyError, ValueError):
            is_told = f"initial-{name}" in self.data
            return None if is_told else self.now[line_of(name)]

    @property
    def seen(self):
        """{service line: what the page saw of its margins}, as the service says it."""
        marks = {pk: self.data.get(f"{self.SEEN}-{pk}") for pk in self.now}
        return {pk: mark for pk, mark in marks.items() if mark is not None}

    def tell(self, margins, lines):
        """Say what stands there {service line: `Margin` or None}.

        Fields nobody touched show what `lines` have now.
        """
        touched, self.data = self.changed_lines, self.data.copy()
        self.now |= {
            line.pk: line.margin_cents for line in lines if line.pk in self.now
        }
        for pk, cents in self.now.items():
            if f"line-{pk}" not in touched:
                self.data[f"line-{pk}"] = typed(cents)
        for pk, margin in margins.items():
            self.add_error(f"line-{pk}", set_meanwhile(margin))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get(self.SINCE):
            for name in self.changed_lines:
                if name in cleaned and cleaned[name] is None:
                    self.add_error(
                        name, "From a day on it needs an amount; 0 is one, too."
                    )
        return cleaned

    def changed_margins(self):
        """{service line: cents or None} of the fields that were changed."""
        return {line_of(name): self.cleaned_data[name] for name in self.changed_lines}


def line_of(name):
    return int(name.removeprefix("line-"))


def set_meanwhile(margin):
    """What somebody else did, to print beside a field or above a list."""
    if margin is None:
        return "Somebody took it away meanwhile. Save again to set yours."
    since = margin.effective_from
    day = f" from {since:%b} {since.day}, {since.year}" if since else ""
    return (
        f"Somebody set {exact_dollars(margin.cents)}{day} meanwhile. Save again to "
        "replace that."
    )


class MarginForm(forms.Form):
    """A margin of one service line."""

    payer_class = forms.ModelChoiceField(
        PayerClass.objects.order_by("name"),
        required=False,
        label="For",
        empty_label="All payers without a margin of their class",
    )
    since = DayField(
        label="From",
        required=False,
        help_text="Empty: for all days before the first one named here.",
    )
    cents = DollarsField(label="Margin per referral (dollars)")
    seen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def show(self, seen):
        """Let the form say what the page has seen by now."""
        self.initial["seen"] = seen
        if self.is_bound:
            self.data = self.data.copy()
            self.data["seen"] = seen


class PayerClassChoiceForm(forms.Form):
    """Whose margins a page shows; nonsense counts as the general ones."""

    payer_class = forms.ModelChoiceField(
        PayerClass.objects.order_by("name"), required=False
    )

    def chosen(self):
        return self.cleaned_data.get("payer_class") if self.is_valid() else None


class PayerFilterForm(forms.Form):
    """Which payers a list shows, and in which order."""

    show = forms.ChoiceField(
        required=False,
        choices=[("", "All payers"), ("unmapped", "Without a class")],
        label="Show",
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[(f"{sign}{name}", name) for name in SORTS for sign in ("", "-")],
        widget=forms.HiddenInput,
    )

    def choice(self):
        self.is_valid()
        return {
            "is_unmapped": self.cleaned_data.get("show") == "unmapped",
            "sort": self.cleaned_data.get("sort") or "-referrals",
        }


class PayersForm(forms.Form):
    """A class for each payer of a page; empty leaves it without one."""

    def __init__(self, data=None, *, rows):
        super().__init__(data)
        self.rows = rows
        classes = PayerClass.objects.order_by("name").values_list("pk", "name")
        choices = [("", "None"), *classes]
        for row in rows:
            self.fields[row.mark] = forms.TypedChoiceField(
                label=row.name,
                choices=choices,
                coerce=int,
                required=False,
                empty_value=None,
                initial=row.class_id,
            )

    def table(self):
        """(row, field) in the order of the page."""
        return [(row, self[row.mark]) for row in self.rows]

    def answers(self):
        """(row, class that was seen, class wanted) of each row."""
        return [(row, self.seen(row), self.cleaned_data[row.mark]) for row in self.rows]

    def seen(self, row):
        text = self.data.get(f"seen-{row.mark}", "")
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None

    def tell(self, keys):
        """Say beside these rows that somebody else was faster."""
        for row in self.rows:
            if row.key in keys:
                self.add_error(
                    row.mark,
                    f"Somebody chose {row.payer_class or 'none'} meanwhile. Save again "
                    "to replace that.",
                )


class PayerClassForm(forms.ModelForm):
    class Meta:
        model = PayerClass
        fields = ["name"]

    name = forms.CharField(
        max_length=40,
        validators=[
            RegexValidator(r"^[^\x00-\x1f]*$", "Please leave out control characters.")
        ],
    )

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        others = PayerClass.objects.exclude(pk=self.instance.pk)
        if there := others.filter(name__iexact=name).first():
            raise forms.ValidationError(f"There is a class of this name: {there}.")
        return name
