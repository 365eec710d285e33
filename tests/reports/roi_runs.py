"""Finished runs of the return for tests of pages: computed once per process."""

import copy
import functools

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from reports.metrics import roi, roi_rows
from reports.models import ReportRun
from reports.services import roi_run, runs
from tests.factories.reports import ReportRunFactory
from tests.reports.metrics.roi_simulation import market


@functools.cache
def _cell(**options):
    return roi.overall(market(**options)).to_summary()


def cell(**changes):
    """The summary of a market in which visits raise referrals by a quarter."""
    return copy.deepcopy(_cell(seed=3, ratio=1.25)) | changes


def few_cell():
    """A market too small for an estimate."""
    return copy.deepcopy(_cell(seed=3, physicians=30))


def lit_cell():
    """A market in which visits followed a decline."""
    return copy.deepcopy(_cell(seed=6, aim="decliners", weekly=1.2))


def finished(*, overall, territories=None, rows=()):
    """A finished run with these summaries; `rows` as in `roi_rows.SCHEMA`."""
    run = ReportRunFactory(
        kind=ReportRun.Kind.ROI,
        status=ReportRun.Status.DONE,
        parameters={"from": None, "to": None},
        finished_at=timezone.now(),
        cut_off={"data_state": runs.data_state(ReportRun.Kind.ROI)},
        summary={
            "overall": overall,
            "territories": {
                str(node.pk): {"name": node.name, **found}
                for node, found in (territories or {}).items()
            },
        },
    )
    run.folder = f"runs/{run.uid}-1"
    run.save()
    folder = roi_run.lake_path(run.folder)
    folder.mkdir(parents=True)
    names = roi_rows.SCHEMA.names
    table = pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], schema=roi_rows.SCHEMA
    )
    pq.write_table(table, folder / roi_run.PHYSICIANS)
    return run
