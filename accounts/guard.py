"""The guard against patient data in free text.

A form that is `Guarded` refuses what looks like a patient's data in its texts
until the person takes it out, or says why it may stand; the reason goes into the
audit, the text itself never does.
"""

from django import forms
from django.core.validators import RegexValidator

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.patient_data import found_in

ASK = (
    "{findings}. Notes hold nothing of patients: take it out, or say below why it "
    "may stand."
)
ONE_LINE = RegexValidator(r"^[^\x00-\x1f]*$", "Leave out control characters.")


class Guarded:
    """A form whose texts named in `guarded` hold nothing of patients.

    Put before the form's class. The view that saves calls `record_override`.
    """

    guarded = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.found, self.guard_reason = {}, ""
        for name in self.guarded:
            if name in self.fields:
                self.fields[name].widget.attrs["data-guard"] = ""
        self.fields["guard_reason"] = forms.CharField(
            label="Why may it stand?",
            help_text="An administrator reads this.",
            max_length=200,
            required=False,
            widget=forms.HiddenInput,
            validators=[ONE_LINE],
        )

    def _clean_form(self):
        """What the form checks first; then what is left of its texts."""
        super()._clean_form()
        self.guard_reason = self.cleaned_data.pop("guard_reason", "")
        written = set(self.guarded) & set(self.changed_data)
        self.found = {
            name: found
            for name in self.guarded
            if name in written and (found := found_in(self._written(name)))
        }
        if self.found:
            self._ask_why()
        if self.found and not self.guard_reason:
            for name, findings in self.found.items():
                told = "; ".join(map(str, findings))
                self.add_error(name, ASK.format(findings=told))

    def _ask_why(self):
        asked = self.fields["guard_reason"]
        asked.widget = forms.TextInput(
            attrs={"class": "form-control", "maxlength": asked.max_length}
        )

    def _written(self, name):
        value = self.cleaned_data.get(name) or ""
        return value if isinstance(value, str) else "\n".join(value)

    def record_override(self, *, by, about, url=""):
        """Say in the audit why a text may stand, if that had to be asked.

        `about` names the row and `url` the page where it is read; neither holds
        the text.
        """
        if not self.found:
            return
        kinds = {finding.kind for found in self.found.values() for finding in found}
        record(
            action=AuditEvent.Action.GUARD_OVERRIDDEN,
            by=by,
            subject=about,
            detail={
                "in": sorted(self.fields[name].label or name for name in self.found),
                "looks like": sorted(kinds),
                "reason": self.guard_reason,
                "page": url,
            },
        )
