import pytest

from referrals.imports import contents
from referrals.models import ImportRun
from tests import spreadsheets

ROSTER = "npi,network_status,effective_from"
INTERCHANGE = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *"
DOCUMENT = (
    '<?xml version="1.0"?>\n<!-- a <table> -->\n<ClinicalDocument xmlns="urn:hl7">'
    "<text><table><tr/></table></text></ClinicalDocument>"
)
SENT = {
    "a FHIR Bundle (JSON)": '{"resourceType": "Bundle", "type": "batch", "entry": []}',
    "a FHIR Patient (JSON)": '\ufeff \n{\n "id": "1",\n "resourceType" : "Patient"}',
    "a list of FHIR records (NDJSON)": '{"resourceType":"Task"}\n{"id":"1"}',
    "a list of JSON records (NDJSON)": '{"npi": 1}\r\n{"npi": 2}\r\n',
    "a JSON file": '[{"npi": "1234567893"}]',
    "a clinical document (C-CDA, XML)": DOCUMENT,
    "a FHIR Patient (XML)": '<Patient xmlns="http://hl7.org/fhir"><id/></Patient>',
    "an XML file": "<?xml version='1.0'?><referrals><referral/></referrals>",
    "a spreadsheet saved as XML": '<?xml version="1.0"?>\n<Workbook xmlns="urn:x">',
    "a web page (HTML)": "<!DOCTYPE html>\n<html><body><table><tr><td>npi</td></tr>",
    "an EDI file (X12 837, claims)": f"{INTERCHANGE}~GS*HC*A*B~ST*837*0021~BHT*0019~",
    "an EDI file (X12 835, payments)": "ISA|00|~GS|HP|A~\nST|835|1~",
    "an EDI file (X12)": INTERCHANGE,
    "an HL7 v2 message (REF^I12)": "MSH|^~\\&|A|B|C|D|2022||REF^I12^REF_I12|1|P|2.8",
    "an HL7 v2 message (SIU^S12)": "FHS|^~\\&|A\rBHS|^~\\&\r"
    "MSH|^~\\&|A|B|C|D|2022||SIU^S12|1|P|2.3",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "a compressed file (gzip)": b"\x1f\x8b\x08\0\0\0\0\0",
    "a text document (RTF)": "{\\rtf1\\ansi npi}",
    "a program": b"MZ\x90\0\x03\0\0\0",
    "UTF-16 text": ROSTER.encode("utf-16-le"),
    "UTF-16 text ": ROSTER.encode("utf-16-be"),
}


def as_bytes(said):
    return said if isinstance(said, bytes) else said.encode()


@pytest.mark.parametrize("name", SENT)
@pytest.mark.parametrize("kind", ["roster", "claims", "shared-patients"])
def test_what_is_no_table_is_refused_by_what_it_is(bring_in, kind, name):
    run = bring_in(kind, as_bytes(SENT[name]))

    assert run.status == ImportRun.Status.REFUSED
    assert run.error.startswith(f"This is {name.strip()}. ")


def test_an_archive_is_refused_by_what_is_in_it(bring_in):
    packed = spreadsheets.archive({"npidata_pfile.csv": "NPI", "readme/": "", "a": ""})
    letter = spreadsheets.archive({"word/document.xml": "<w/>"})

    assert "It holds npidata_pfile.csv, a: unpack it" in bring_in("nppes", packed).error
    assert "a text document (Word)" in bring_in("nppes", letter).error


def test_an_archive_of_many_files_names_a_few(bring_in):
    packed = spreadsheets.archive({f"{n}.csv": "" for n in range(2000)})

    error = bring_in("nppes", packed).error

    assert "0.csv, 1.csv, 2.csv, 3.csv, 4.csv and 1,995 more" in error


@pytest.mark.parametrize(
    "header",
    [
        "MZ,npi",
        "ISA,npi",
        "ISABEL;npi",
        "MSH,npi",
        "[NPI],[Name]",
        "{npi},{name}",
        "<npi>,<name>",
        "PARISH,npi",
        "\u00efd,npi",
        "x",
        "",
    ],
)
def test_a_header_of_strange_names_is_no_other_thing(header):
    assert contents.problem_of(f"{header}\n1,2\n".encode()) == ""
