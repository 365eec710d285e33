import pytest

from referrals.models import ImportRun, Specialty
from tests.factories.referrals import SpecialtyFactory
from tests.referrals.imports.undone import snapshot, take_back

HEADER = (
    "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section"
)
CARDIOLOGY = "207RC0000X,Physicians,Internal Medicine,Cardiovascular Disease,,"


def name_of(code):
    return Specialty.objects.get(code=code).name


def test_codes_get_the_name_that_is_to_be_displayed(bring_in, counts):
    SpecialtyFactory(code="207RC0000X")
    new = "999ZZ0000X,Physicians,New,,,,New Physician,Individual"
    display = f"{CARDIOLOGY},Cardiovascular Disease Physician,Individual"

    run = bring_in("nucc", [HEADER, display, new])

    assert counts(run) == (2, 1, 1, 0, 0)
    assert name_of("207RC0000X") == "Cardiovascular Disease Physician"
    assert name_of("999ZZ0000X") == "New Physician"


def test_the_older_layout_in_windows_1252_is_taken(bring_in, counts):
    header = "Code,Type,Classification,Specialization,Definition,Notes"
    lines = [header, "207RC0000X,Physicians,M\u00e9decine,Cardiology,\u2013,"]

    run = bring_in("nucc", "\r\n".join(lines).encode("cp1252"))

    assert sum(counts(run)[1:3]) == 1
    assert name_of("207RC0000X") == "M\u00e9decine - Cardiology"
    assert any("Windows-1252" in warning for warning in run.warnings)


def test_the_same_file_again_changes_nothing(bring_in, counts):
    lines = [HEADER, f"{CARDIOLOGY},Cardiologist,Individual"]
    bring_in("nucc", lines)

    assert counts(bring_in("nucc", lines, is_forced=True)) == (1, 0, 0, 1, 0)


def test_codes_that_are_not_in_the_file_stay_as_they_are(bring_in):
    SpecialtyFactory(code="OLD")

    bring_in("nucc", [HEADER, f"{CARDIOLOGY},Cardiologist,Individual"])

    assert Specialty.objects.filter(code="OLD").exists()


def test_the_crosswalk_names_only_what_has_no_name(bring_in):
    header = (
        "MEDICARE SPECIALTY CODE,MEDICARE PROVIDER/SUPPLIER TYPE DESCRIPTION,"
        "PROVIDER TAXONOMY CODE,PROVIDER TAXONOMY DESCRIPTION"
    )
    named, _ = Specialty.objects.update_or_create(
        code="207Q00000X", defaults={"name": "Kept"}
    )

    bring_in(
        "nucc",
        [
            header,
            '06,Cardiology,207RC0000X,"Physicians/Internal Medicine, Cardiovascular"',
            "08,Family,207Q00000X,Physicians/Family Medicine",
        ],
    )

    assert name_of("207RC0000X") == "Internal Medicine, Cardiovascular"
    assert name_of(named.code) == "Kept"


def test_names_are_undone(bring_in):
    before = snapshot(Specialty)
    new = "999ZZ0000X,Physicians,New,,,,New Physician,Individual"
    run = bring_in("nucc", [HEADER, f"{CARDIOLOGY},Cardiologist,Individual", new])

    take_back(run)

    assert snapshot(Specialty) == before


def test_a_file_without_names_is_refused(bring_in):
    run = bring_in("nucc", ["Code,Notes", "207RC0000X,"])

    assert run.status == ImportRun.Status.REFUSED


@pytest.mark.parametrize(
    "row",
    [
        ",,,,,,Nobody,",
        "207RC0000,,,,,,Short,",
        f"{'2' * 10_000}X,,,,,,Long,",
        f"207RC0000X,,,,,,{'x' * 10_000},",
        "207RC0000X,,,,,,Nu\0l,",
        "207RC0000X,ragged",
    ],
)
def test_a_bad_row_is_rejected(bring_in, counts, row):
    assert counts(bring_in("nucc", [HEADER, row])) == (1, 0, 0, 0, 1)
