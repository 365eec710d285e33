"""Visits from another system. Key: source + visit_id.

A liaison without an account becomes an inactive person who cannot sign in, so
history keeps its author. The practice defaults to the primary affiliation of
the physician on that day. A blank cell leaves what is there.
"""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from outreach.models import Task, Visit, VisitAttendee
from referrals.imports import directory, values
from referrals.imports.directory import Directory
from referrals.imports.registry import Refused, Vocabulary
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Row
from referrals.imports.values import Rejected
from referrals.models import Affiliation
from referrals.services.journal import made

PLACES = ("physician_npi", "practice")
MOST_PHYSICIANS = 50
TASK_AFTER = dt.timedelta(days=7)  # when a next step comes without a day
PEOPLE_MADE = "people"
KINDS = {
    Visit.Kind.IN_PERSON: "inperson face_to_face on_site onsite office_visit visit",
    Visit.Kind.VIRTUAL: "video zoom teams web online telehealth",
    Visit.Kind.PHONE: "call phone_call telephone",
    Visit.Kind.DROP_OFF: "dropoff drop drop_by material_drop",
    Visit.Kind.EVENT: "lunch lunch_and_learn dinner meeting",
}
OUTCOMES = {
    Visit.Outcome.POSITIVE: "good success successful",
    Visit.Outcome.NEUTRAL: "ok none",
    Visit.Outcome.NEGATIVE: "bad unsuccessful",
}
FIELDS = (
    *("liaison", "practice", "kind", "visited_on", "purpose", "service_line"),
    *("outcome", "notes"),
)


def _words(meanings):
    return [word for words in meanings.values() for word in words.split()]


