"""Bring a file in: `manage.py import_file KIND PATH`.

Works in its own process. Exit status: 0 when the file was taken, also with
some rejected rows or as a duplicate; 2 when it was refused; 1 otherwise.
"""

import json
import os
import sys

from django.core.management.base import BaseCommand, CommandError

from referrals.imports import execution, registry
from referrals.models import ImportMapping, ImportRun

EXIT_REFUSED = 2
NAMES_SHOWN = 20
LATEST = ""  # what --mapping means without a name


class Command(BaseCommand):
    help = "Bring a file in. Kinds: see the list of imports, or name a wrong one."

    def add_arguments(self, parser):
        parser.add_argument("kind")
        parser.add_argument("path")
        parser.add_argument("--source", default="default", help="whose file it is")
        parser.add_argument("--preset", default="", help="an official layout")
        parser.add_argument(
            "--sheet", default="", help="the sheet of a spreadsheet: else the first"
        )
        parser.add_argument(
            "--mapping",
            nargs="?",
            const=LATEST,
            help="read columns and words by the saved mapping of this kind and source: "
            "the one of that name, else the one changed last. Without --mapping, "
            "columns go by their own names",
        )
        parser.add_argument(
            "--force", action="store_true", help="take a file that was taken before"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say what would happen, change nothing",
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object, nothing else"
        )
        for option in registry.options():
            told = {"action": "store_const", "const": "yes"} if option.is_flag else {}
            parser.add_argument(
                f"--{option.name.replace('_', '-')}",
                default="",
                help=option.label,
                **told,
            )

    def handle(self, *, kind, path, **options):
        problem = _problem_of(kind, path, options)
        if problem:
            summary = _refused(kind, options["source"], problem)
        else:
            summary = execution.summary(_run(kind, path, options))
        self.stdout.write(json.dumps(summary) if options["json"] else _text(summary))
        if summary["status"] == ImportRun.Status.REFUSED:
            sys.exit(EXIT_REFUSED)
        if summary["status"] not in (ImportRun.Status.DONE, "duplicate"):
            raise CommandError(summary["error"] or f"The run was {summary['status']}.")


def _problem_of(kind, path, options):
    if kind not in registry.kinds():
        return f"There is no kind {kind!r}. Kinds: {', '.join(registry.kinds())}."
    if len(options["source"]) > 60 or not options["source"].strip():
        return "The source needs a name of at most 60 characters."
    if options["mapping"] is not None and not _saved(kind, options):
        name = options["mapping"] or "any name"
        return f"No mapping of {name} is saved for {kind} from {options['source']}."
    if not os.path.isfile(path):
        return f"There is no file {path}."
    if not os.access(path, os.R_OK):
        return f"The file {path} may not be read."
    return ""


def _saved(kind, options):
    """The saved mapping that is asked for; None if there is none."""
    saved = ImportMapping.objects.of(kind, options["source"].strip())
    if options["mapping"]:
        saved = saved.filter(name=options["mapping"])
    return saved.first()


def _run(kind, path, options):
    importer = registry.get(kind)
    told = {name: options[name] for name in ("sheet",) if options[name]}
    saved = _saved(kind, options) if options["mapping"] is not None else None
    run = execution.begin(
        by=None,
        kind=kind,
        source=options["source"].strip(),
        preset=options["preset"],
        is_forced=options["force"],
        is_dry_run=options["dry_run"],
        options=told
        | {
            option.name: options[option.name]
            for option in importer.options
            if options[option.name]
        },
        mapping=saved.told if saved else {},
        file_name=os.path.basename(path)[:200],
        path=os.path.abspath(path),
    )
    try:
        return execution.execute(run)
    except KeyboardInterrupt:
        execution.cancel_held(run)
        raise


def _refused(kind, source, problem):
    rows = dict.fromkeys(("read", "created", "updated", "unchanged", "rejected"), 0)
    return {
        "run": None,
        "kind": kind,
        "source": source,
        "status": "refused",
        "rows": rows,
        "ignored_columns": [],
        "warnings": [],
        "error": problem,
    }


def _text(summary):
    lines = [
        f"{summary['kind']} from {summary['source']}: {summary['status']}"
        + (f" (run {summary['run']})" if summary["run"] else "")
    ]
    if summary["error"]:
        lines.append(summary["error"])
    if summary["status"] == "duplicate":
        lines.append("The same file was taken before: nothing changed.")
    if summary["rows"]["read"]:
        lines.append(
            ", ".join(f"{number:,} {name}" for name, number in summary["rows"].items())
        )
    if summary["ignored_columns"]:
        lines.append(f"Ignored columns: {_some(summary['ignored_columns'])}")
    return "\n".join([*lines, *summary["warnings"]])


def _some(names):
    more = len(names) - NAMES_SHOWN
    shown = ", ".join(names[:NAMES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown
