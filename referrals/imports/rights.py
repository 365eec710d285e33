"""Whoever asked for a run has to hold the right to it as long as it works."""

from accounts.permissions import Permission, can
from liaison_crm.lib.runs import RunCancelled
from referrals.models import ImportRun


class RightLost(RunCancelled):
    """Who started the run, or its undo, may not bring files in any more."""


def check(run: ImportRun) -> None:
    """Raise RightLost, also for who was deactivated. The command line is nobody."""
    person = run.undone_by if run.is_undo_asked else run.started_by
    if person and not (person.is_active and can(person, Permission.IMPORT)):
        raise RightLost(f"{person} may not bring files in any more: it was stopped.")


def check_now(run: ImportRun) -> None:
    """Raise RunCancelled if somebody asked for that meanwhile, or RightLost."""
    held = ImportRun.objects.held(run).select_related("started_by", "undone_by")
    if now := held.first():
        if now.is_cancel_asked:
            raise RunCancelled
        check(now)