class VisitImporter(RowImporter):
    kind = "visits"
    title = "Visits"
    description = (
        "One row per visit. Each needs physician_npi (several with | between them) "
        "or practice."
    )
    required = ("visit_id", "liaison_email", "visited_on")
    optional = (
        *PLACES,
        *("kind", "purpose", "service_line", "outcome", "notes"),
        *("next_step", "next_step_due"),
    )
    marks = ("visit_id",)
    free_text_columns = ("purpose", "notes", "next_step")
    vocabularies = {
        "kind": Vocabulary(lambda: Visit.Kind.choices, also=_words(KINDS)),
        "outcome": Vocabulary(lambda: Visit.Outcome.choices, also=_words(OUTCOMES)),
        "service_line": Vocabulary(directory.line_names, is_open=True),
    }

    def check_header(self, header):
        super().check_header(header)
        if not set(PLACES) & set(header):
            raise Refused(f"Missing column: {' or '.join(PLACES)}.")

    def key(self, row):
        return row["visit_id"].strip()

    def take(self, chunk):
        told = []
        for row in chunk.rows:
            try:
                told.append(_read(row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        Intake(chunk, told).store()

    def remarks(self, tally, names):
        if people := names.get(PEOPLE_MADE):
            yield (
                "People without an account, added as inactive liaisons: "
                f"{', '.join(people)}."
            )
        yield from directory.remarks(tally, names)


@dataclass
class Told:
    """What a row says: plain values, and the names of others still to be found."""

    row: Row
    external_id: str
    email: str
    npis: list[str]
    fields: dict
    next_step: str
    next_step_due: dt.date | None


def _read(row):
    told = {
        "visited_on": values.needed_day(row["visited_on"], "visited_on"),
        "kind": _choice(row["kind"], "kind", KINDS),
        "outcome": _choice(row["outcome"], "outcome", OUTCOMES),
        "purpose": values.text(row["purpose"], "purpose", 200),
        "notes": values.text(row["notes"], "notes", 10_000),
    }
    if not any(row[name].strip() for name in PLACES):
        raise Rejected("Neither physician_npi nor practice is given.")
    return Told(
        row,
        values.needed(row["visit_id"], "visit_id", 80),
        _email(row["liaison_email"]),
        _npis(row["physician_npi"]),
        {name: value for name, value in told.items() if value not in ("", None)},
        values.text(row["next_step"], "next_step", 200),
        values.day(row["next_step_due"], "next_step_due"),
    )


def _choice(cell, column, meanings):
    known = values.word(cell)
    for choice, words in meanings.items():
        if known in words.split():
            return choice
    return values.choice(cell, column, [str(choice) for choice in meanings])


def _npis(cell):
    parts = [part for part in cell.split("|") if part.strip()]
    if len(parts) > MOST_PHYSICIANS:
        raise Rejected(f"physician_npi names more than {MOST_PHYSICIANS} physicians.")
    found = [values.needed_npi(part, "physician_npi") for part in parts]
    return list(dict.fromkeys(found))


def _email(cell):
    email = values.needed(cell, "liaison_email", 254).lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Rejected(
            f"liaison_email {values.shown(email)} is no e-mail address."
        ) from None
    return email


class Intake:
    """The rows of one chunk on their way into the visits."""

    def __init__(self, chunk, told: list[Told]):
        self.chunk, self.told = chunk, told
        self.source = chunk.run.source
        self.today = timezone.localdate(chunk.run.created_at)
        self.directory = Directory(
            chunk,
            npis=[npi for one in told for npi in one.npis],
            practices=[one.row["practice"] for one in told],
            lines=[one.row["service_line"] for one in told],
        )
        self.there = {
            visit.external_id: visit
            for visit in Visit.objects.select_for_update()
            .filter(
                source=self.source, external_id__in=[one.external_id for one in told]
            )
            .prefetch_related("attendees", "tasks")
        }
        self.people = self._people()
        self.affiliations = {}
        for affiliation in Affiliation.objects.filter(
            physician__in=[one.pk for one in self.directory.physicians.values()]
        ).select_related("practice"):
            self.affiliations.setdefault(affiliation.physician_id, []).append(
                affiliation
            )
        self.made, self.changed, self.attendees, self.tasks = [], [], [], []
        self.later_tasks, self.left, self.regrouped = [], [], []

    def _people(self):
        emails = {one.email for one in self.told}
        people = {
            user.email.lower(): user for user in User.objects.filter(email__in=emails)
        }
        for email in sorted(emails - set(people)):
            people[email] = User.objects.create_user(
                email,
                name=email.partition("@")[0].replace(".", " ").title()[:120],
                role=User.Role.LIAISON,
                is_active=False,
            )
            self.chunk.journal.keep([(people[email], None, made(people[email]))])
            self.chunk.name(PEOPLE_MADE, email)
        return people

    def store(self):
        for told in self.told:
            try:
                self._sort(told)
            except Rejected as reason:
                self.chunk.reject(told.row, str(reason))
        journal = self.chunk.journal
        journal.create(self.made)
        journal.update(self.changed, FIELDS)
        # Whoever edits the visit is told of other people in it, too.
        Visit.objects.filter(pk__in=self.regrouped).update(version=F("version") + 1)
        journal.delete(self.left)
        journal.create(self.attendees)
        journal.create(self.tasks)
        journal.update(self.later_tasks, ["due_on"])

    def _sort(self, told):
        visit = self.there.get(told.external_id)
        physicians = self._physicians(told)
        told.fields["liaison"] = self.people[told.email]
        if line := self.directory.line_named(told.row["service_line"]):
            told.fields["service_line"] = line
        if told.row["practice"].strip():
            told.fields["practice"] = self._practice_named(told, physicians)
        elif visit is None or visit.visited_on != told.fields["visited_on"]:
            told.fields["practice"] = self._practice_of(told, physicians)
        if visit is None:
            self._create(told, physicians)
        else:
            self._update(visit, told, physicians)

    def _physicians(self, told):
        wrong = [npi for npi in told.npis if npi in self.directory.organizations]
        if wrong:
            raise Rejected(f"physician_npi {wrong[0]} is an organization's.")
        return [self.directory.physicians[npi] for npi in told.npis]

    def _current(self, physician, day):
        """Affiliations that hold on that day, the primary one first."""
        return sorted(
            (
                one
                for one in self.affiliations.get(physician.pk, [])
                if (one.effective_from is None or one.effective_from <= day)
                and (one.effective_to is None or one.effective_to > day)
            ),
            key=lambda one: (
                not one.is_primary,
                one.effective_from is None,
                -(one.effective_from or dt.date.min).toordinal(),
                one.pk,
            ),
        )

    def _practice_of(self, told, physicians):
        for physician in physicians:
            if current := self._current(physician, told.fields["visited_on"]):
                return current[0].practice
        raise Rejected(
            f"physician_npi {told.npis[0]} has no practice on that day, and the row "
            "names none."
        )

    def _practice_named(self, told, physicians):
        """By name; of several of that name, one where a physician works then."""
        name = told.row["practice"]
        found = self.directory.practices.get(name.strip().casefold(), [])
        if len(found) > 1:
            theirs = {
                one.practice_id
                for physician in physicians
                for one in self._current(physician, told.fields["visited_on"])
            }
            near = [practice for practice in found if practice.pk in theirs]
            if len(near) == 1:
                return near[0]
        return self.directory.practice_named(name, "practice")

    def _create(self, told, physicians):
        is_past = told.fields["visited_on"] <= self.today
        visit = Visit(
            source=self.source,
            external_id=told.external_id,
            status=Visit.Status.HELD if is_past else Visit.Status.PLANNED,
            **told.fields,
        )
        self.made.append(visit)
        self._meet(visit, physicians)
        self._promise(visit, told)
        self.chunk.created()

    def _update(self, visit, told, physicians):
        news = {
            name: value
            for name, value in told.fields.items()
            if getattr(visit, name) != value
        }
        for name, value in news.items():
            setattr(visit, name, value)
        met = {one.physician_id for one in visit.attendees.all() if one.physician_id}
        fresh = [one for one in physicians if one.pk not in met]
        gone = met - {one.pk for one in physicians} if physicians else set()
        self._meet(visit, fresh)
        if gone:
            self.left += [
                one for one in visit.attendees.all() if one.physician_id in gone
            ]
        promised = self._promise(visit, told)
        if not (news or fresh or gone or promised):
            self.chunk.unchanged()
            return
        (self.changed if news else self.regrouped).append(visit if news else visit.pk)
        self.chunk.updated()

    def _meet(self, visit, physicians):
        self.attendees += [
            VisitAttendee(visit=visit, physician=physician) for physician in physicians
        ]

    def _promise(self, visit, told):
        """The task of a next step; did that change anything?"""
        if not told.next_step:
            return False
        due_on = told.next_step_due or told.fields["visited_on"] + TASK_AFTER
        tasks = visit.tasks.all() if visit.pk else []
        for task in tasks:
            if task.title == told.next_step:
                if told.next_step_due in (None, task.due_on):
                    return False
                task.due_on = due_on
                self.later_tasks.append(task)
                return True
        self.tasks.append(
            Task(
                title=told.next_step,
                due_on=due_on,
                owner=visit.liaison,
                practice=visit.practice,
                visit=visit,
            )
        )
        return True


IMPORTER = VisitImporter()
