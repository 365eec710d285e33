"""Open Payments: what manufacturers paid to whom, as the government publishes it.

Key: Record_ID. Since 2021 the file names the recipient's NPI. Before, a physician
of the same last and first name in the same state is only suggested; a person says
whether it is the same one (see services.payments). Payments to teaching hospitals
are rejected: they have no person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Lower

from referrals import addresses, npi
from referrals.imports import names, values
from referrals.imports.registry import Option, Refused
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Filter, Row
from referrals.imports.values import Rejected
from referrals.models import (
    Affiliation,
    Payment,
    PaymentRecipient,
    PaymentSuggestion,
    Physician,
)

EVERYONE = "everyone"
KIND, PROFILE, NPI = "covered_recipient_type", "profile_id", "npi"
LAST, FIRST = "last_name", "first_name"
COMPANY = "company"
PAYER = "applicable_manufacturer_or_applicable_gpo_making_payment_name"
SYNONYMS = {
    "physician_profile_id": PROFILE,
    "covered_recipient_profile_id": PROFILE,
    "covered_recipient_npi": NPI,
    "physician_last_name": LAST,
    "covered_recipient_last_name": LAST,
    "physician_first_name": FIRST,
    "covered_recipient_first_name": FIRST,
    "recipient_city": "city",
    "recipient_state": "state",
    "physician_specialty": "specialty",
    "covered_recipient_specialty_1": "specialty",
    PAYER: COMPANY,
    "total_amount_of_payment_usdollars": "amount",
    "date_of_payment": "paid_on",
    "nature_of_payment_or_transfer_of_value": "nature",
    "form_of_payment_or_transfer_of_value": "form",
}
FIELDS = ("recipient", "company", "amount_cents", "paid_on", "year", "nature", "form")
ABOUT = ("npi", "last_name", "first_name", "city", "state", "specialty", "physician")
SUGGESTED = "suggested"


class OpenPaymentsImporter(RowImporter):
    kind = "open-payments"
    title = "Open Payments (industry)"
    description = (
        "General payments of manufacturers to physicians, any year. Since 2021 "
        "matched by NPI; before, a physician of the same name and state is suggested "
        "for a person to confirm. Takes payments to physicians of the directory."
    )
    required = ("record_id", COMPANY, "amount", "paid_on")
    optional = (
        *(KIND, PROFILE, NPI, LAST, FIRST, "city", "state", "specialty"),
        *("nature", "form", "program_year"),
    )
    marks = ("record_id",)
    synonyms = SYNONYMS
    options = (
        Option(EVERYONE, "Open Payments: recipients we do not know, too", is_flag=True),
    )
    passed_over = "{:,} rows are of people who are not in the directory: passed over."

    def check_header(self, header):
        super().check_header(header)
        if NPI not in header and not {LAST, FIRST} <= set(header):
            raise Refused("Missing columns: the recipient's NPI, or their name.")

    def key(self, row):
        return row["record_id"].strip()

    def wanted(self, run):
        """Payments to NPIs or to namesakes of the directory."""
        if run.options.get(EVERYONE):
            return None
        people = Physician.objects.values_list("npi", "last_name", "first_name")
        known, namesakes = set(), set()
        for number, last, first in people.iterator():
            known.add(number)
            namesakes.add(_folded(last, first))

        def keeps(cells: Sequence[str]):
            number = npi.repair(cells[0])
            if number:
                return number in known
            return _folded(cells[1], cells[2]) in namesakes

        return Filter((NPI, LAST, FIRST), keeps)

    def take(self, chunk):
        told = []
        for row in chunk.rows:
            try:
                told.append(_read(row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        Intake(chunk, told).store()

    def remarks(self, tally, found):
        if number := tally.get(SUGGESTED):
            yield (
                f"Recipients without an NPI who may be ours: {number:,}. "
                "They wait for somebody to confirm them."
            )


@dataclass(frozen=True)
class Told:
    row: Row
    profile: str
    about: dict
    payment: dict


def _read(row):
    if "teaching hospital" in row[KIND].casefold():
        raise Rejected("Paid to a teaching hospital, not to a person.")
    about = {
        "npi": values.person_npi(row[NPI], NPI),
        "last_name": names.person_name(values.needed(row[LAST], LAST, 100)),
        "first_name": names.person_name(values.text(row[FIRST], FIRST, 100)),
        "city": names.street(values.text(row["city"], "city", 100)),
        "state": addresses.state_code(values.text(row["state"], "state", 40)),
        "specialty": values.text(row["specialty"], "specialty", 300),
    }
    paid_on = values.needed_day(row["paid_on"], "paid_on")
    amount = values.cents(row["amount"], "amount")
    if amount is None or amount < 0:
        raise Rejected("amount is missing or negative.")
    payment = {
        "record_id": values.needed(row["record_id"], "record_id", 40),
        "company": values.needed(row[COMPANY], COMPANY, 200),
        "amount_cents": amount,
        "paid_on": paid_on,
        "year": values.year(row["program_year"], "program_year") or paid_on.year,
        "nature": values.text(row["nature"], "nature", 250),
        "form": values.text(row["form"], "form", 120),
    }
    named = f"{about['last_name']}|{about['first_name']}|{about['state']}".casefold()
    profile = values.text(row[PROFILE], PROFILE, 40) or about["npi"] or named
    return Told(row, profile, about, payment)


def _folded(last, first):
    return f"{last.strip()}|{first.strip()}".casefold()


class Intake:
    """The rows of one chunk on their way in."""

    def __init__(self, chunk, told: list[Told]):
        self.chunk, self.told, self.journal = chunk, told, chunk.journal
        locked = PaymentRecipient.objects.select_for_update().order_by("pk")
        self.recipients = {
            one.profile: one
            for one in locked.filter(profile__in={one.profile for one in told})
        }
        self.physicians = {
            one.npi: one
            for one in Physician.objects.filter(
                npi__in={one.about["npi"] for one in told} - {""}
            )
        }
        records = {one.payment["record_id"] for one in told}
        self.payments = {
            one.record_id: one
            for one in Payment.objects.select_for_update().filter(record_id__in=records)
        }

    def store(self):
        self._store_recipients()
        made, changed = [], []
        for one in self.told:
            recipient = self.recipients[one.profile]
            payment = self.payments.get(one.payment["record_id"])
            if payment is None:
                made.append(Payment(recipient=recipient, **one.payment))
                self.chunk.created()
            elif self._tell(payment, {**one.payment, "recipient_id": recipient.pk}):
                changed.append(payment)
                self.chunk.updated()
            else:
                self.chunk.unchanged()
        self.journal.create(made)
        self.journal.update(changed, FIELDS)
        self._suggest()

    def _store_recipients(self):
        """The recipients as the last row of each tells of them."""
        made, changed = [], {}
        for one in self.told:
            recipient = self.recipients.get(one.profile)
            if recipient is None:
                recipient = PaymentRecipient(profile=one.profile)
                self.recipients[one.profile] = recipient
                made.append(recipient)
            said = {name: value for name, value in one.about.items() if value}
            if recipient.pk:
                # Who is known already stays as they were first told.
                said = {
                    name: value
                    for name, value in said.items()
                    if not getattr(recipient, name)
                }
            if physician := self.physicians.get(one.about["npi"]):
                said["physician_id"] = physician.pk
            if self._tell(recipient, said) and recipient.pk:
                changed[recipient.pk] = recipient
        self.journal.create(made)
        self.journal.update([*changed.values()], ABOUT)

    @staticmethod
    def _tell(subject, told):
        news = {
            name: value
            for name, value in told.items()
            if getattr(subject, name) != value
        }
        for name, value in news.items():
            setattr(subject, name, value)
        return bool(news)

    def _suggest(self):
        """Offer namesakes in the same state for recipients nobody knows."""
        unknown = {
            one.pk: one
            for one in self.recipients.values()
            if not (one.npi or one.physician_id) and one.first_name and one.state
        }
        last_names = {one.last_name.lower() for one in unknown.values()}
        people = Physician.objects.alias(lower_name=Lower("last_name"))
        affiliations = Affiliation.objects.filter(
            physician__in=people.filter(lower_name__in=last_names), effective_to=None
        )
        here = {}
        for one in affiliations.select_related("physician", "practice"):
            who = one.physician
            place = (_folded(who.last_name, who.first_name), one.practice.state)
            here.setdefault(place, {})[who.pk] = who
        there = PaymentSuggestion.objects.filter(recipient__in=unknown)
        there = {*there.values_list("recipient", "physician")}
        fresh = [
            PaymentSuggestion(recipient=recipient, physician=physician)
            for recipient in unknown.values()
            for physician in here.get(
                (_folded(recipient.last_name, recipient.first_name), recipient.state),
                {},
            ).values()
            if (recipient.pk, physician.pk) not in there
        ]
        self.journal.create(fresh)
        self.chunk.count(SUGGESTED, len({one.recipient_id for one in fresh}))


IMPORTER = OpenPaymentsImporter()
