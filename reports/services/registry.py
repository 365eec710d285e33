"""The kinds of report runs there are. A new report adds its line here."""

from reports.models import ReportRun
from reports.services import leakage_run, roi_run
from reports.services.kinds import Kind

KINDS: dict[str, Kind] = {
    ReportRun.Kind.LEAKAGE: leakage_run.KIND,
    ReportRun.Kind.ROI: roi_run.KIND,
}
