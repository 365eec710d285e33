"""Form fields and widgets of the visit form."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator

MOST_AT_ONCE = 20
LONGEST_ID = 18  # digits: what a 64-bit key can hold

refuse_nul = ProhibitNullCharactersValidator()


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs):
        super().__init__(format="%H:%M", **kwargs)


class Names(forms.CharField):
    """Names parted by commas, as a list without doubles."""

    def __init__(self, *, longest, **kwargs):
        super().__init__(required=False, max_length=1000, **kwargs)
        self.longest = longest

    def clean(self, value):
        text = super().clean(value).replace("\n", ",")
        names = list(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
        if len(names) > MOST_AT_ONCE:
            raise ValidationError(f"At most {MOST_AT_ONCE} at a time.")
        if any(len(name) > self.longest for name in names):
            raise ValidationError(f"At most {self.longest} characters each.")
        return names


class TopicNames(forms.MultipleChoiceField):
    """Topics by name: those offered, and any other that is short enough."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value):
        return 0 < len(value.strip()) <= 60

    def validate(self, value):
        super().validate(value)
        if len(value) > MOST_AT_ONCE:
            raise ValidationError(f"At most {MOST_AT_ONCE} at a time.")
        for name in value:
            refuse_nul(name)


class SomeOf(forms.ModelMultipleChoiceField):
    """A few rows by primary key, without listing the table as choices."""

    def clean(self, value):
        keys = [key for key in value or () if key]
        if len(keys) > MOST_AT_ONCE:
            raise ValidationError(f"At most {MOST_AT_ONCE} at a time.")
        for key in keys:
            if not is_key(key):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(key)[:20]},
                )
        return list(super().clean(keys)) if keys else []


def is_key(text) -> bool:
    """Could this be a primary key?"""
    text = str(text)
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID
