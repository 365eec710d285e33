"""Form widgets that several apps show."""

from django import forms


class DateInput(forms.DateInput):
    """The browser's own picker of a day, which takes and gives YYYY-MM-DD."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)
