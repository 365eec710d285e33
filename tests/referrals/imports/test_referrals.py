import datetime as dt

import pytest

from referrals.models import ImportRun, Physician, Referral, RejectedRow, StatusChange
from tests.factories.referrals import (
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    ReferralFactory,
    ServiceLineFactory,
    npi_of,
)

NPI, OTHER = npi_of(1), npi_of(2)
HEADER = "referral_id,received_on,referring_npi,service_line,status"
ROW = f"R1,2024-03-01,{NPI},Cardiology,seen"


@pytest.fixture
def known(db):
    ServiceLineFactory(name="Cardiology")
    return PhysicianFactory(npi=NPI)


def log():
    return [
        (change.status, change.at.date().isoformat())
        for change in StatusChange.objects.all()
    ]


def test_a_referral_keeps_source_and_number(bring_in, counts, known):
    run = bring_in("referrals", [HEADER, ROW], source="epic")

    referral = Referral.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert (referral.source, referral.external_id) == ("epic", "R1")
    assert referral.referring_physician == known
    assert referral.service_line.name == "Cardiology"
    assert (referral.kind, referral.urgency) == ("consult", "routine")


def test_the_log_is_what_the_clocks_tell(bring_in, known):
    bring_in(
        "referrals",
        [
            f"{HEADER},acknowledged_at,scheduled_at,seen_at",
            f"{ROW},2024-03-02 09:00,3/3/2024 1:30 PM,2024-03-09T15:00:00Z",
        ],
    )

    assert log() == [
        ("received", "2024-03-01"),
        ("acknowledged", "2024-03-02"),
        ("scheduled", "2024-03-03"),
        ("seen", "2024-03-09"),
    ]


def test_a_status_without_a_clock_ends_the_log_with_its_reason(bring_in, known):
    bring_in(
        "referrals",
        [f"{HEADER},end_reason", f"R1,2024-03-01,{NPI},,declined,No capacity"],
    )

    last = StatusChange.objects.last()
    assert (last.status, last.reason) == ("declined", "No capacity")


def test_patient_columns_are_dropped_and_named_and_kept_nowhere(bring_in, known):
    run = bring_in(
        "referrals",
        [
            f"{HEADER},patient_mrn,patient_name,patient_birth_date,patient_phone,reason",
            f"{ROW},CANARY1,CANARY2,1970-01-01,CANARY3,CANARY4",
            "R2,never,,,,CANARY1,CANARY2,1970-01-01,CANARY3,CANARY4",
        ],
    )

    kept = [
        *(str(vars(one)) for one in Referral.objects.all()),
        *(str(vars(one)) for one in RejectedRow.objects.all()),
        *(str(vars(one)) for one in ImportRun.objects.all()),
    ]
    assert not any("CANARY" in text for text in kept)
    assert run.ignored_columns == []
    assert run.warnings[0] == (
        "Patient columns were dropped: patient_mrn, patient_name, "
        "patient_birth_date, patient_phone, reason."
    )


def test_npis_not_in_the_directory_make_bare_physicians_and_are_counted(
    bring_in, known
):
    run = bring_in(
        "referrals",
        [
            "referral_id,received_on,referring_npi,referred_to_npi",
            f"1,2024-03-01,{OTHER},{npi_of(3)}",
            f"2,2024-03-01,{OTHER},{NPI}",
        ],
    )

    assert Physician.objects.count() == 3
    assert run.warnings == [
        "2 physicians were not in the directory and were added with their NPI only."
    ]


def test_a_later_file_moves_a_referral_on(bring_in, counts, known):
    bring_in("referrals", [HEADER, f"R1,2024-03-01,{NPI},,received"])

    run = bring_in(
        "referrals",
        [f"{HEADER},scheduled_at", f"R1,2024-03-01,{NPI},,scheduled,2024-03-05"],
    )

    referral = Referral.objects.get()
    assert counts(run) == (1, 0, 1, 0, 0)
    assert (referral.status, referral.version) == ("scheduled", 2)
    assert log() == [("received", "2024-03-01"), ("scheduled", "2024-03-05")]


def test_a_blank_cell_leaves_what_is_there(bring_in, counts, known):
    bring_in("referrals", [HEADER, ROW])

    run = bring_in("referrals", [HEADER, f"R1,2024-03-01,{NPI},,"])

    assert counts(run) == (1, 0, 0, 1, 0)
    assert Referral.objects.get().status == "seen"


def test_the_same_number_of_another_source_is_another_referral(bring_in, counts, known):
    ReferralFactory(source="epic", external_id="R1")

    run = bring_in("referrals", [HEADER, ROW], source="cerner")

    assert counts(run) == (1, 1, 0, 0, 0)


