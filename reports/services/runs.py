"""Report runs from the request to the published numbers.

The row is the truth: whoever claims it works under an attempt number, writes to
a place of its own, and publishes in one transaction that checks the number. So
a run can be executed twice, or killed anywhere, and shows all or nothing.

A run is of the whole network and the same whoever asked for it, so it goes on when
that person is gone. Pages ask who reads it, and cut it to their sight.
"""

import logging

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Sum

from liaison_crm import __version__
from liaison_crm.lib.runs import MOST_ATTEMPTS, RunCancelled, RunLost
from referrals.models import ImportRun, RosterEntry
from reports.models import ReportRun
from reports.services.kinds import Impossible
from reports.services.registry import KINDS

logger = logging.getLogger(__name__)


def request_run(*, kind, parameters, by, occasion="") -> ReportRun:
    """Queue a run; the caller wakes a worker. One run per kind and occasion.

    A run of the standard parameters is what pages show unless another is asked
    for; any other is somebody's own question.
    """
    run = ReportRun(
        kind=kind,
        parameters=parameters,
        is_standard=parameters == KINDS[kind].standard_parameters(),
        requested_by=by,
        occasion=occasion,
    )
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        if not occasion:
            raise
        return ReportRun.objects.get(kind=kind, occasion=occasion)
    return run


def execute_run(*, run_id, now) -> ReportRun | None:
    """Claim the run, compute it and publish the result; None if not to be had.

    `now` is asked for the time at each heartbeat. An error that the input
    causes ends the run as failed; any other is tried again, five times at most.
    """
    run = ReportRun.objects.claim(run_id, at=now())
    if run is None:
        return None

    def beat(progress=None, step=None):
        run.beat(at=now(), progress=progress, step=step)

    try:
        beat(0, "Starting")
        state = data_state(run.kind)
        result = KINDS[run.kind].execute(run, beat=beat)
        with transaction.atomic():
            run.end(
                ReportRun.Status.DONE,
                at=now(),
                progress=100,
                step="",
                summary=result.summary,
                cut_off={**result.cut_off, "data_state": state},
                folder=result.folder,
                checksum=result.checksum,
                code_version=__version__,
            )
    except RunLost:
        logger.warning("%s: another worker has taken over", run)
    except RunCancelled:
        _end_unless_lost(run, ReportRun.Status.CANCELLED, now)
    except Impossible as reason:
        _end_unless_lost(run, ReportRun.Status.FAILED, now, error=str(reason))
    except Exception as error:  # whatever it was, the run must say so
        logger.exception("%s failed in attempt %s", run, run.attempt)
        _give_back(run, error, now)
    run.refresh_from_db()
    return run


def _end_unless_lost(run, status, now, **values):
    try:
        run.end(status, at=now(), **values)
    except RunLost:
        logger.warning("%s: another worker has taken over", run)


def _give_back(run, error, now):
    """Queue the run for its next attempt, or fail it after the last one."""
    reason = f"{type(error).__name__}: {error}"[:1000]
    if run.attempt < MOST_ATTEMPTS:
        held = ReportRun.objects.held(run)
        held.update(status=ReportRun.Status.QUEUED, error=reason)
        return
    _end_unless_lost(
        run,
        ReportRun.Status.FAILED,
        now,
        error=f"Gave up after {MOST_ATTEMPTS} attempts. The last one: {reason}",
    )


def cancel_run(*, run, at):
    """Stop a queued run at once, a running one at its next heartbeat."""
    this = ReportRun.objects.filter(pk=run.pk)
    if this.waiting().update(status=ReportRun.Status.CANCELLED, finished_at=at):
        return
    # Queued counts as well: a running one may go back to the queue just now.
    open_states = [ReportRun.Status.QUEUED, ReportRun.Status.RUNNING]
    this.filter(status__in=open_states).update(is_cancel_asked=True)


def repeat_run(*, run, by) -> ReportRun:
    """Ask for the run once more; the old one stays as it ended.

    A finished run is computed from the inputs it kept, and gives the same
    figures; any other from what is there now. Two clicks make one run.
    """
    ended = ReportRun.objects.filter(kind=run.kind, finished_at__isnull=False)
    parameters = run.parameters
    if run.status == ReportRun.Status.DONE and KINDS[run.kind].keeps_inputs:
        parameters = {"repeats": str(run.uid)} | parameters
    return request_run(
        kind=run.kind,
        parameters=parameters,
        by=by,
        occasion=f"repeat {run.uid} after {ended.count()}",
    )


def repeated_by(run) -> ReportRun | None:
    """The run whose kept inputs `run` was computed from again."""
    uid = run.parameters.get("repeats")
    return ReportRun.objects.filter(uid=uid).first() if uid else None


def data_state(kind) -> str:
    """A name for what a run of this kind would compute from now.

    It changes when an import that the kind depends on is finished or undone,
    when the settings change, and with whatever else the kind says.
    """
    done = ImportRun.objects.filter(
        kind__in=KINDS[kind].depends_on,
        status=ImportRun.Status.DONE,
        is_dry_run=False,
        is_duplicate=False,
    ).aggregate(count=Count("pk"), total=Sum("pk"), newest=Max("pk"))
    values = [*KINDS[kind].standard_parameters().values(), KINDS[kind].state()]
    settings = "/".join(str(value) for value in values)
    return f"{done['count']}/{done['total'] or 0}/{done['newest'] or 0}:{settings}"


def is_stale(run) -> bool:
    """Did an import finish, or a setting change, since the run was computed?"""
    return run.cut_off.get("data_state") != data_state(run.kind)


def queue_due_run(*, kind) -> ReportRun | None:
    """Queue the run that newer imports call for; None when there is no need.

    It waits for imports that are still open and for the run before it, so that
    five files make one run; the occasion makes two schedulers one.
    """
    imports = ImportRun.objects.filter(kind__in=KINDS[kind].depends_on)
    runs = ReportRun.objects.filter(kind=kind)
    open_states = [ReportRun.Status.QUEUED, ReportRun.Status.RUNNING]
    if (
        not KINDS[kind].has_data()
        or imports.filter(status__in=open_states).exists()
        or runs.filter(status__in=open_states).exists()
    ):
        return None
    newest = ReportRun.objects.newest_done(kind)
    if newest and not is_stale(newest):
        return None
    occasion = f"{data_state(kind)} after {newest.pk if newest else 0}"
    if runs.filter(occasion=occasion).exists():
        return None
    return request_run(
        kind=kind,
        parameters=KINDS[kind].standard_parameters(),
        by=None,
        occasion=occasion,
    )


def readiness(kind) -> dict:
    """What stands between now and the first report, for a page without one.

    `run`: the newest run that was asked for, `has_data`, `has_roster`.
    """
    return {
        "run": ReportRun.objects.filter(kind=kind).order_by("-pk").first(),
        "has_data": KINDS[kind].has_data(),
        "has_roster": has_roster(),
    }


def has_roster() -> bool:
    return RosterEntry.objects.exists()
