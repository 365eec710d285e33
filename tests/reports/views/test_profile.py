import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from reports.services import runs
from tests.factories.referrals import AffiliationFactory, npi_of
from tests.factories.reports import ReportRunFactory

YEAR = timezone.localdate().year
GROUP = npi_of(3)


def url(subject, name):
    return reverse(f"reports:{name}-profile", args=[subject.pk])


def lines(number, *, sent_by="", done_by="", **values):
    """As many claim lines, each of another patient."""
    start = values.pop("start", 0)
    return [
        {
            "claim_id": f"{values.get('procedure_code')}{sent_by}{done_by}{start}{n}",
            "claim_line": "1",
            "patient_id": f"P{start + n}",
            "service_date_from": f"{YEAR}-01-05",
            "referring_npi": sent_by,
            "rendering_npi": done_by,
            "billing_npi": GROUP,
            "allowed_amount": "123.45",
            "payer_name": "Aetna",
            "procedure_code": "99213",
            **values,
        }
        for n in range(number)
    ]


@pytest.fixture
def text_of(signed_in):
    """`text_of(liaison, url)`: the page as that person gets it."""

    def read(user, address):
        response = signed_in(user).get(address)
        assert response.status_code == 200
        return response.text

    return read


@pytest.fixture
def computed(import_claims):
    """`computed(lines)`: the standard run over these lines, as a worker does it."""

    def compute(told):
        import_claims(told)
        run = runs.request_run(
            kind="leakage",
            parameters=runs.KINDS["leakage"].standard_parameters(),
            by=None,
        )
        return runs.execute_run(run_id=run.pk, now=timezone.now)

    return compute


def test_it_says_what_was_done_and_sent_and_who_paid(
    computed, text_of, manager, north_physician
):
    npi = north_physician.npi
    run = computed(
        lines(30, done_by=npi)
        + lines(10, done_by=npi, procedure_code="27447", payer_name="Medicare")
        + lines(12, sent_by=npi, done_by=npi_of(9), procedure_code="93000")
    )
    assert run.status == "done", run.error

    text = text_of(manager, url(north_physician, "physician"))

    assert "<strong>40</strong> claim lines of <strong>30</strong> patients" in text
    assert f"40 in {YEAR}" in text
    assert '<th scope="row">27447</th><td>10</td><td>10</td>' in text
    assert "75 %" in text
    assert "<strong>12</strong> claim lines" in text
    assert "123" not in text


def test_small_cells_are_hidden_from_a_liaison(
    computed, text_of, liaison, north_physician
):
    npi = north_physician.npi
    computed(
        lines(30, done_by=npi)
        + lines(20, done_by=npi, procedure_code="73721")
        + lines(10, done_by=npi, procedure_code="27447")
    )

    text = text_of(liaison, url(north_physician, "physician"))

    assert "27447" not in text
    assert "73721" not in text  # else 10 could be found by subtraction
    assert '<th scope="row">All others</th><td>30</td><td>–</td>' in text


def test_fewer_than_eleven_patients_are_nothing_to_a_liaison(
    computed, text_of, liaison, north_physician
):
    computed(lines(10, done_by=north_physician.npi))

    text = text_of(liaison, url(north_physician, "physician"))

    assert "or of fewer than 11 patients" in text
    assert "99213" not in text


def test_a_practice_is_the_sum_of_who_works_there_today_each_patient_once(
    computed, text_of, manager, north_practice, north_physician
):
    second = AffiliationFactory(practice=north_practice).physician
    gone = AffiliationFactory(
        practice=north_practice, effective_to=dt.date(2020, 1, 1)
    ).physician
    computed(
        lines(20, done_by=north_physician.npi)
        + lines(20, done_by=second.npi, start=10)
        + lines(50, done_by=gone.npi)
    )

    text = text_of(manager, url(north_practice, "practice"))

    assert "<strong>40</strong> claim lines of <strong>30</strong> patients" in text


def test_older_years_and_denied_lines_do_not_count(
    computed, text_of, manager, north_physician
):
    npi = north_physician.npi
    computed(
        lines(20, done_by=npi)
        + lines(5, done_by=npi, service_date_from=f"{YEAR - 3}-01-05", start=50)
        + lines(5, done_by=npi, claim_status="denied", start=60)
    )

    text = text_of(manager, url(north_physician, "physician"))

    assert "<strong>20</strong> claim lines" in text


def test_without_a_run_it_says_so(text_of, liaison, lake, north_physician):
    told = "the next run of leakage brings it"

    assert told in text_of(liaison, url(north_physician, "physician"))
    ReportRunFactory(status="done", folder="runs/of-before")
    assert told in text_of(liaison, url(north_physician, "physician"))


@pytest.mark.parametrize("name", ["practice", "physician"])
def test_another_territorys_profile_is_not_there(
    signed_in, south_liaison, north_practice, north_physician, name
):
    subject = north_practice if name == "practice" else north_physician

    assert signed_in(south_liaison).get(url(subject, name)).status_code == 404


def test_it_needs_few_queries(
    signed_in, liaison, lake, north_practice, django_assert_max_num_queries
):
    AffiliationFactory.create_batch(30, practice=north_practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(8):
        client.get(url(north_practice, "practice"))