def test_of_a_number_that_is_repeated_the_last_row_counts(bring_in, counts, known):
    rows = [HEADER, f"R1,2024-03-01,{NPI},,received", f"R1,2024-03-01,{NPI},,seen"]

    first = bring_in("referrals", rows)
    again = bring_in("referrals", rows, is_forced=True)

    assert (counts(first), counts(again)) == ((2, 1, 0, 1, 0), (2, 0, 0, 2, 0))
    assert Referral.objects.get().status == "seen"
    assert "repeated" in first.warnings[0]


def test_a_practice_refers_without_a_person(bring_in, counts):
    practice = PracticeFactory(name="Urgent Care West")

    run = bring_in(
        "referrals",
        [
            "referral_id,received_on,referring_practice",
            "R1,2024-03-01,urgent care west",
        ],
    )

    assert counts(run) == (1, 1, 0, 0, 0)
    assert Referral.objects.get().referring_practice == practice


@pytest.mark.parametrize("practices", [0, 2])
def test_a_practice_that_is_not_one_is_rejected(bring_in, counts, practices):
    for _ in range(practices):
        PracticeFactory(name="Clinic")

    run = bring_in(
        "referrals",
        ["referral_id,received_on,referring_practice", "R1,2024-03-01,Clinic"],
    )

    assert counts(run) == (1, 0, 0, 0, 1)


def test_an_organization_refers_through_its_one_practice(bring_in):
    practice = PracticeFactory(organization=OrganizationFactory(npi=OTHER))

    bring_in("referrals", [HEADER, f"R1,2024-03-01,{OTHER},,"])

    referral = Referral.objects.get()
    assert referral.referring_practice == practice
    assert referral.referring_physician is None


def test_a_service_line_not_known_is_made_and_named(bring_in, known):
    run = bring_in("referrals", [HEADER, f"R1,2024-03-01,{NPI},Podiatry,"])

    assert Referral.objects.get().service_line.name == "Podiatry"
    assert "Podiatry" in run.warnings[0]


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("received_on,referring_npi", "referral_id"),
        ("referral_id,received_on", "referring_npi or referring_practice"),
    ],
)
def test_a_missing_column_refuses_the_file_and_is_named(bring_in, header, missing):
    run = bring_in("referrals", [header, "x,y"])

    assert run.status == ImportRun.Status.REFUSED
    assert missing in run.error


@pytest.mark.parametrize(
    "row",
    [
        f",2024-03-01,{NPI},,seen",
        f"R1,,{NPI},,seen",
        "R1,2024-03-01,,,seen",
        "R1,2024-03-01,1234567890,,seen",
        f"R1,2024-03-01,{NPI},,finished",
        f"R1,9999-12-31,{NPI},,seen",
        f"{'x' * 81},2024-03-01,{NPI},,seen",
        f"R1,2024-03-01,{NPI},{'x' * 81},seen",
    ],
)
def test_a_bad_row_is_rejected(bring_in, counts, row):
    assert counts(bring_in("referrals", [HEADER, row])) == (1, 0, 0, 0, 1)


def test_a_day_alone_begins_at_local_midnight(bring_in, known, settings):
    settings.TIME_ZONE = "America/Chicago"

    bring_in("referrals", [f"{HEADER},seen_at", f"{ROW},2024-07-01"])

    assert Referral.objects.get().seen_at == dt.datetime(2024, 7, 1, 5, tzinfo=dt.UTC)


def test_a_chunk_needs_few_queries(bring_in, known, django_assert_max_num_queries):
    rows = [f"R{n},2024-03-01,{npi_of(n)},Cardiology,seen" for n in range(200)]

    with django_assert_max_num_queries(66):
        bring_in("referrals", [HEADER, *rows])


def test_the_clock_of_an_end_is_logged_as_that_end(bring_in, known):
    row = f"R1,2024-03-01,{NPI},Cardiology,lost,2024-03-05"

    bring_in("referrals", [f"{HEADER},closed_at", row])

    assert log() == [("received", "2024-03-01"), ("lost", "2024-03-05")]


def test_clocks_without_a_status_say_how_far_a_referral_has_come(bring_in, known):
    row = f"R1,2024-03-01,{NPI},Cardiology,,2024-03-02,2024-03-05"

    bring_in("referrals", [f"{HEADER},acknowledged_at,seen_at", row])

    assert Referral.objects.get().status == Referral.Status.SEEN
    assert log()[-1] == ("seen", "2024-03-05")
