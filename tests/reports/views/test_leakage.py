import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import TerritoryZip
from referrals.models import Practice, RosterEntry
from reports.models import ReportRun
from tests.factories.accounts import TerritoryZipFactory
from tests.factories.outreach import VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PracticeFactory,
    RosterEntryFactory,
    ServiceLineFactory,
)
from tests.factories.reports import ReportRunFactory
from tests.reports.events import event, many

pytestmark = pytest.mark.django_db
URL = "/leakage/"


@pytest.fixture
def both_territories(run_of, north_physician, south_physician):
    """20 events of the north (12 in, 8 out) and 30 of the south, all out."""
    north, south = north_physician.npi, south_physician.npi
    return run_of(
        [
            *many(12, "in", referring_npi=north, patient="a"),
            *many(8, "out", referring_npi=north, patient="b"),
            *many(30, "out", referring_npi=south, patient="c"),
        ]
    )


@pytest.fixture
def colleague(north_practice):
    """A second referring physician of the north."""
    return AffiliationFactory(practice=north_practice).physician


def moved_to(zip_code, practice):
    """The practice and its territory's only ZIP code."""
    TerritoryZip.objects.filter(zip_code=practice.zip_code).update(zip_code=zip_code)
    Practice.objects.filter(pk=practice.pk).update(zip_code=zip_code)


def table(response):
    """label -> events of the table on the page."""
    return {row.label: row.cell.events for row in response.context["rows"]}


def test_it_shows_the_rate_the_unknown_share_and_when_it_was_computed(
    signed_in, manager, run_of, north_physician
):
    npi = north_physician.npi
    run = run_of(
        [event(s, referring_npi=npi) for s in ("in", "in", "in", "out", "unknown")]
    )

    response = signed_in(manager).get(URL)

    assert "25.0 %" in response.text
    assert "20.0 %" in response.text
    assert f"{run.finished_at.astimezone():%Y}" in response.text
    assert "The roster is not declared complete" in response.text


def test_it_says_since_when_the_roster_is_complete(signed_in, executive, run_of):
    parameters = {"roster_complete_since": "2023-01-01", "basis": "allowed"}
    run_of(many(12), parameters=parameters)

    response = signed_in(executive).get(URL)

    assert "declared complete since 2023-01-01" in response.text


def test_it_prints_the_definition(signed_in, manager, both_territories):
    response = signed_in(manager).get(URL)

    assert "leakage = out / (in + out)" in response.text


def test_a_person_counts_only_referrers_in_sight(signed_in, liaison, both_territories):
    response = signed_in(liaison).get(URL)

    assert response.context["view"].explored.overall.events == 20


def test_another_territorys_referrer_is_named_nowhere(
    signed_in, liaison, both_territories, south_physician
):
    response = signed_in(liaison).get(URL, {"cut": "referrer"})

    assert south_physician.last_name not in response.text
    assert south_physician.npi not in response.text


@pytest.mark.parametrize("cut", ["referrer", "territory", "payer"])
def test_filters_do_not_reach_another_territory(
    signed_in, liaison, both_territories, south_physician, cut
):
    value = {"referrer": south_physician.npi, "territory": "South", "payer": "x"}[cut]

    response = signed_in(liaison).get(URL, {cut: value, "cut": cut})

    assert "Southey" not in response.text
    assert response.context["view"].explored.overall.events in (0, 20)


def test_a_foreign_referrer_and_a_made_up_one_answer_alike(
    signed_in, liaison, both_territories, south_physician
):
    client = signed_in(liaison)

    foreign = client.get(URL, {"referrer": south_physician.npi})
    made_up = client.get(URL, {"referrer": "1999999999"})

    assert foreign.context["view"].explored == made_up.context["view"].explored


def test_a_foreign_referrer_is_not_found_by_name(
    signed_in, liaison, both_territories, south_physician
):
    response = signed_in(liaison).get(URL, {"referrer": "Southey"})

    assert "Nobody fits this name" in response.text


def test_a_referrer_is_found_by_name(
    signed_in, manager, both_territories, south_physician
):
    response = signed_in(manager).get(URL, {"referrer": "south"})

    assert response.context["view"].explored.overall.events == 30


def test_the_manager_of_the_region_sees_both_territories(
    signed_in, manager, both_territories
):
    response = signed_in(manager).get(URL, {"cut": "territory"})

    assert table(response) == {"South": 30, "North": 20}


def test_counties_are_named_and_each_opens_its_events(
    signed_in, manager, both_territories, south_practice
):
    moved_to("37402", south_practice)
    client = signed_in(manager)

    response = client.get(URL, {"cut": "county"})
    narrowed = client.get(URL, {"county": "47065"})

    assert table(response) == {"Hamilton, TN": 30, "Davidson, TN": 20}
    assert "county of the practice where the referring physician" in response.text
    assert "county=47065" in response.context["rows"][0].events_url
    assert narrowed.context["view"].explored.overall.events == 30


