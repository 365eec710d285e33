"""Rows of the registry, as its files write them."""

from referrals.imports import nppes_entry as columns
from tests.factories.referrals import npi_of

NPI, OTHER = npi_of(1), npi_of(2)
HEADER = [columns.NPI, *columns.COLUMNS]
STREET = {
    columns.STREET: "100 N MAIN STREET",
    columns.MORE: "SUITE 200",
    columns.CITY: "NASHVILLE",
    columns.STATE: "TN",
    columns.ZIP: "372031234",
    columns.PHONE: "6155550100",
}


def person(npi=NPI, **told):
    return {
        columns.NPI: npi,
        columns.ENTITY: "1",
        columns.LAST: "MCDONALD",
        columns.FIRST: "NORA",
        columns.CREDENTIAL: "M.D.",
        columns.CODE(1): "208D00000X",
        columns.SWITCH(1): "Y",
        **STREET,
        **told,
    }


def group(npi=OTHER, **told):
    return {
        columns.NPI: npi,
        columns.ENTITY: "2",
        columns.ORGANIZATION: "MERCY HOSPITAL OF TULSA, LLC",
        columns.CODE(1): "282N00000X",
        **STREET,
        **told,
    }
