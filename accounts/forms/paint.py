"""What a painted map sends: ZIP codes and whose they become."""

import json
import re

from django import forms

from accounts.forms.zips import DatedZipsForm

ZIP_CODE = re.compile(r"[0-9]{5}")
MOST = 45_000  # there are some 42,000 ZIP codes
NONSENSE = "The map sent something that is no cut. Reload the page and paint again."


class PaintForm(forms.Form):
    """`targets`: JSON, ZIP code -> key of one of `territories`, or null for none."""

    targets = forms.CharField(
        widget=forms.HiddenInput, max_length=2_000_000, required=False
    )

    def __init__(self, *args, territories, **kwargs):
        super().__init__(*args, **kwargs)
        self.territories = territories

    def clean(self):
        cleaned = super().clean()
        try:
            targets = json.loads(cleaned.get("targets") or "{}")
        except (ValueError, RecursionError):
            targets = None
        if not self._is_cut(targets):
            raise forms.ValidationError(NONSENSE)
        if not targets:
            raise forms.ValidationError("Nothing is painted yet.")
        cleaned["targets"] = targets
        return cleaned

    def _is_cut(self, targets):
        if not isinstance(targets, dict) or len(targets) > MOST:
            return False
        known = {None, *self.territories.values_list("pk", flat=True)}
        return all(
            ZIP_CODE.fullmatch(code) and (key is None or type(key) is int)
            for code, key in targets.items()
        ) and known.issuperset(targets.values())

    def refuse(self, refused):
        field = refused.field if refused.field in self.fields else None
        self.add_error(None if field == "targets" else field, str(refused))


class TerritoryPaintForm(PaintForm, DatedZipsForm):
    field_order = ["targets", "on", "reaches_back"]