def test_an_unknown_county_is_shown_as_such(signed_in, manager, both_territories):
    client = signed_in(manager)

    response = client.get(URL, {"cut": "county"})
    narrowed = client.get(URL, {"county": "none"})

    assert table(response) == {"County unknown": 30, "Davidson, TN": 20}
    assert narrowed.context["view"].explored.overall.events == 30


def test_a_county_of_few_patients_is_merged_for_a_liaison(
    signed_in, liaison, run_of, north_physician, north
):
    TerritoryZipFactory(territory=north, zip_code="37064")
    other = AffiliationFactory(practice=PracticeFactory(zip_code="37064")).physician
    run_of(
        [
            *many(20, referring_npi=north_physician.npi, patient="a"),
            *many(3, referring_npi=other.npi, patient="b"),
        ]
    )

    response = signed_in(liaison).get(URL, {"cut": "county"})

    assert table(response) == {"All others": 23}
    assert "Williamson" not in str(response.context["rows"])


def test_the_counties_offered_are_those_in_sight(
    signed_in, liaison, both_territories, south_practice
):
    moved_to("37402", south_practice)

    response = signed_in(liaison).get(URL)

    assert "Davidson" in response.text
    assert "Hamilton" not in response.text


def test_filters_narrow_every_number(signed_in, manager, run_of, north_physician):
    ServiceLineFactory(name="Urology")
    npi = north_physician.npi
    run_of(
        [
            *many(3, referring_npi=npi),
            *many(2, referring_npi=npi, service_line="Urology"),
            event(
                referring_npi=npi,
                service_line="Urology",
                event_on=dt.date(2025, 1, 1),
            ),
        ]
    )

    response = signed_in(manager).get(
        URL, {"service_line": "Urology", "from": "2026-01", "cut": "month"}
    )

    assert table(response) == {"2026-03": 2}


def test_a_filter_outside_the_runs_own_period_finds_nothing(
    signed_in, manager, run_of, north_physician
):
    RosterEntryFactory(npi=north_physician.npi)
    run = run_of(
        [event(referring_npi=north_physician.npi)],
        parameters={"from": "2025-01", "to": "2025-12", "basis": "allowed"},
    )

    response = signed_in(manager).get(URL, {"run": run.uid, "from": "2026-01"})

    assert "No referral events" in response.text


def test_organizations_are_named(signed_in, manager, run_of, north_physician):
    OrganizationFactory(npi="2222222222", name="Rival Health")
    run_of([event("out", referring_npi=north_physician.npi)])

    response = signed_in(manager).get(URL, {"cut": "destination"})

    assert table(response) == {"Rival Health": 1}


def test_visits_held_stand_beside_the_months(
    signed_in, liaison, run_of, north_physician, north_practice, south_practice
):
    run_of(many(12, referring_npi=north_physician.npi))
    VisitFactory(practice=north_practice, visited_on=dt.date(2026, 3, 5))
    VisitFactory(practice=south_practice, visited_on=dt.date(2026, 3, 5))

    response = signed_in(liaison).get(URL)

    assert [(m["month"], m["visits"]) for m in response.context["trend"]] == [
        ("2026-03", 1)
    ]


def test_numbers_open_their_rows_for_who_may_see_them(
    signed_in, manager, both_territories
):
    response = signed_in(manager).get(URL)

    assert reverse("reports:leakage-events") in response.text


@pytest.mark.parametrize("person", ["liaison", "executive", "administrator"])
def test_numbers_do_not_open_rows_for_others(
    signed_in, both_territories, person, request
):
    response = signed_in(request.getfixturevalue(person)).get(URL)

    assert reverse("reports:leakage-events") not in response.text


def test_small_rows_are_merged_for_who_may_not_see_them(
    signed_in, executive, run_of, north_physician
):
    npi = north_physician.npi
    run_of(
        [
            *many(30, referring_npi=npi),
            *many(15, referring_npi=npi, service_line="Oncology"),
            *many(3, referring_npi=npi, service_line="Urology"),
        ]
    )

    response = signed_in(executive).get(URL)

    assert table(response) == {"Cardiology": 30, "All others": 18}


def test_managers_see_small_rows(signed_in, manager, run_of, north_physician):
    run_of(many(3, referring_npi=north_physician.npi))

    response = signed_in(manager).get(URL)

    assert table(response) == {"Cardiology": 3}


def test_fewer_than_eleven_patients_altogether_show_no_number(
    signed_in, executive, run_of
):
    run_of(many(10))

    response = signed_in(executive).get(URL)

    assert "Too few patients to show" in response.text
    assert response.context["view"].explored is None


