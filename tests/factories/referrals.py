import datetime as dt

import factory
from django.utils import timezone

from referrals.models import (
    Affiliation,
    Availability,
    ImportDraft,
    ImportMapping,
    ImportRun,
    Margin,
    Note,
    Organization,
    Payer,
    PayerClass,
    Payment,
    PaymentRecipient,
    PaymentSuggestion,
    Physician,
    Practice,
    ProcedureRange,
    Proposal,
    Referral,
    RosterEntry,
    ServiceLine,
    SpecialistProfile,
    Specialty,
    Term,
    TerritoryException,
)
from referrals.models.payers import payer_key
from tests.factories.accounts import TerritoryFactory, UserFactory


def npi_of(number: int) -> str:
    """The valid NPI whose first nine digits are 1 and `number`."""
    body = f"1{number:08d}"
    total = 24
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


class ServiceLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServiceLine
        django_get_or_create = ["name"]

    name = "Cardiology"


class PayerClassFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PayerClass
        django_get_or_create = ("name",)

    name = "Medicare"


class PayerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Payer

    name = factory.Sequence(lambda number: f"Payer {number}")
    key = factory.LazyAttribute(lambda payer: payer_key(payer.name))
    payer_class = factory.SubFactory(PayerClassFactory)


class MarginFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Margin

    service_line = factory.SubFactory(ServiceLineFactory)
    cents = 120_050


class ProcedureRangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProcedureRange

    service_line = factory.SubFactory(ServiceLineFactory)
    first_code = "93000"
    last_code = factory.SelfAttribute("first_code")


class SpecialtyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Specialty
        django_get_or_create = ["code"]

    code = "207RC0000X"
    service_line = factory.SubFactory(ServiceLineFactory)


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")
    npi = factory.Sequence(lambda n: npi_of(10_000_000 + n))


class PracticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Practice

    name = factory.Sequence(lambda n: f"Practice {n}")
    address_line_1 = factory.Sequence(lambda n: f"{n} Main St")
    city = "Nashville"
    state = "TN"
    zip_code = "37203"
    address_key = factory.Sequence(lambda n: f"{n} MAIN ST|NASHVILLE|TN|37203")


class TerritoryExceptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TerritoryException

    practice = factory.SubFactory("tests.factories.referrals.PracticeFactory")
    territory = factory.SubFactory(TerritoryFactory)
    starts_on = dt.date(2020, 1, 1)
    reason = "Asked for it"


class PhysicianFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Physician

    npi = factory.Sequence(lambda n: npi_of(20_000_000 + n))
    last_name = factory.Sequence(lambda n: f"Physician{n}")
    first_name = "Ada"
    credential = "MD"


class AffiliationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Affiliation

    physician = factory.SubFactory(PhysicianFactory)
    practice = factory.SubFactory(PracticeFactory)


class RosterEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RosterEntry

    npi = factory.Sequence(lambda n: npi_of(30_000_000 + n))
    network_status = RosterEntry.Status.EMPLOYED
    effective_from = dt.date(2020, 1, 1)


class ReferralFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Referral

    external_id = factory.Sequence(lambda n: f"R{n:06d}")
    received_on = dt.date(2026, 3, 2)
    referring_physician = factory.SubFactory(PhysicianFactory)
    service_line = factory.SubFactory(ServiceLineFactory)


class ImportMappingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ImportMapping

    name = factory.Sequence("Mapping {}".format)
    kind = "roster"
    source = "hr"
    columns = factory.LazyFunction(
        lambda: {
            "who": "npi",
            "state": "network_status",
            "since": "effective_from",
        }
    )
    made_by = factory.SubFactory(UserFactory)


class ImportDraftFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ImportDraft

    kind = "roster"
    source = "hr"
    file_name = "roster.csv"
    encoding = "utf-8-sig"
    path = "/nowhere"
    columns = factory.LazyFunction(
        lambda: {
            "who": "npi",
            "network_status": "network_status",
            "effective_from": "effective_from",
        }
    )
    started_by = factory.SubFactory(UserFactory)


class NoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Note

    practice = factory.SubFactory(PracticeFactory)
    author = factory.SubFactory(UserFactory)
    text = "Park behind the building"


class ImportRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ImportRun

    kind = "roster"
    file_name = "roster.csv"


class TermFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Term
        django_get_or_create = ["kind", "name"]

    kind = Term.Kind.CONDITION
    name = "Knee pain"


class SpecialistProfileFactory(factory.django.DjangoModelFactory):
    """A specialist of ours; `terms` are given as (kind, name, ...)."""

    class Meta:
        model = SpecialistProfile
        skip_postgeneration_save = True

    physician = factory.SubFactory(PhysicianFactory)

    @factory.post_generation
    def roster(self, create, extracted, **kwargs):
        if extracted is not False:
            RosterEntryFactory(npi=self.physician.npi, **kwargs)

    @factory.post_generation
    def terms(self, create, extracted, **kwargs):
        for kind, *names in extracted or ():
            for name in names:
                self.terms.add(TermFactory(kind=kind, name=name))


class AvailabilityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Availability

    profile = factory.SubFactory(SpecialistProfileFactory)
    practice = factory.SubFactory(PracticeFactory)
    next_available_on = factory.LazyFunction(timezone.localdate)
    checked_at = factory.LazyFunction(timezone.now)


class ProposalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Proposal

    practice = factory.SubFactory(PracticeFactory)
    field = "fax"
    value = "6155550199"
    source = "person"
    created_at = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)


class PaymentRecipientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PaymentRecipient

    profile = factory.Sequence(lambda n: f"{n}")
    last_name = "Lovelace"
    first_name = "Ada"
    state = "TN"


class PaymentSuggestionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PaymentSuggestion

    recipient = factory.SubFactory(PaymentRecipientFactory)
    physician = factory.SubFactory(PhysicianFactory)


class PaymentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Payment

    record_id = factory.Sequence(lambda n: f"{n}")
    recipient = factory.SubFactory(PaymentRecipientFactory)
    company = "Acme Devices"
    amount_cents = 1249
    paid_on = dt.date(2024, 3, 1)
    year = 2024
