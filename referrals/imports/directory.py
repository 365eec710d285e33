"""Physicians, organizations, practices and service lines that a file names."""

from collections.abc import Iterable

from django.db.models import F
from django.db.models.functions import Lower

from referrals.imports.values import Rejected, shown, text
from referrals.models import (
    Organization,
    PayerClass,
    Physician,
    Practice,
    ServiceLine,
)
from referrals.services.lookup import physicians_by_npi

BARE = "physicians"
BARE_ORGANIZATIONS = "organizations"
LINES_MADE = "service lines"


class Directory:
    """What the rows of one chunk name, looked up at once.

    NPIs that are not there are made as bare entries and counted; service lines
    that are not there are made and named.
    """

    def __init__(self, chunk, *, npis, organization_npis=(), practices=(), lines=()):
        self.chunk = chunk
        npis, organization_npis = set(npis) - {""}, set(organization_npis) - {""}
        self.organizations = _by_npi(Organization, npis | organization_npis)
        self.physicians = _by_npi(Physician, npis - set(self.organizations))
        self._make(
            Physician, npis - set(self.organizations), self.physicians, count=BARE
        )
        self._make(
            Organization,
            organization_npis,
            self.organizations,
            count=BARE_ORGANIZATIONS,
        )
        self.practices = _practices_named(practices)
        self.lines = {line.name.casefold(): line for line in _lines_if(lines)}

    def _make(self, model, wanted, there, *, count):
        missing = sorted(wanted - set(there))
        named = {"name": "NPI {}"} if model is Organization else {}
        made = [
            model(npi=npi, **{key: name.format(npi) for key, name in named.items()})
            for npi in missing
        ]
        self.chunk.journal.create(made)
        there.update((one.npi, one) for one in made)
        self.chunk.count(count, len(missing))

    def practice_named(self, name: str, column: str) -> Practice:
        """The one practice of that name; Rejected for none or several."""
        found = self.practices.get(name.strip().casefold(), [])
        if not found:
            raise Rejected(f"{column} {shown(name)} is no practice of the directory.")
        if len(found) > 1:
            raise Rejected(f"{column} {shown(name)} names {len(found)} practices.")
        return found[0]

    def line_named(self, name: str) -> ServiceLine | None:
        """The service line of that name, made if it is not there; blank: None."""
        cleaned = text(name, "service_line", 80)
        if not cleaned:
            return None
        if cleaned.casefold() not in self.lines:
            made = ServiceLine(name=cleaned)
            self.chunk.journal.create([made])
            self.lines[cleaned.casefold()] = made
            self.chunk.name(LINES_MADE, cleaned)
        return self.lines[cleaned.casefold()]


def remarks(tally: dict, names: dict) -> Iterable[str]:
    """What a summary says about entries that were made by the way."""
    for what in (BARE, BARE_ORGANIZATIONS):
        if tally.get(what):
            yield (
                f"{tally[what]:,} {what} were not in the directory and were added "
                "with their NPI only."
            )
    if made := names.get(LINES_MADE):
        yield f"Service lines made, without a margin: {', '.join(made)}."


def line_names() -> list[tuple[str, str]]:
    """The service lines as choices: each by its own name."""
    names = ServiceLine.objects.order_by("name").values_list("name", flat=True)
    return [(name, name) for name in names]


def payer_classes() -> list[tuple[str, str]]:
    names = PayerClass.objects.order_by("name").values_list("name", flat=True)
    return [(name, name) for name in names]


def _by_npi(model, npis):
    if model is Physician:
        return physicians_by_npi(npis)
    return {one.npi: one for one in model.objects.filter(npi__in=npis)} if npis else {}


def _lines_if(names):
    return ServiceLine.objects.all() if any(names) else ()


def _practices_named(names):
    wanted = {name.strip().casefold() for name in names} - {""}
    found = {}
    if wanted:
        practices = Practice.objects.annotate(lower_name=Lower(F("name")))
        for practice in practices.filter(lower_name__in=wanted).order_by("pk"):
            found.setdefault(practice.name.casefold(), []).append(practice)
    return found
