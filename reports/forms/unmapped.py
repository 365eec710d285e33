"""Codes without a service line, put into one."""

from django import forms

from referrals.forms.service_lines import range_in
from referrals.models import ServiceLine
from reports.services.unmapped import PROCEDURE, SORTS


class UnmappedFilterForm(forms.Form):
    """The order of the list; nonsense counts as none."""

    sort = forms.ChoiceField(
        required=False,
        choices=[(f"{sign}{name}", name) for name in SORTS for sign in ("", "-")],
    )

    def chosen(self):
        self.is_valid()
        return self.cleaned_data.get("sort") or "-lines"


class RangeField(forms.CharField):
    """A procedure code, or a range of them, as (first, last)."""

    def clean(self, value):
        text = super().clean(value).strip()
        return range_in(text) if text else None


class UnmappedForm(forms.Form):
    """A service line for each row of a page; empty leaves it without one.

    A procedure code may be widened to the range that goes with it.
    """

    def __init__(self, data=None, *, rows):
        super().__init__(data)
        self.rows = rows
        self.lines = {line.pk: line for line in ServiceLine.objects.order_by("name")}
        choices = [
            ("", "Leave it"),
            *((pk, str(one)) for pk, one in self.lines.items()),
        ]
        for row in rows:
            if not row.can_be_mapped:
                continue
            self.fields[row.mark] = forms.TypedChoiceField(
                label=f"Service line of {row.code}",
                choices=choices,
                coerce=int,
                required=False,
                empty_value=None,
            )
            if row.kind == PROCEDURE:
                self.fields[f"range-{row.code}"] = RangeField(
                    label=f"Codes with {row.code}",
                    required=False,
                    max_length=20,
                    initial=row.code,
                )

    def table(self):
        """(row, field of the line, field of the range) in the order of the page."""
        return [
            (row, self._field(row.mark), self._field(f"range-{row.code}"))
            for row in self.rows
        ]

    def _field(self, name):
        return self[name] if name in self.fields else None

    def answers(self):
        """(row, service line, (first, last) codes) of the rows that were given one."""
        return [
            (
                row,
                self.lines[self.cleaned_data[row.mark]],
                self.cleaned_data.get(f"range-{row.code}") or (row.code, row.code),
            )
            for row in self.rows
            if self.cleaned_data.get(row.mark)
        ]
