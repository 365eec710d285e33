import datetime as dt

import pytest
from django.utils import timezone

from referrals.models import (
    Availability,
    SpecialistProfile,
    Synonym,
    Term,
)
from referrals.services import specialists
from tests.factories.referrals import (
    AffiliationFactory,
    AvailabilityFactory,
    PhysicianFactory,
    PracticeFactory,
    SpecialistProfileFactory,
    TermFactory,
    npi_of,
)
from tests.referrals.imports.undone import take_back

HEADER = "npi,conditions,insurers,min_age,accepts_new,direct_line,forms_url,reviewed_on"
ROW = "Knee pain|Hip pain,Aetna,18,yes,(615) 555-0100,https://example.org/f,2026-03-01"


@pytest.fixture
def physician(db):
    physician = PhysicianFactory(npi=npi_of(501))
    practice = PracticeFactory(name="Main, Campus", zip_code="37203")
    AffiliationFactory(physician=physician, practice=practice)
    return physician


@pytest.fixture
def profile(physician):
    return SpecialistProfileFactory(physician=physician)


def reasons(run):
    return [row.reason for row in run.rejected_rows.all()]


def test_a_row_becomes_a_profile(bring_in, counts, physician):
    run = bring_in("specialists", [HEADER, f"{physician.npi},{ROW}"])

    profile = SpecialistProfile.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (profile.min_age, profile.accepts_new) == (18, True)
    assert profile.direct_line == "6155550100"
    assert profile.reviewed_on == dt.date(2026, 3, 1)
    assert [term.name for term in profile.terms.all()] == [
        "Hip pain", "Knee pain", "Aetna"
    ]  # fmt: skip


def test_the_same_rows_again_change_nothing(bring_in, counts, physician):
    lines = [HEADER, f"{physician.npi},{ROW}"]
    bring_in("specialists", lines)
    before = SpecialistProfile.objects.values().get()

    run = bring_in("specialists", lines, is_forced=True)

    assert counts(run) == (1, 0, 0, 1, 0)
    assert SpecialistProfile.objects.values().get() == before


def test_a_synonym_in_a_file_is_the_term(bring_in, counts, physician):
    lines = ["npi,insurers", f"{physician.npi},BCBS|aetna"]
    blue = Term.objects.create(kind="insurer", name="BlueCross")
    Synonym.objects.create(term=blue, name="bcbs")
    bring_in("specialists", lines)

    run = bring_in("specialists", lines, is_forced=True)

    terms = SpecialistProfile.objects.get().terms.all()
    assert [term.name for term in terms] == ["aetna", "BlueCross"]
    assert counts(run) == (1, 0, 0, 1, 0)


def test_columns_that_are_absent_say_nothing_and_empty_cells_empty(
    bring_in, counts, physician
):
    bring_in("specialists", [HEADER, f"{physician.npi},{ROW}"])

    run = bring_in("specialists", ["npi,insurers,accepts_new", f"{physician.npi},,"])

    profile = SpecialistProfile.objects.get()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (profile.min_age, profile.accepts_new) == (18, None)
    assert {term.kind for term in profile.terms.all()} == {"condition"}


def test_what_a_person_typed_stays_and_the_summary_says_so(
    bring_in, counts, profile, coordinator
):
    values = specialists.values_of(profile)
    specialists.update_profile(
        profile=profile,
        values=values | {"min_age": 21, "insurers": ["Cigna"]},
        version=1,
        at=dt.datetime(2026, 4, 1, 18, tzinfo=dt.UTC),
        by=coordinator,
    )

    run = bring_in("specialists", [HEADER, f"{profile.physician.npi},{ROW}"])

    profile.refresh_from_db()
    assert profile.min_age == 21
    assert profile.direct_line == "6155550100"
    assert profile.reviewed_on == dt.date(2026, 4, 1)
    assert not Term.objects.filter(name="Aetna").exists()
    assert "2 values differ" in " ".join(run.warnings)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("npi", "1234567890", "no NPI"),
        ("npi", npi_of(999), "No physician"),
        ("min_age", "old", "no age"),
        ("min_age", "121", "no age"),
        ("accepts_new", "perhaps", "neither yes nor no"),
        ("direct_line", "555", "ten digits"),
        ("forms_url", "javascript:alert(1)", "no address"),
        ("forms_url", "ftp://example.org", "no address"),
        ("reviewed_on", "2099-01-01", "future"),
        ("conditions", "x" * 81, "longer"),
        ("intake_rules", "x" * 4001, "longer"),
    ],
)
def test_a_cell_that_cannot_be_is_rejected_with_its_reason(
    bring_in, counts, physician, column, value, reason
):
    row = {"npi": physician.npi, column: value}

    run = bring_in("specialists", [",".join(row), ",".join(row.values())])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert reason in reasons(run)[0]
    assert not SpecialistProfile.objects.exists()


