"""`manage.py report KIND`: compute a report in this process and print it."""

import json
import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Territory
from liaison_crm.lib.exports import csv_lines
from liaison_crm.lib.formats import count, percent
from referrals.models import Practice
from reports import exports
from reports.forms.runs import LeakageRunForm, RoiRunForm
from reports.metrics import leakage
from reports.models import ReportRun, ReportSettings
from reports.services import explorer, leakage_run, roi_answers, runs, stays

BAD_ARGUMENTS = 2
WAIT = 1.0  # seconds between looks at a run that a worker was quicker to claim


def computed(kind, parameters) -> ReportRun:
    """A run of these parameters, executed here; raises if it came to nothing."""
    run = runs.request_run(kind=kind, parameters=parameters, by=None)
    while run.is_open:
        if runs.execute_run(run_id=run.pk, now=timezone.now) is None:
            time.sleep(WAIT)
        run.refresh_from_db()
    if run.status != ReportRun.Status.DONE:
        raise CommandError(run.error or f"The run ended {run.get_status_display()}.")
    return run


class LeakageReport:
    """`report leakage`: the share of referral events that leave the network."""

    name = "leakage"
    help = "referral events that stay, leave or go to unknown places"

    def add_arguments(self, parser):
        parser.add_argument("--from", metavar="YYYY-MM", help="first month")
        parser.add_argument("--to", metavar="YYYY-MM", help="last month, included")
        parser.add_argument("--by", choices=list(leakage.CUTS), metavar="CUT")
        parser.add_argument(
            "--territories",
            choices=explorer.Territories.values,
            default=explorer.Territories.NOW,
            help="of today, or of the day of each referral",
        )
        parser.add_argument("--roster-complete-since", metavar="YYYY-MM-DD")
        parser.add_argument("--gap-days", metavar="N")
        parser.add_argument("--basis", choices=ReportSettings.Basis.values)
        parser.add_argument(
            "--source", action="append", metavar="NAME", help="may be repeated"
        )

    def compute(self, options) -> dict:
        run = computed(ReportRun.Kind.LEAKAGE, _leakage_parameters(options))
        cut = options["by"]
        events = explorer.events_of(run, **_places(cut, options["territories"]))
        return {
            "run": run,
            "overall": leakage.overall(events),
            "rows": explorer.label_rows(cut, leakage.CUTS[cut](events)) if cut else [],
        }

    def as_json(self, found) -> dict:
        return {
            "run": str(found["run"].uid),
            "parameters": found["run"].parameters,
            "overall": _cell(found["overall"]),
            "rows": [
                {"key": row.key, "label": row.label, **_cell(row.cell)}
                for row in found["rows"]
            ],
        }

    def as_csv(self, found):
        return exports.leakage_table(_rows(found), shows_amounts=True)

    def as_text(self, found):
        for row in _rows(found):
            cell = row.cell
            yield (
                f"{row.label or row.key}: {count(cell.events)} events, "
                f"{count(cell.in_network)} in, {count(cell.out_of_network)} out, "
                f"{count(cell.unknown)} unknown; leakage {percent(cell.leakage)}, "
                f"unknown share {percent(cell.unknown_share)}, "
                f"dollar leakage {percent(cell.dollar_leakage)}"
            )


def _places(cut, territories):
    """Where the referrers practise, if the cut asks for it."""
    if cut not in ("territory", "county"):
        return {}
    practices, today = Practice.objects.all(), timezone.localdate()
    seated = stays.seats(practices, on=today)
    if cut == "county":
        return {"counties": stays.counties(seated)}
    named = Territory.objects.all()
    return {
        "stays": explorer.stays_of(
            territories, practices, seated, named=named, on=today
        )
    }


