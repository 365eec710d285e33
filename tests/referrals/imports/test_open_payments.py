import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.models import (
    ImportRun,
    Payment,
    PaymentRecipient,
    PaymentSuggestion,
)
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    npi_of,
)
from tests.referrals.imports.undone import snapshot, take_back

NPI = npi_of(1)
PAYER = "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name"
NEW = (
    "Covered_Recipient_Type,Covered_Recipient_Profile_ID,Covered_Recipient_NPI,"
    "Covered_Recipient_First_Name,Covered_Recipient_Last_Name,Recipient_State,"
    f"Covered_Recipient_Specialty_1,{PAYER},Total_Amount_of_Payment_USDollars,"
    "Date_of_Payment,Nature_of_Payment_or_Transfer_of_Value,Record_ID,Program_Year"
)
OLD = (
    "covered_recipient_type,physician_profile_id,physician_first_name,"
    "physician_last_name,recipient_city,recipient_state,physician_specialty,"
    f"{PAYER.lower()},total_amount_of_payment_usdollars,date_of_payment,"
    "nature_of_payment_or_transfer_of_value,record_id,program_year"
)
MODELS = (Payment, PaymentRecipient, PaymentSuggestion)
EVERYONE = {"everyone": "yes"}


def new_row(record="900", npi=NPI, amount="12.49", **told):
    told = {"first": "ADA", "last": "LOVELACE", "date": "03/01/2024"} | told
    return (
        f"Covered Recipient Physician,55,{npi},{told['first']},{told['last']},TN,"
        f"Cardiology,Acme,{amount},{told['date']},Food and Beverage,{record},2024"
    )


def old_row(record="100", state="TN", profile="55", kind="Physician", amount="20.0"):
    return (
        f"Covered Recipient {kind},{profile},ADA,LOVELACE,NASHVILLE,{state},Cardiology,"
        f"Acme,{amount},2013-08-01 00:00:00,Consulting Fee,{record},2013"
    )


@pytest.fixture
def ada(db):
    physician = PhysicianFactory(npi=NPI, last_name="Lovelace", first_name="Ada")
    AffiliationFactory(physician=physician, practice__state="TN")
    return physician


def test_a_payment_with_an_npi_is_the_physicians(bring_in, counts, ada):
    run = bring_in("open-payments", [NEW, new_row()])

    payment = Payment.objects.get()
    assert counts(run) == (1, 1, 0, 0, 0)
    assert payment.recipient.physician == ada
    assert (payment.amount_cents, payment.paid_on) == (1249, dt.date(2024, 3, 1))
    assert (payment.company, payment.year) == ("Acme", 2024)
    assert not PaymentSuggestion.objects.exists()


def test_without_an_npi_a_namesake_in_the_state_is_only_suggested(bring_in, ada):
    run = bring_in("open-payments", [OLD, old_row()])

    suggestion = PaymentSuggestion.objects.get()
    assert suggestion.physician == ada
    assert suggestion.recipient.physician is None
    assert suggestion.status == "pending"
    assert any("confirm" in warning for warning in run.warnings)


def test_a_namesake_in_another_state_is_not_suggested(bring_in, ada):
    bring_in("open-payments", [OLD, old_row(state="CA")])

    assert Payment.objects.exists()
    assert not PaymentSuggestion.objects.exists()


def test_a_later_file_with_npis_settles_the_profile(bring_in, ada):
    bring_in("open-payments", [OLD, old_row()])

    bring_in("open-payments", [NEW, new_row()])

    assert PaymentRecipient.objects.get().physician == ada
    assert Payment.objects.to_physician(ada).count() == 2
    assert not PaymentSuggestion.objects.pending().exists()


def test_payments_to_strangers_are_passed_over_unless_asked_for(bring_in, counts):
    lines = [NEW, new_row(npi=npi_of(9))]

    assert counts(bring_in("open-payments", lines)) == (0, 0, 0, 0, 0)
    assert counts(bring_in("open-payments", lines, options=EVERYONE))[1] == 1


def test_the_same_file_again_changes_nothing(bring_in, counts, ada):
    lines = [OLD, old_row(), old_row("101", profile="")]
    bring_in("open-payments", lines)
    before = snapshot(*MODELS)

    run = bring_in("open-payments", lines, is_forced=True)

    assert counts(run) == (2, 0, 0, 2, 0)
    assert snapshot(*MODELS) == before


def test_a_record_that_changed_is_updated_and_undone(bring_in, counts, ada):
    bring_in("open-payments", [NEW, new_row()])
    before = snapshot(*MODELS)

    run = bring_in("open-payments", [NEW, new_row(amount="15"), new_row("901")])

    assert counts(run) == (2, 1, 1, 0, 0)
    assert Payment.objects.get(record_id="900").amount_cents == 1500
    take_back(run)
    assert snapshot(*MODELS) == before


def test_a_first_import_is_undone_whole(bring_in, ada):
    run = bring_in("open-payments", [OLD, old_row()])

    assert take_back(run).rows_kept == 0
    assert not any(snapshot(*MODELS).values())


def test_payments_to_a_teaching_hospital_are_rejected(bring_in, counts):
    run = bring_in(
        "open-payments", [OLD, old_row(kind="Teaching Hospital")], options=EVERYONE
    )

    assert counts(run) == (1, 0, 0, 0, 1)
    assert "teaching hospital" in run.rejected_rows.get().reason


def test_a_file_that_names_nobody_is_refused(bring_in):
    header = "Record_ID,company,amount,paid_on"

    run = bring_in("open-payments", [header, "1,Acme,1,2024-01-01"])

    assert run.status == ImportRun.Status.REFUSED


@pytest.mark.parametrize(
    "row",
    [
        new_row(npi="1234567890"),
        new_row(amount="-5"),
        new_row(amount="1e5"),
        new_row(amount=""),
        new_row(amount="9" * 40),
        new_row(date="9999-12-31"),
        new_row(date="02/30/2024"),
        new_row(record=""),
        new_row(record="9" * 10_000),
        new_row(last=""),
        new_row(first="x" * 10_000),
        new_row(first="Nu\0l"),
        "ragged,row",
    ],
)
def test_a_bad_row_is_rejected(bring_in, counts, row):
    run = bring_in("open-payments", [NEW, row], options=EVERYONE)

    assert counts(run) == (1, 0, 0, 0, 1)


def test_the_number_of_queries_does_not_grow_with_the_rows(bring_in, ada):
    def queries_of(numbers):
        rows = [old_row(str(number), profile=str(number)) for number in numbers]
        with CaptureQueriesContext(connection) as asked:
            bring_in("open-payments", rows, options=EVERYONE)
        return len(asked)

    few = queries_of(range(10))

    assert queries_of(range(100, 220)) <= few
