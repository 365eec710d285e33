import datetime as dt

import pytest

from accounts.models import User
from outreach.models import Task, Visit
from referrals.models import ImportRun, Physician
from tests.factories.accounts import UserFactory
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    npi_of,
)

NPI, OTHER = npi_of(1), npi_of(2)
HEADER = "visit_id,liaison_email,visited_on,physician_npi,kind,outcome"
ROW = f"V1,lea@example.org,2024-04-16,{NPI},in_person,positive"


@pytest.fixture
def lea(db):
    return UserFactory(email="lea@example.org")


@pytest.fixture
def affiliation(db):
    return AffiliationFactory(physician=PhysicianFactory(npi=NPI))


@pytest.fixture
def visited(bring_in, lea, affiliation):
    """`visited(row)`: import it below HEADER; the run."""
    return lambda *rows, **fields: bring_in("visits", [HEADER, *rows], **fields)


def test_a_visit_keeps_its_author_and_whom_it_met(visited, counts, lea, affiliation):
    run = visited(ROW)

    visit = Visit.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (visit.source, visit.external_id) == ("default", "V1")
    assert (visit.liaison, visit.practice) == (lea, affiliation.practice)
    assert (visit.kind, visit.outcome, visit.status) == (
        "in_person",
        "positive",
        "held",
    )
    assert [one.npi for one in visit.physicians.all()] == [NPI]


def test_an_e_mail_without_account_makes_an_inactive_person(visited):
    run = visited(ROW.replace("lea@", "Ann.Old@"))

    person = User.objects.get(email="ann.old@example.org")
    assert (person.is_active, person.role) == (False, User.Role.LIAISON)
    assert not person.has_usable_password()
    assert "ann.old@example.org" in run.warnings[0]


def test_several_physicians_are_met_at_once(visited):
    visited(ROW.replace(NPI, f"{NPI} | {OTHER}|{NPI}"))

    assert {one.npi for one in Visit.objects.get().physicians.all()} == {NPI, OTHER}


def test_the_practice_is_the_primary_one_of_that_day(visited, affiliation):
    affiliation.effective_to = dt.date(2024, 1, 1)
    affiliation.save()
    later = AffiliationFactory(
        physician=affiliation.physician, effective_from=dt.date(2024, 1, 1)
    )
    AffiliationFactory(physician=affiliation.physician, is_primary=False)

    visited(ROW, ROW.replace("V1", "V0").replace("2024-04-16", "2023-12-31"))

    practices = Visit.objects.order_by("visited_on").values_list("practice", flat=True)
    assert list(practices) == [affiliation.practice_id, later.practice_id]


def test_a_physician_without_a_practice_is_rejected(visited, counts):
    run = visited(ROW.replace(NPI, OTHER))

    assert counts(run) == (1, 0, 0, 0, 1)
    assert "no practice on that day" in run.rejected_rows.get().reason
    assert Physician.objects.filter(npi=OTHER).exists()


def test_a_named_practice_is_taken(bring_in, counts, lea):
    practice = PracticeFactory(name="Oak Clinic")

    run = bring_in(
        "visits",
        [
            "visit_id,liaison_email,visited_on,physician_npi,practice",
            f"V1,lea@example.org,2024-04-16,{OTHER},OAK CLINIC",
            "V2,lea@example.org,2024-04-16,,Oak Clinic",
        ],
    )

    assert counts(run) == (2, 2, 0, 0, 0)
    assert set(Visit.objects.values_list("practice", flat=True)) == {practice.pk}


def test_of_several_practices_of_a_name_the_physicians_is_taken(
    bring_in,
    lea,
    affiliation,
):
    PracticeFactory(name=affiliation.practice.name)

    bring_in(
        "visits",
        [
            "visit_id,liaison_email,visited_on,physician_npi,practice",
            f"V1,lea@example.org,2024-04-16,{NPI},{affiliation.practice.name}",
        ],
    )

    assert Visit.objects.get().practice == affiliation.practice


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("In person", "in_person"),
        ("In-Person", "in_person"),
        ("", "in_person"),
        ("Drop off", "drop_off"),
        ("Phone call", "phone"),
        ("Zoom", "virtual"),
    ],
)
def test_kinds_are_understood_as_people_write_them(visited, told, kind):
    visited(ROW.replace("in_person", told))

    assert Visit.objects.get().kind == kind


def test_a_visit_that_lies_ahead_is_planned(visited):
    visited(ROW.replace("2024-04-16", "2099-01-01"))

    assert Visit.objects.get().status == Visit.Status.PLANNED


def test_a_next_step_becomes_a_task(bring_in, lea, affiliation):
    header = f"{HEADER},next_step,next_step_due"

    bring_in(
        "visits",
        [header, f"{ROW},Send form,2024-05-01", f"{ROW.replace('V1', 'V2')},Call,"],
    )

    told = Task.objects.order_by("pk").values_list("title", "due_on", "owner")
    assert list(told) == [
        ("Send form", dt.date(2024, 5, 1), lea.pk),
        ("Call", dt.date(2024, 4, 23), lea.pk),
    ]


def test_the_same_rows_again_are_all_unchanged(bring_in, counts, lea, affiliation):
    rows = [f"{HEADER},next_step", f"{ROW},Send form"]
    bring_in("visits", rows)

    run = bring_in("visits", rows, is_forced=True)

    assert counts(run) == (1, 0, 0, 1, 0)
    assert Task.objects.count() == 1


def test_a_later_file_changes_a_visit(visited, counts):
    visited(ROW)

    run = visited(ROW.replace("positive", "negative").replace(NPI, f"{NPI}|{OTHER}"))

    visit = Visit.objects.get()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (visit.outcome, visit.version) == ("negative", 2)
    assert visit.physicians.count() == 2


def test_free_text_is_not_kept_with_a_rejected_row(bring_in):
    run = bring_in(
        "visits",
        [f"{HEADER},notes,next_step", "V1,no e-mail,2024-04-16,,,,CANARY,CANARY"],
    )

    assert "CANARY" not in str(run.rejected_rows.get().values)


def test_an_organization_is_no_physician(visited, counts):
    OrganizationFactory(npi=OTHER)

    assert counts(visited(ROW.replace(NPI, OTHER))) == (1, 0, 0, 0, 1)


@pytest.mark.parametrize(
    "row",
    [
        ROW.replace("V1", ""),
        ROW.replace("lea@example.org", "lea"),
        ROW.replace("lea@example.org", ""),
        ROW.replace("2024-04-16", "soon"),
        ROW.replace(NPI, ""),
        ROW.replace(NPI, "1234567890"),
        ROW.replace(NPI, "|".join(npi_of(n) for n in range(60))),
        ROW.replace("in_person", "telepathy"),
        ROW.replace("positive", "splendid"),
        ROW.replace("V1", "v" * 81),
    ],
)
def test_a_bad_row_is_rejected(visited, counts, row):
    assert counts(visited(row)) == (1, 0, 0, 0, 1)


def test_a_missing_column_refuses_the_file_and_is_named(bring_in):
    run = bring_in("visits", ["visit_id,liaison_email,visited_on", "1,2,3"])

    assert run.status == ImportRun.Status.REFUSED
    assert "physician_npi or practice" in run.error
