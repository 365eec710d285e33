"""A run of leakage: claim lines become events in a folder of the attempt's own.

Beside the events lies what they were read against (roster, taxonomy, service
lines), so that the run can be repeated to the same figures. Nothing in the
folder is written again; the row of the run makes it visible.
"""

import datetime as dt
import hashlib
import json
import shutil
from collections import Counter
from dataclasses import asdict

from referrals.claims import compute, lake, reference
from referrals.claims.reference import Reference
from referrals.models import (
    ClaimsImport,
    ImportRun,
    ProcedureRange,
    RosterEntry,
    ServiceLine,
    Specialty,
)
from reports.metrics import leakage
from reports.models import ReportRun
from reports.services.explorer import period_of
from reports.services.kinds import Impossible, Kind, Result
from reports.services.settings import current_settings

EVENTS_DONE = 95  # percent of the progress


def execute(run, *, beat) -> Result:
    """Resolve the events of all lines, then sum up the run's own period."""
    beat(1, "Reading claims, roster and service lines")
    for attempt in range(1, run.attempt + 1):  # of this run, lost or given back
        shutil.rmtree(lake.path(_folder(run, attempt)), ignore_errors=True)
    folder = _folder(run, run.attempt)
    try:
        return _compute(run, folder, beat)
    except BaseException:
        shutil.rmtree(lake.path(folder), ignore_errors=True)
        raise


def standard_parameters() -> dict:
    """The settings as they stand, over all periods and sources."""
    settings = current_settings()
    since = settings.roster_complete_since
    return {
        "from": None,
        "to": None,
        "gap_days": settings.gap_days,
        "basis": settings.basis,
        "roster_complete_since": since.isoformat() if since else None,
        "sources": [],
    }


def has_data() -> bool:
    return ClaimsImport.objects.visible().exists()


def reference_state() -> str:
    """A short name for the service lines and the roster as they stand."""
    mapped = Specialty.objects.exclude(service_line=None).order_by("code")
    facts = [
        list(
            ServiceLine.objects.order_by("name").values_list(
                "name", "is_hospital_based"
            )
        ),
        list(
            ProcedureRange.objects.values_list(
                "first_code", "last_code", "service_line__name"
            ).order_by("first_code", "pk")
        ),
        list(mapped.values_list("code", "service_line__name")),
        RosterEntry.objects.state(),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:10]


def _compute(run, folder, beat):
    parameters = run.parameters
    done = ImportRun.objects.filter(status=ImportRun.Status.DONE)
    newest_import = done.order_by("-pk").values_list("pk", flat=True).first()
    imports, inputs = _inputs(parameters)
    since = parameters["roster_complete_since"]
    computed = compute.resolve(
        imports=imports,
        reference=inputs,
        destination=lake.path(folder),
        gap_days=parameters["gap_days"],
        basis=parameters["basis"],
        roster_complete_since=dt.date.fromisoformat(since) if since else None,
        has_profiles=run.is_standard,
        beat=lambda progress: beat(
            progress * EVENTS_DONE // 100, "Following each referral to its destination"
        ),
    )
    beat(EVENTS_DONE, "Summing up")
    events = leakage.Events(
        path=str(lake.path(folder) / compute.EVENTS),
        period=period_of(parameters["from"], parameters["to"]),
    )
    cell = asdict(leakage.overall(events))
    del cell["few"], cell["is_one_referrer"]
    summary = {
        "lines": computed["lines"],
        "events": computed["events"],
        "overall": cell,
        "sources": leakage.sources(events),
        "overlaps": leakage.overlaps(events),
        "payers": _payers(imports),
    }
    figures = json.dumps(summary, sort_keys=True)
    return Result(
        summary=summary,
        cut_off={
            "newest_import": newest_import,
            "claims_sequence": imports[-1].sequence,
            "claims_imports": [part.sequence for part in imports],
            "reference": inputs.checksum,
        },
        checksum=hashlib.sha256(
            f"{computed['checksum']} {figures}".encode()
        ).hexdigest(),
        folder=folder,
    )


def _payers(imports):
    """payer_name, lines, with_referrer over all imports, most lines first."""
    lines, with_referrer = Counter(), Counter()
    for part in imports:
        for payer in part.quality.get("payers", ()):
            lines[payer["payer_name"]] += payer["lines"]
            with_referrer[payer["payer_name"]] += payer["with_referrer"]
    return [
        {"payer_name": name, "lines": count, "with_referrer": with_referrer[name]}
        for name, count in sorted(lines.items(), key=lambda item: (-item[1], item[0]))
    ]


def _inputs(parameters):
    """The imports and the reference to compute from; those of the run repeated."""
    visible = ClaimsImport.objects.visible()
    if sources := parameters["sources"]:
        visible = visible.filter(source__in=sources)
    repeated = None
    if uid := parameters.get("repeats"):
        repeated = ReportRun.objects.get(uid=uid)
        visible = visible.filter(sequence__in=repeated.cut_off["claims_imports"])
    imports = list(visible)
    if not imports:
        raise Impossible("There are no claims to compute from.")
    if repeated is None:
        return imports, reference.current()
    if len(imports) < len(repeated.cut_off["claims_imports"]):
        raise Impossible(
            "An import of claims that the run counted was undone since, so it "
            "cannot be repeated."
        )
    return imports, Reference.load(lake.path(repeated.folder) / compute.REFERENCE)


def _folder(run, attempt):
    return f"runs/{run.uid}-{attempt}"


KIND = Kind(
    execute=execute,
    standard_parameters=standard_parameters,
    depends_on=("claims", "roster", "service-lines", "nppes"),
    has_data=has_data,
    state=reference_state,
    keeps_inputs=True,
)
