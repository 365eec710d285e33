import datetime as dt

import factory

from referrals.models import (
    Affiliation,
    ImportRun,
    Organization,
    Physician,
    Practice,
    Referral,
    RosterEntry,
    ServiceLine,
    Specialty,
)


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


class ImportRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ImportRun

    kind = "roster"
    file_name = "roster.csv"
