import csv
import io

import pytest

from referrals.imports import nppes_entry as registry_columns
from referrals.imports import registry
from referrals.imports.locations import LOCATION
from referrals.models import ImportRun
from tests import spreadsheets
from tests.factories.referrals import npi_of

NPI = npi_of(1)
LAYOUTS = {
    "nppes": [registry_columns.NPI, *registry_columns.COLUMNS],
    "nppes-other-names": [
        registry_columns.NPI,
        registry_columns.OTHER_ORGANIZATION,
        registry_columns.OTHER_ORGANIZATION_KIND,
    ],
    "nppes-locations": [registry_columns.NPI, *LOCATION],
    "dac": "NPI,lst_nm,frst_nm,Cred,Med_sch,pri_spec,org_nm,adr_ln_1,cty,st,zip",
    "nucc": "Code,Grouping,Classification,Specialization,Definition,Display Name",
    "service-lines": "service_line,hospital_based,contribution_margin_usd",
    "roster": "npi,network_status,organization_npi,effective_from,effective_to",
    "practices": "npi,name,address,city,state,zip,lat,lon,phone",
    "referrals": "referral_id,received_on,referring_npi,service_line,status",
    "visits": "visit_id,liaison_email,visited_on,physician_npi,kind,purpose",
    "claims": "claim_id,patient_id,service_date_from,referring_npi,billing_npi,"
    "paid_amount",
    "shared-patients": "from_npi,to_npi,patient_count,transaction_count,"
    "average_day_wait,std_day_wait",
    "open-payments": "Record_ID,Covered_Recipient_NPI,Date_of_Payment,"
    "Total_Amount_of_Payment_USDollars,"
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name",
    "specialists": "npi,conditions,procedures,insurers,languages,min_age,accepts_new",
    "availability": "npi,site,next_available_on,kind",
}


def header_of(kind):
    names = LAYOUTS[kind]
    return names.split(",") if isinstance(names, str) else names


def file_of(kind):
    """A file of this kind with one row, whose cells mean nothing."""
    text = io.StringIO()
    header = header_of(kind)
    csv.writer(text).writerows([header, [NPI, *["x"] * (len(header) - 1)]])
    return text.getvalue()


@pytest.mark.parametrize("theirs", LAYOUTS)
@pytest.mark.parametrize("kind", ["nppes", "roster", "referrals", "claims"])
def test_a_file_taken_for_another_kind_is_refused_by_the_name_of_its_own(
    bring_in, kind, theirs
):
    run = bring_in(kind, file_of(theirs))

    if kind == theirs:
        assert "another kind" not in run.error
    else:
        assert run.status == ImportRun.Status.REFUSED
        assert f"({theirs})" in run.error


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        ("physicians", "practices"),
        ("physicians", "roster"),
        ("physicians", "dac"),
        ("physicians", "specialists"),
        ("physicians", "nppes"),
        ("nppes-locations", "nppes"),
        ("nppes-locations", "nppes-other-names"),
        ("nppes-other-names", "nppes"),
        ("nppes-other-names", "nppes-locations"),
        ("dac", "nppes"),
        ("practices", "nppes"),
        ("physicians", "nppes-locations"),
        ("practices", "roster"),
        ("visits", "referrals"),
        ("shared-patients", "roster"),
    ],
)
def test_kinds_that_are_easily_confused_are_told_apart(bring_in, kind, theirs):
    run = bring_in(kind, file_of(theirs))

    assert run.status == ImportRun.Status.REFUSED
    assert f"{registry.get(theirs).title} ({theirs})" in run.error


@pytest.mark.parametrize("kind", ["nppes", "nppes-other-names", "nppes-locations"])
@pytest.mark.parametrize("theirs", ["nppes", "nppes-other-names", "nppes-locations"])
def test_a_file_of_the_registry_in_capitals_is_told_from_its_companions(
    bring_in, kind, theirs
):
    run = bring_in(kind, file_of(theirs).title())

    assert (run.status == ImportRun.Status.REFUSED) == (kind != theirs)
    assert (f"({theirs})" in run.error) == (kind != theirs)


@pytest.mark.parametrize("kind", ["nppes", "nppes-other-names", "physicians"])
def test_the_endpoints_of_the_registry_are_refused_by_name(bring_in, kind):
    header = ["NPI", "Endpoint Type", "Endpoint", "Affiliation Address City"]

    run = bring_in(kind, [",".join(header), f"{NPI},DIRECT,a@b.example,Nashville"])

    assert run.status == ImportRun.Status.REFUSED
    assert "the registry's endpoints (endpoint_pfile)" in run.error


@pytest.mark.parametrize("kind", LAYOUTS)
def test_a_file_of_its_own_kind_is_not_suspected(bring_in, kind):
    run = bring_in(kind, file_of(kind))

    assert "another kind" not in run.error


@pytest.mark.parametrize(
    "header",
    [
        "npi,tier,notes",
        "npi,name,tier",
        "npi,last_name,network_status,effective_from",
        "last_name,first_name,practice_name,address,city,state,zip,phone,hours,website",
    ],
)
def test_a_list_of_physicians_with_columns_of_others_is_one_still(bring_in, header):
    run = bring_in("physicians", [header, ",".join("x" for _ in header.split(","))])

    assert run.status == ImportRun.Status.DONE


def test_a_spreadsheet_with_a_title_is_told_too(bring_in):
    rows = [["Our roster"], [], header_of("roster"), [NPI, "x", "", "", ""]]

    run = bring_in("practices", spreadsheets.xlsx(rows), file_name="a.xlsx")

    assert "Network roster (roster)" in run.error


def test_what_somebody_has_mapped_is_theirs_to_say(bring_in):
    run = bring_in(
        "physicians",
        file_of("practices"),
        mapping={"columns": {"npi": "npi", "name": "last_name"}},
    )

    assert run.status == ImportRun.Status.DONE


def test_every_kind_can_be_told_by_a_column_of_its_own():
    for importer in registry.importers():
        assert {*importer.marks} & {*importer.required, *importer.optional}