def test_liaisons_see_no_dollars_per_physician(signed_in, liaison, both_territories):
    client = signed_in(liaison)

    by_referrer = client.get(URL, {"cut": "referrer"})
    one_referrer = client.get(URL)

    assert by_referrer.context["shows_table_amounts"] is False
    assert one_referrer.context["view"].shows_amounts is False


def test_newer_imports_mark_the_page_stale(signed_in, manager, both_territories):
    response = signed_in(manager).get(URL)

    assert "A new run starts by itself" in response.text


def test_a_run_can_be_asked_for(signed_in, manager, run_of, north_physician):
    npi = north_physician.npi
    older = run_of(many(2, referring_npi=npi), is_standard=False)
    run_of(many(5, referring_npi=npi))

    response = signed_in(manager).get(URL, {"run": older.uid})

    assert response.context["view"].explored.overall.events == 2


def test_a_persons_own_question_does_not_replace_the_page(
    signed_in, manager, run_of, north_physician
):
    npi = north_physician.npi
    run_of(many(5, referring_npi=npi))
    run_of(many(2, referring_npi=npi), is_standard=False)

    response = signed_in(manager).get(URL)

    assert response.context["view"].explored.overall.events == 5


@pytest.mark.parametrize("status", ["queued", "running", "failed", "cancelled"])
def test_an_unfinished_run_shows_no_number(signed_in, manager, status):
    run = ReportRunFactory(status=status)

    assert signed_in(manager).get(URL, {"run": run.uid}).status_code == 404


def test_a_return_run_is_no_leakage_run(signed_in, manager):
    run = ReportRunFactory(kind=ReportRun.Kind.ROI, status="done")

    assert signed_in(manager).get(URL, {"run": run.uid}).status_code == 404


def test_without_claims_the_page_says_so(signed_in, manager):
    assert "No claims yet" in signed_in(manager).get(URL).text


def test_without_a_roster_the_page_asks_for_it(signed_in, manager, run_of):
    run_of([event(referrer_status="none")])

    assert "No roster yet" in signed_in(manager).get(URL).text


def test_with_a_roster_no_events_are_no_data(signed_in, manager, run_of):
    RosterEntryFactory(network_status=RosterEntry.Status.EMPLOYED)
    run_of([event(referrer_status="none")])

    assert "No data is not zero leakage" in signed_in(manager).get(URL).text


def test_the_first_run_shows_its_progress(signed_in, manager, leakage_run):
    response = signed_in(manager).get(URL)

    assert reverse("reports:run-progress", args=[leakage_run.uid]) in response.text


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-13"},
        {"from": "٢٠٢٦-٠١"},
        {"from": "2026-05", "to": "2026-01"},
        {"from": "9999-12"},
        {"to": "1e5"},
        {"service_line": "x\x00"},
        {"referrer": "x" * 10_000},
        {"referrer": "\x00"},
        {"destination": "%"},
        {"payer": "\u202e"},
        {"territory": "South"},
        {"cut": "patient"},
        {"sort": "-patient"},
        {"sort": "--events"},
        {"page": "-1"},
        {"page": "9" * 40},
    ],
)
def test_bad_values_are_answered_with_a_page(
    signed_in, liaison, both_territories, query
):
    assert signed_in(liaison).get(URL, query).status_code == 200


@pytest.mark.parametrize("run", ["x", "\x00", "0" * 40, "1"])
def test_a_run_that_cannot_be_is_not_found(signed_in, manager, both_territories, run):
    assert signed_in(manager).get(URL, {"run": run}).status_code == 404


def test_it_asks_the_database_a_fixed_number_of_questions(
    signed_in, liaison, both_territories, django_assert_max_num_queries
):
    client = signed_in(liaison)

    with django_assert_max_num_queries(21):
        client.get(URL)


def test_a_row_of_one_referrer_hides_the_dollars_of_the_whole_table(
    signed_in, liaison, run_of, north_physician, colleague
):
    mine = many(12, referring_npi=north_physician.npi, patient="a")
    both = many(12, referring_npi=colleague.npi, patient="b")
    alone = many(12, referring_npi=colleague.npi, patient="c", service_line="Urology")
    run_of([*mine, *both, *alone])

    response = signed_in(liaison).get(URL)

    assert response.context["view"].shows_amounts is True
    assert response.context["shows_table_amounts"] is False


def test_rows_of_several_referrers_show_their_dollars(
    signed_in, liaison, run_of, north_physician, colleague
):
    mine = many(12, referring_npi=north_physician.npi, patient="a")
    run_of([*mine, *many(12, referring_npi=colleague.npi, patient="b")])

    response = signed_in(liaison).get(URL)

    assert response.context["shows_table_amounts"] is True