def _leakage_parameters(options):
    """The arguments over the settings; exit 2 and a message if one is wrong."""
    standard = leakage_run.standard_parameters()
    given = {
        "first_month": options["from"],
        "last_month": options["to"],
        "gap_days": options["gap_days"] or standard["gap_days"],
        "basis": options["basis"] or standard["basis"],
        "roster_complete_since": options["roster_complete_since"]
        or standard["roster_complete_since"],
        "sources": options["source"],
    }
    form = LeakageRunForm({name: value for name, value in given.items() if value})
    if form.is_valid():
        return form.parameters()
    raise _wrong(form)


def _wrong(form):
    """Exit 2 with what the form says."""
    return CommandError(
        " ".join(
            f"{form.fields[name].label or name.replace('_', ' ')}: {error}"
            for name, errors in form.errors.items()
            for error in errors
        ),
        returncode=BAD_ARGUMENTS,
    )


def _rows(found):
    overall = leakage.Row(key="", label="Overall", cell=found["overall"])
    return found["rows"] or [overall]


def _cell(cell):
    return {
        "events": cell.events,
        "in_network": cell.in_network,
        "out_of_network": cell.out_of_network,
        "unknown": cell.unknown,
        "leakage": cell.leakage,
        "unknown_share": cell.unknown_share,
        "amount_in": exports.money(cell.amount_in),
        "amount_out": exports.money(cell.amount_out),
        "dollar_leakage": cell.dollar_leakage,
    }


class RoiReport:
    """`report roi`: what visits brought that would not have come anyway."""

    name = "roi"
    help = "return on outreach: rate ratio, incremental referrals, margin, cost"

    def add_arguments(self, parser):
        parser.add_argument("--from", metavar="YYYY-MM", help="first month")
        parser.add_argument("--to", metavar="YYYY-MM", help="last month, included")
        parser.add_argument("--by", choices=["territory"], metavar="CUT")

    def compute(self, options) -> dict:
        form = RoiRunForm({"first_month": options["from"], "last_month": options["to"]})
        if not form.is_valid():
            raise _wrong(form)
        run = computed(ReportRun.Kind.ROI, form.parameters())
        answers = roi_answers.all_answers(run)
        return {"answers": answers, "by": options["by"]}

    def as_json(self, found) -> dict:
        overall, *territories = found["answers"]
        if not found["by"]:
            return overall.report()
        rows = [
            {"key": each.key, "label": each.name, **each.report()}
            for each in territories
        ]
        return {**overall.report(), "rows": sorted(rows, key=lambda row: row["key"])}

    def as_csv(self, found):
        shown = found["answers"] if found["by"] else found["answers"][:1]
        return roi_answers.EXPORT_HEADER, [each.export_row() for each in shown]

    def as_text(self, found):
        for each in found["answers"] if found["by"] else found["answers"][:1]:
            yield f"{each.name}: {each.headline}"
            if not each.has_estimate:
                yield f"  {each.cell['reason']}"
                continue
            yield (
                f"  rate ratio {each.ratio}; incremental referrals "
                f"{each.incremental} ({each.incremental_interval}); "
                f"lead check {each.verdict[1].lower()}; ROI {each.roi}"
            )


# Each kind: name, help, add_arguments, compute(options), as_json, as_csv, as_text.
REPORTS = {report.name: report for report in (LeakageReport(), RoiReport())}


class Command(BaseCommand):
    help = "Compute a report in this process, keep the run and print it."

    def add_arguments(self, parser):
        kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
        for report in REPORTS.values():
            kind = kinds.add_parser(report.name, help=report.help)
            report.add_arguments(kind)
            form = kind.add_mutually_exclusive_group()
            form.add_argument("--json", action="store_true", help="one JSON object")
            form.add_argument("--csv", action="store_true", help="the rows as CSV")

    def handle(self, *args, kind, **options):
        report = REPORTS[kind]
        found = report.compute(options)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(found)))
        elif options["csv"]:
            for text in csv_lines(*report.as_csv(found)):
                self.stdout.write(text, ending="")
        else:
            for text in report.as_text(found):
                self.stdout.write(text)
