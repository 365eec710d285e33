"""A run of the return: facts into a folder of their own, then the figures.

The folder holds one Parquet file per table of `Inputs`; it is never written
again. The checksum covers the parameters, the facts and the figures.
"""

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import F, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import Territory
from liaison_crm.lib.periods import Period
from liaison_crm.lib.runs import Run
from outreach.models import Visit, VisitAttendee
from referrals.models import (
    Affiliation,
    ImportRun,
    Margin,
    Payer,
    Practice,
    Referral,
)
from referrals.models.payers import payer_key
from reports.metrics import roi, roi_panel, roi_rows
from reports.metrics.roi_panel import Inputs
from reports.models import ProgrammeCost, ReportRun
from reports.services.kinds import Impossible, Kind, Result

PHYSICIANS = "physicians.parquet"


def execute(run, *, beat) -> Result:
    """Keep the facts, compute the return as a whole and of each territory."""
    beat(5, "Collecting referrals, visits, margins and costs")
    for attempt in range(1, run.attempt + 1):  # of this run, lost or given back
        shutil.rmtree(lake_path(_folder(run, attempt)), ignore_errors=True)
    folder = _folder(run, run.attempt)
    cut_off = {
        "newest_import": ImportRun.objects.filter(status=Run.Status.DONE)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    }
    keep(_inputs(run.parameters), lake_path(folder))
    beat(30, "Estimating the effect of visits")
    inputs = kept(lake_path(folder))
    rows = roi_rows.by_physician(inputs, **span_of(run.parameters))
    pq.write_table(rows, lake_path(folder) / PHYSICIANS)
    summary = figures(inputs, run.parameters, beat=beat)
    return Result(
        summary=summary,
        cut_off=cut_off,
        checksum=checksum(inputs, run.parameters, summary),
        folder=folder,
    )


def _folder(run, attempt):
    return f"runs/{run.uid}-{attempt}"


def _inputs(parameters) -> Inputs:
    """The facts as they stand; those of the run that is repeated."""
    uid = parameters.get("repeats")
    if not uid:
        return collect()
    try:
        return kept(lake_path(ReportRun.objects.get(uid=uid).folder))
    except FileNotFoundError:
        raise Impossible("The facts of the run to repeat are gone.") from None


def figures(inputs: Inputs, parameters: dict, *, beat=lambda *_: None) -> dict:
    """The summary that pages read: `overall`, and `territories` by key."""
    span = span_of(parameters)
    overall = roi.overall(inputs, **span, beat=lambda: beat(None, None))
    beat(50, "Estimating territory by territory")
    by_node = roi.by_territory(inputs, **span, beat=lambda: beat(None, None))
    names = dict(
        zip(
            inputs.territories["territory"].to_pylist(),
            inputs.territories["name"].to_pylist(),
            strict=True,
        )
    )
    return {
        "overall": overall.to_summary(),
        "territories": {
            str(node): {"name": names[node], **found.to_summary()}
            for node, found in by_node.items()
        },
    }


def span_of(parameters: dict) -> dict:
    """`start` and `end` of the months asked for; either may be open."""
    first, last = parameters.get("from"), parameters.get("to")
    return {
        "start": dt.date.fromisoformat(f"{first}-01") if first else None,
        "end": Period.of_months(last, last).end if last else None,
    }


def collect() -> Inputs:
    """All facts as they stand, in an order that does not depend on the database."""
    referrals = Referral.objects.annotate(seen_on=TruncDate("seen_at")).order_by(
        "received_on", "source", "external_id"
    )
    visits = VisitAttendee.objects.filter(
        physician__isnull=False, visit__in=Visit.objects.conversations()
    ).order_by("visit__visited_on", "physician__npi", "pk")
    practices = Practice.objects.with_territory(on=timezone.localdate()).order_by("pk")
    classes = Payer.objects.classes()
    return Inputs.of_rows(
        referrals=[
            (
                *facts,
                status not in Referral.UNSEEN_ENDS,
                classes.get(payer_key(payer)),
            )
            for *facts, status, payer in referrals.values_list(
                "referring_physician",
                "received_on",
                "seen_on",
                "service_line",
                "status",
                "payer_name",
            ).iterator()
        ],
        visits=list(visits.values_list("physician", "visit__visited_on")),
        affiliations=list(
            Affiliation.objects.order_by("physician__npi", "pk").values_list(
                "physician",
                "practice",
                "effective_from",
                "effective_to",
                "is_primary",
            )
        ),
        practices=list(practices.values_list("pk", "territory_id")),
        territories=list(
            Territory.objects.order_by("name").values_list("pk", "parent", "name")
        ),
        margins=_margins(),
        costs=_costs(),
    )


def keep(inputs: Inputs, folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in vars(inputs).items():
        pq.write_table(table, folder / f"{name}.parquet")


def kept(folder: Path) -> Inputs:
    """The facts of a run, as `keep` wrote them."""
    return Inputs(
        **{
            name: pq.read_table(folder / f"{name}.parquet", schema=schema)
            for name, schema in roi_panel.SCHEMAS.items()
        }
    )


def physicians_of(run) -> pa.Table:
    """The rows behind a finished run: see `roi_rows.SCHEMA`.

    No rows when its folder is gone: a lake may be lost and filled again.
    """
    path = lake_path(run.folder) / PHYSICIANS
    return pq.read_table(path) if path.exists() else roi_rows.SCHEMA.empty_table()


def lake_path(folder: str) -> Path:
    return Path(settings.CLAIMS_LAKE_URL) / folder


def checksum(inputs: Inputs, parameters: dict, summary: dict) -> str:
    digest = hashlib.sha256()
    for name, table in vars(inputs).items():
        table = _as_once(table)
        sink = pa.BufferOutputStream()
        whole = table.combine_chunks().replace_schema_metadata(None)
        with pa.ipc.new_stream(sink, whole.schema) as stream:
            stream.write_table(whole)
        digest.update(name.encode())
        digest.update(sink.getvalue())
    own = {name: value for name, value in parameters.items() if name != "repeats"}
    for part in (own, summary):
        digest.update(json.dumps(part, sort_keys=True).encode())
    return digest.hexdigest()


def _as_once(table):
    """Without payer classes where none is known: so runs kept their facts before
    there were any, and repeat to the same checksum."""
    column = "payer_class"
    if column in table.column_names and table[column].null_count == len(table):
        return table.drop_columns([column])
    return table


def has_data() -> bool:
    return Referral.objects.exists() and Visit.objects.conversations().exists()


def money_state() -> str:
    """A short name for the margins, payers and costs that a run would take now."""
    payers = sorted(Payer.objects.classes().items())
    facts = json.dumps([_margins(), payers, _costs()], default=str)
    return hashlib.sha256(facts.encode()).hexdigest()[:10]


def _margins():
    margins = Margin.objects.order_by(
        "service_line__name",
        F("payer_class__name").asc(nulls_first=True),
        F("effective_from").asc(nulls_first=True),
    )
    return list(
        margins.values_list("service_line", "cents", "effective_from", "payer_class")
    )


def _costs():
    months = ProgrammeCost.objects.order_by("month").values("month")
    return list(
        months.annotate(cents=Sum("amount_cents")).values_list("month", "cents")
    )


KIND = Kind(
    execute=execute,
    standard_parameters=lambda: {"from": None, "to": None},
    depends_on=("referrals", "visits", "nppes", "service-lines"),
    has_data=has_data,
    state=money_state,
    keeps_inputs=True,
)