def test_ages_are_held_against_those_that_stay(bring_in, counts, profile):
    SpecialistProfile.objects.update(min_age=18)

    run = bring_in("specialists", ["npi,max_age", f"{profile.physician.npi},12"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert "from 18 to 12" in reasons(run)[0]


OPENINGS = "npi,site,kind,next_available_on,checked_on"


def test_a_row_becomes_an_opening(bring_in, counts, profile):
    npi = profile.physician.npi
    run = bring_in(
        "availability",
        [
            OPENINGS,
            f"{npi},37203,,2026-04-01,2026-03-20",
            f'{npi},"main,  CAMPUS",Follow-up,4/2/2026,2026-03-20 14:00',
        ],
    )

    new, again = Availability.objects.all()
    assert counts(run) == (2, 2, 0, 0, 0)
    assert (new.kind, new.next_available_on) == ("new", dt.date(2026, 4, 1))
    assert timezone.localdate(new.checked_at) == dt.date(2026, 3, 20)
    assert (again.kind, again.run, again.source) == ("follow_up", run, "imported")


def test_the_same_openings_again_change_nothing(bring_in, counts, profile):
    lines = [OPENINGS, f"{profile.physician.npi},37203,new,2026-04-01,2026-03-20"]
    bring_in("availability", lines)
    before = Availability.objects.values().get()

    run = bring_in("availability", lines, is_forced=True)

    assert counts(run) == (1, 0, 0, 1, 0)
    assert Availability.objects.values().get() == before


def test_what_was_checked_later_stays(bring_in, counts, profile):
    practice = profile.physician.practices.get()
    AvailabilityFactory(profile=profile, practice=practice)

    run = bring_in(
        "availability",
        [OPENINGS, f"{profile.physician.npi},37203,new,2026-04-01,2026-03-20"],
    )

    assert counts(run) == (1, 0, 0, 1, 0)
    assert "1 openings were checked since" in " ".join(run.warnings)


def test_a_later_file_brings_the_newer_day(bring_in, counts, profile):
    npi = profile.physician.npi
    bring_in("availability", [OPENINGS, f"{npi},37203,new,2026-04-01,2026-03-20"])

    run = bring_in("availability", [OPENINGS, f"{npi},37203,new,2026-04-09,2026-03-21"])

    assert counts(run) == (1, 0, 1, 0, 0)
    assert Availability.objects.get().next_available_on == dt.date(2026, 4, 9)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{npi_of(998)},37203,new,2026-04-01,", "No specialist"),
        (f"{npi_of(501)},38103,new,2026-04-01,", "none of their sites: Main, Campus"),
        (f"{npi_of(501)},,new,2026-04-01,", "site is missing"),
        (f"{npi_of(501)},37203,surgery,2026-04-01,", "not one of"),
        (f"{npi_of(501)},37203,new,soon,", "no date"),
        (f"{npi_of(501)},37203,new,,", "missing"),
        (f"{npi_of(501)},37203,new,2026-04-01,2099-01-01", "future"),
    ],
)
def test_a_row_that_cannot_be_is_rejected(bring_in, counts, profile, row, reason):
    run = bring_in("availability", [OPENINGS, row])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert reason in reasons(run)[0]


def test_a_site_that_two_of_theirs_could_be_is_asked_back(bring_in, profile):
    AffiliationFactory(
        physician=profile.physician, practice=PracticeFactory(zip_code="37203")
    )

    run = bring_in(
        "availability", [OPENINGS, f"{profile.physician.npi},37203,new,2026-04-01,"]
    )

    assert "more than one" in reasons(run)[0]


def test_one_site_under_two_names_counts_once(bring_in, counts, profile):
    npi = profile.physician.npi
    run = bring_in(
        "availability",
        [
            OPENINGS,
            f"{npi},37203,new,2026-04-01,2026-03-20",
            f'{npi},"Main, Campus",new,2026-04-09,2026-03-20',
        ],
    )

    assert counts(run) == (2, 1, 0, 0, 1)
    assert Availability.objects.get().next_available_on == dt.date(2026, 4, 1)


def test_both_imports_are_undone(bring_in, physician):
    physician_row = f"{physician.npi},{ROW}"
    profiles = bring_in("specialists", [HEADER, physician_row])
    before = SpecialistProfile.objects.values().get()
    terms = [term.name for term in SpecialistProfile.objects.get().terms.all()]
    changed = bring_in(
        "specialists", ["npi,insurers,min_age", f"{physician.npi},Cigna,21"]
    )
    openings = bring_in(
        "availability", [OPENINGS, f"{physician.npi},37203,new,2026-04-01,2026-03-20"]
    )

    take_back(openings)
    assert not Availability.objects.exists()
    take_back(changed)
    after = SpecialistProfile.objects.values().get()
    assert {**after, "version": 1} == {**before, "version": 1}
    assert [term.name for term in SpecialistProfile.objects.get().terms.all()] == terms
    take_back(profiles)
    assert not SpecialistProfile.objects.exists()


def test_terms_of_an_undone_import_go_unless_somebody_else_has_them(
    bring_in, physician
):
    kept = TermFactory(kind="insurer", name="Aetna")
    run = bring_in(
        "specialists",
        ["npi,conditions,insurers", f"{physician.npi},Gout|Lupus|Ague,Aetna|Cigna"],
    )
    lupus = Term.objects.get(name="Lupus")
    SpecialistProfileFactory().terms.add(lupus)
    ague = Term.objects.get(name="Ague")
    specialists.update_term(term=ague, name="Ague", synonyms=["Shivers"])

    take_back(run)

    assert {*Term.objects.all()} == {kept, lupus, ague}


def test_a_rejected_row_makes_no_term(bring_in, counts, physician):
    header = "npi,conditions,min_age,max_age"

    run = bring_in("specialists", [header, f"{physician.npi},Gout,50,20"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert not Term.objects.exists()
