"""Referrals with their status and clocks. Patient columns are dropped.

Key: source + referral_id. A blank cell leaves what is there.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from referrals.imports import directory, values
from referrals.imports.directory import Directory
from referrals.imports.registry import Refused, Vocabulary
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Row
from referrals.imports.values import Rejected
from referrals.models import Practice, Referral, StatusChange

Status = Referral.Status
REFERRERS = ("referring_npi", "referring_practice")
CLOCKS = {  # in the order of the loop
    "acknowledged_at": Status.ACKNOWLEDGED,
    "scheduled_at": Status.SCHEDULED,
    "appointment_at": None,
    "seen_at": Status.SEEN,
    "report_sent_at": Status.REPORT_SENT,
    "closed_at": Status.CLOSED,
}
TEXTS = {"payer_name": 120, "channel": 40, "end_reason": 200}
URGENCIES = {
    "stat": Referral.Urgency.EMERGENT,
    "emergency": Referral.Urgency.EMERGENT,
    "elective": Referral.Urgency.ROUTINE,
    "normal": Referral.Urgency.ROUTINE,
}
FIELDS = (
    *("kind", "received_on", "referring_physician", "referring_practice"),
    *("referred_to_physician", "referred_to_organization", "service_line"),
    *("urgency", "status", *TEXTS, *CLOCKS),
)


class ReferralImporter(RowImporter):
    kind = "referrals"
    title = "Referrals"
    description = (
        "One row per referral. Each needs referring_npi or referring_practice. "
        "Columns about the patient are dropped, never stored."
    )
    required = ("referral_id", "received_on")
    optional = (
        *REFERRERS,
        *("kind", "referred_to_npi", "referred_to_organization_npi", "service_line"),
        *("urgency", "status", *TEXTS, *CLOCKS),
    )
    marks = ("referral_id",)
    patient_columns = (
        *("patient_mrn", "patient_name", "patient_birth_date", "patient_phone"),
        "reason",
    )
    vocabularies = {
        "kind": Vocabulary(lambda: Referral.Kind.choices),
        "urgency": Vocabulary(lambda: Referral.Urgency.choices, also=URGENCIES),
        "status": Vocabulary(lambda: Status.choices),
        "service_line": Vocabulary(directory.line_names, is_open=True),
    }

    def check_header(self, header):
        super().check_header(header)
        if not set(REFERRERS) & set(header):
            raise Refused(f"Missing column: {' or '.join(REFERRERS)}.")

    def key(self, row):
        return row["referral_id"].strip()

    def take(self, chunk):
        told = []
        for row in chunk.rows:
            try:
                told.append(_read(row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        Intake(chunk, told).store()

    def remarks(self, tally, names):
        return directory.remarks(tally, names)


@dataclass
class Told:
    """What a row says: plain values, and the names of others still to be found."""

    row: Row
    external_id: str
    fields: dict
    npi: str = ""
    to_npi: str = ""
    to_organization_npi: str = ""
    moments: list = field(default_factory=list)


def _read(row):
    told = {
        "kind": values.choice(row["kind"], "kind", Referral.Kind.values),
        "received_on": values.needed_day(row["received_on"], "received_on"),
        "urgency": _urgency(row["urgency"]),
        "status": values.choice(row["status"], "status", Status.values),
        **{name: values.text(row[name], name, limit) for name, limit in TEXTS.items()},
        **{name: values.moment(row[name], name) for name in CLOCKS},
    }
    if not any(row[name].strip() for name in REFERRERS):
        raise Rejected("Neither referring_npi nor referring_practice is given.")
    return Told(
        row,
        values.needed(row["referral_id"], "referral_id", 80),
        {name: value for name, value in told.items() if value not in ("", None)},
        npi=values.person_npi(row["referring_npi"], "referring_npi"),
        to_npi=values.person_npi(row["referred_to_npi"], "referred_to_npi"),
        to_organization_npi=values.person_npi(
            row["referred_to_organization_npi"], "referred_to_organization_npi"
        ),
    )


def _urgency(cell):
    known = values.word(cell)
    return URGENCIES.get(known) or values.choice(
        cell, "urgency", Referral.Urgency.values
    )


class Intake:
    """The rows of one chunk on their way into the referrals."""

    def __init__(self, chunk, told: list[Told]):
        self.chunk, self.told = chunk, told
        self.source = chunk.run.source
        self.directory = Directory(
            chunk,
            npis=[npi for one in told for npi in (one.npi, one.to_npi)],
            organization_npis=[one.to_organization_npi for one in told],
            practices=[one.row["referring_practice"] for one in told],
            lines=[one.row["service_line"] for one in told],
        )
        self.there = {
            referral.external_id: referral
            for referral in Referral.objects.select_for_update().filter(
                source=self.source, external_id__in=[one.external_id for one in told]
            )
        }
        self.homes = self._homes_of_organizations()
        self.made, self.changed, self.log = [], [], []

    def _homes_of_organizations(self):
        """Organization -> its practices, of those that stand for a referrer."""
        referring = {one.npi for one in self.told} & set(self.directory.organizations)
        homes = {}
        for practice in Practice.objects.filter(organization__npi__in=referring):
            homes.setdefault(practice.organization_id, []).append(practice)
        return homes

    def store(self):
        for told in self.told:
            try:
                told.fields |= self._others(told)
            except Rejected as reason:
                self.chunk.reject(told.row, str(reason))
            else:
                self._sort(told)
        self.chunk.journal.create(self.made)
        self.chunk.journal.update(self.changed, FIELDS)
        self.chunk.journal.create(self.log)

    def _others(self, told):
        """The physicians, practices, organizations and lines a row names."""
        row, people = told.row, self.directory.physicians
        organizations = self.directory.organizations
        found = {
            "referring_physician": people.get(told.npi),
            "referred_to_physician": people.get(told.to_npi),
            "referred_to_organization": organizations.get(told.to_organization_npi)
            or organizations.get(told.to_npi),
            "service_line": self.directory.line_named(row["service_line"]),
        }
        if row["referring_practice"].strip():
            found["referring_practice"] = self.directory.practice_named(
                row["referring_practice"], "referring_practice"
            )
        elif told.npi in organizations:
            found["referring_practice"] = self._home_of(organizations[told.npi])
        return {name: other for name, other in found.items() if other}

    def _home_of(self, organization):
        homes = self.homes.get(organization.pk, [])
        if len(homes) != 1:
            raise Rejected(
                f"referring_npi {organization.npi} is an organization with "
                f"{len(homes)} practices: name the practice."
            )
        return homes[0]

    def _sort(self, told):
        referral = self.there.get(told.external_id)
        if referral is None:
            told.fields.setdefault("status", _status_of(told.fields))
            referral = Referral(
                source=self.source, external_id=told.external_id, **told.fields
            )
            self.made.append(referral)
            self.log += _first_log(referral)
            self.chunk.created()
            return
        news = {
            name: value
            for name, value in told.fields.items()
            if getattr(referral, name) != value
        }
        if not news:
            self.chunk.unchanged()
            return
        self.log += _later_log(referral, news, self.chunk.run.created_at)
        for name, value in news.items():
            setattr(referral, name, value)
        self.changed.append(referral)
        self.chunk.updated()


def _first_log(referral):
    """The status log that the clocks of a new referral tell."""
    received = timezone.make_aware(
        dt.datetime.combine(referral.received_on, dt.time.min)
    )
    log = [StatusChange(referral=referral, status=Status.RECEIVED, at=received)]
    log += _clock_log(referral, vars(referral), referral.status)
    if log[-1].status != referral.status:
        latest = max(change.at for change in log)
        log.append(StatusChange(referral=referral, status=referral.status, at=latest))
    log[-1].reason = referral.end_reason
    return log


def _later_log(referral, news, imported_at):
    status = news.get("status")
    log = _clock_log(referral, news, status or referral.status)
    if status and not (log and log[-1].status == status):
        log.append(StatusChange(referral=referral, status=status, at=imported_at))
    if log:
        log[-1].reason = news.get("end_reason", "")
    return log


def _clock_log(referral, clocks, status):
    """What each clock says; `closed_at` is the end that the referral came to."""
    end = status if status in Referral.ENDS else Status.CLOSED
    reached = {**CLOCKS, "closed_at": end}
    return [
        StatusChange(referral=referral, status=reached[name], at=clocks[name])
        for name in CLOCKS
        if reached[name] and clocks.get(name)
    ]


def _status_of(clocks):
    """How far a referral has come whose row gives clocks and no status."""
    reached = [status for name, status in CLOCKS.items() if status and name in clocks]
    return reached[-1] if reached else Status.RECEIVED


IMPORTER = ReferralImporter()
