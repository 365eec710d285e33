"""A form that is sent twice makes one row: it carries a key, which the row keeps."""

import uuid

from django import forms


class KeyField(forms.UUIDField):
    """The key of a form: a fresh one each time it is shown, hidden."""

    def __init__(self):
        super().__init__(
            widget=forms.HiddenInput, required=False, initial=uuid.uuid4, label="Key"
        )

    def clean(self, value):
        return super().clean(value) or uuid.uuid4()
