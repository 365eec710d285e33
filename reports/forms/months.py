"""Months as people type them."""

from django import forms

MONTH = r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])$"


class MonthInput(forms.DateInput):
    input_type = "month"


class MonthField(forms.RegexField):
    """A month as YYYY-MM; None when left empty."""

    def __init__(self, *, required=False, **kwargs):
        super().__init__(
            regex=MONTH,
            required=required,
            empty_value=None,
            widget=MonthInput,
            error_messages={"invalid": "Write the month as YYYY-MM, like 2026-03."},
            **kwargs,
        )


def check_order(form, first, last):
    """An error beside the later month if it lies before the earlier one."""
    start, end = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if start and end and end < start:
        form.add_error(last, "The period ends before it starts.")
