"""Whoever asked for a run has to hold the right to it as long as it works."""

from accounts.models import User
from accounts.permissions import Permission, can
from liaison_crm.lib.runs import RunCancelled
from referrals.models import ImportRun


class RightLost(RunCancelled):
    """Who started the run, or its undo, may not bring files in any more."""


def check(run: ImportRun) -> None:
    """Raise RightLost, also for who was deactivated. The command line is nobody."""
    asked = run.undone_by_id if run.is_undo_asked else run.started_by_id
    if asked is None:
        return
    person = User.objects.get(pk=asked)
    if not (person.is_active and can(person, Permission.IMPORT)):
        raise RightLost(f"{person} may not bring files in any more: it was stopped.")
