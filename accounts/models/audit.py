import uuid

from django.db import models
from django.db.models import Q

from accounts.models.people import User


def _readable(value):
    if isinstance(value, dict):
        return ", ".join(f"{key} {_readable(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return " → ".join(_readable(inner) for inner in value)
    return "nothing" if value is None else str(value)


class AppendOnly(TypeError):
    """An audit row was to be changed or deleted."""


class AuditEventQuerySet(models.QuerySet):
    def update(self, **fields):
        raise AppendOnly("Audit rows are never changed.")

    def delete(self):
        raise AppendOnly("Audit rows are never deleted.")

    def matching(self, text):
        return self.filter(
            Q(subject__icontains=text)
            | Q(actor__name__icontains=text)
            | Q(actor__email__icontains=text)
        )


class AuditEvent(models.Model):
    """Something that must be answerable later. Rows are added, never changed."""

    class Action(models.TextChoices):
        SIGN_IN = "sign_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        SIGN_OUT = "sign_out", "Signed out"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        SECOND_FACTOR = "second_factor", "Second factor changed"
        PERSON_INVITED = "person_invited", "Person invited"
        PERSON_JOINED = "person_joined", "Person joined"
        PERSON_CHANGED = "person_changed", "Person changed"
        ROLE_CHANGED = "role_changed", "Role changed"
        PERSON_DEACTIVATED = "person_deactivated", "Person deactivated"
        PERSON_REACTIVATED = "person_reactivated", "Person reactivated"
        TERRITORY_CREATED = "territory_created", "Territory created"
        TERRITORY_CHANGED = "territory_changed", "Territory changed"
        TERRITORY_DELETED = "territory_deleted", "Territory deleted"
        TERRITORY_ASSIGNED = "territory_assigned", "Territory assigned"
        ASSIGNMENT_CHANGED = "assignment_changed", "Assignment changed"
        WHAT_IF_STARTED = "what_if_started", "What-if started"
        WHAT_IF_APPLIED = "what_if_applied", "What-if applied"
        WHAT_IF_DELETED = "what_if_deleted", "What-if deleted"
        COVERAGE_CHANGED = "coverage_changed", "Coverage changed"
        EXCEPTION_CHANGED = "exception_changed", "Territory exception changed"
        IMPORT_STARTED = "import_started", "Import started"
        IMPORT_ENDED = "import_ended", "Import ended"
        DIRECTORY_MERGED = "directory_merged", "Duplicates merged"
        MERGE_UNDONE = "merge_undone", "Merge undone"
        IMPORT_UNDONE = "import_undone", "Import undone"
        NOTE_CHANGED = "note_changed", "Note changed"
        AFFILIATION_CHANGED = "affiliation_changed", "Affiliation changed"
        DIRECTORY_ADDED = "directory_added", "Added to the directory"
        CHANGE_PROPOSED = "change_proposed", "Change proposed"
        PROPOSAL_WITHDRAWN = "proposal_withdrawn", "Proposal withdrawn"
        PROPOSAL_ACCEPTED = "proposal_accepted", "Proposal accepted"
        PROPOSAL_DECLINED = "proposal_declined", "Proposal declined"
        PAYMENTS_DECIDED = "payments_decided", "Open Payments decided"
        GUARD_OVERRIDDEN = "guard_overridden", "Patient data guard overridden"
        EXPORTED = "exported", "Exported"
        MANY_CHANGED = "many_changed", "Many rows changed"
        SETTING_CHANGED = "setting_changed", "Setting changed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="audit_events"
    )
    action = models.CharField(max_length=30, choices=Action, db_index=True)
    subject = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_action_display()}: {self.subject}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnly("Audit rows are never changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args, **kwargs):
        raise AppendOnly("Audit rows are never deleted.")

    @property
    def lines(self):
        """The detail as lines to read: `role: liaison → manager`."""
        return [
            f"{name.replace('_', ' ')}: {_readable(value)}"
            for name, value in self.detail.items()
            if value not in (None, "", [], {})
        ]
