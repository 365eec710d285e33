import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from referrals.models import ServiceLine
from reports.models import ReportRun
from tests.factories.accounts import TerritoryAssignmentFactory, UserFactory
from tests.factories.reports import ProgrammeCostFactory, ReportRunFactory
from tests.reports.roi_runs import cell, few_cell, finished, lit_cell

URL = reverse("reports:roi")


@pytest.fixture
def run(region, north, south):
    """Visits work in the north; the south is too small to tell."""
    return finished(
        overall=cell(),
        territories={region: cell(), north: cell(), south: few_cell()},
    )


@pytest.fixture
def north_manager(north):
    user = UserFactory(role="manager", email="north.manager@example.org")
    TerritoryAssignmentFactory(user=user, territory=north)
    return user


def page(client, **query):
    return client.get(URL, query).content.decode()


def test_before_the_first_run_the_page_says_what_to_do(signed_in, manager):
    text = page(signed_in(manager))

    assert "Nothing has been computed yet" in text
    assert reverse("reports:roi-run-create") in text


def test_executives_cannot_start_the_first_run(signed_in, executive):
    text = page(signed_in(executive))

    assert "Nothing has been computed yet" in text
    assert reverse("reports:roi-run-create") not in text


def test_the_headline_is_the_ratio_with_its_interval(signed_in, executive, run):
    text = page(signed_in(executive))

    found = run.summary["overall"]
    assert "more referrals in the 90 days after a visit" in text
    assert f"{found['rate_ratio']:.2f} [{found['ci_low']:.2f}" in text
    assert f"{found['incremental_referrals']:,.0f}" in text
    assert "Clear" in text
    assert "naive" in text.lower()
    assert "Poisson regression" in text


def test_an_interval_across_one_is_no_effect(signed_in, executive, region):
    finished(overall=cell(ci_low=0.9, ci_high=1.4))

    assert "No effect of visits can be told from chance" in page(signed_in(executive))


def test_a_negative_result_is_shown_like_a_positive_one(signed_in, executive, db):
    finished(
        overall=cell(
            rate_ratio=0.8, ci_low=0.7, ci_high=0.9, incremental_referrals=-120.0
        )
    )

    text = page(signed_in(executive))

    assert "20 % fewer referrals" in text
    assert "-120" in text


def test_without_margins_the_return_is_shown_in_referrals(signed_in, manager, region):
    without = cell(roi=None, roi_low=None, roi_high=None, incremental_margin=None)
    without["money"] |= {
        "margin_cents": None,
        "margin_low_cents": None,
        "margin_high_cents": None,
    }
    finished(overall=without, territories={region: without})

    text = page(signed_in(manager))

    assert "Shown in referrals: no margin entered yet." in text
    assert reverse("reports:margin-edit") in text
    assert "Needs both a margin and a cost" in text


def test_months_without_a_cost_are_named(signed_in, manager, region):
    missing = cell(roi=None, roi_low=None, roi_high=None, programme_cost=None)
    missing["money"] |= {"cost_cents": None, "months_without_cost": ["2025-02"]}
    finished(overall=missing, territories={region: missing})

    assert "No cost entered for Feb 2025." in page(signed_in(manager))


def test_a_lit_lead_check_shows_no_headline(signed_in, executive, db):
    finished(overall=lit_cell())

    text = page(signed_in(executive))

    assert "cannot be estimated" in text
    assert "already under way" in text
    assert "Lit: no headline" in text
    assert "more referrals in the 90 days" not in text


def test_too_few_physicians_say_what_is_missing(signed_in, executive, db):
    finished(overall=few_cell())

    assert "at least 20 visited physicians" in page(signed_in(executive))


def test_a_manager_sees_the_own_nodes_and_never_the_whole(
    signed_in, north_manager, run
):
    text = page(signed_in(north_manager))

    assert "North" in text
    assert "All territories" not in text
    assert "South" not in text
    assert "Middle Tennessee" not in text


def test_a_manager_of_the_region_starts_at_the_top(signed_in, manager, run):
    response = signed_in(manager).get(URL)

    names = [answer.name for answer in response.context["answers"]]
    assert names == ["Middle Tennessee", "North", "South"]
    assert response.context["answer"].name == "Middle Tennessee"


def test_who_sees_all_starts_with_the_whole(signed_in, executive, run):
    response = signed_in(executive).get(URL)

    names = [answer.name for answer in response.context["answers"]]
    assert names == ["All territories", "Middle Tennessee", "North", "South"]


def test_a_territory_can_be_chosen(signed_in, executive, run, south):
    response = signed_in(executive).get(URL, {"territory": south.pk})

    assert response.context["answer"].name == "South"


def test_it_says_that_practices_stay_in_one_territory_for_all_months(
    signed_in, executive, run
):
    text = signed_in(executive).get(URL).text

    assert "Territories as they were on the day of this run, for all months" in text
    assert "the same practices over time" in text
    assert "Territories: those of the day of the run, for all weeks." in text


@pytest.mark.parametrize("key", ["999999", "x", "\x00", "9" * 30, "-1"])
def test_another_territory_and_nonsense_answer_alike(
    signed_in, north_manager, run, south, key
):
    client = signed_in(north_manager)

    assert client.get(URL, {"territory": south.pk}).status_code == 404
    assert client.get(URL, {"territory": key}).status_code == 404


def test_a_manager_without_a_territory_is_told_so(signed_in, run):
    user = UserFactory(role="manager")

    assert "No territory is in your sight" in page(signed_in(user))


@pytest.mark.parametrize("uid", ["x", "\x00", "00000000-0000-4000-8000-000000000000"])
def test_a_run_that_is_none_is_not_found(signed_in, executive, run, uid):
    assert signed_in(executive).get(URL, {"run": uid}).status_code == 404


def test_a_run_of_other_parameters_is_shown_when_asked_for(signed_in, executive, db):
    finished(overall=cell())
    other = finished(overall=few_cell())
    ReportRun.objects.filter(pk=other.pk).update(is_standard=False)
    client = signed_in(executive)

    assert "at least 20 visited physicians" not in page(client)
    assert "at least 20 visited physicians" in page(client, run=str(other.uid))


def test_a_new_cost_marks_the_page_as_stale(signed_in, executive, run):
    client = signed_in(executive)
    assert "have changed since" not in page(client)

    ProgrammeCostFactory()

    assert "have changed since" in page(client)


def test_a_run_at_work_is_followed(signed_in, manager, run):
    ReportRunFactory(kind=ReportRun.Kind.ROI, status=ReportRun.Status.QUEUED)

    assert "run-progress" in page(signed_in(manager))


def test_the_chart_has_its_table_and_links_to_its_rows(signed_in, executive, run):
    text = page(signed_in(executive))

    assert "<svg" in text
    assert "Show as table" in text
    assert "received_from=2024-03-01&amp;received_to=2024-03-31" in text


def test_the_page_takes_few_queries(
    signed_in, manager, run, django_assert_max_num_queries
):
    client = signed_in(manager)

    with django_assert_max_num_queries(16):
        client.get(URL)


def test_the_export_holds_what_the_viewer_may_see(signed_in, north_manager, run):
    response = signed_in(north_manager).get(reverse("reports:roi-export"))

    text = b"".join(response.streaming_content).decode()
    assert "North" in text
    assert "South" not in text
    assert "All territories" not in text
    assert AuditEvent.objects.filter(action=AuditEvent.Action.EXPORTED).count() == 1


def test_a_manager_starts_a_run_over_everything(signed_in, manager):
    response = signed_in(manager).post(reverse("reports:roi-run-create"))

    run = ReportRun.objects.get(kind=ReportRun.Kind.ROI)
    assert response.url == reverse("reports:run-detail", args=[run.uid])
    assert run.parameters == {"from": None, "to": None}
    assert run.is_standard
    assert run.requested_by == manager


def test_a_run_of_chosen_months_is_ones_own_question(signed_in, manager):
    signed_in(manager).post(
        reverse("reports:roi-run-create"),
        {"first_month": "2025-01", "last_month": "2025-06"},
    )

    run = ReportRun.objects.get(kind=ReportRun.Kind.ROI)
    assert run.parameters == {"from": "2025-01", "to": "2025-06"}
    assert not run.is_standard


@pytest.mark.parametrize(
    ("first", "last"),
    [("2025-06", "2025-01"), ("x", ""), ("2025-13", ""), ("٢٠٢٥-٠١", ""), ("\x00", "")],
)
def test_months_that_are_none_start_nothing(signed_in, manager, first, last):
    response = signed_in(manager).post(
        reverse("reports:roi-run-create"), {"first_month": first, "last_month": last}
    )

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not ReportRun.objects.exists()


def test_service_lines_are_not_needed_to_read_the_page(signed_in, executive, run):
    assert not ServiceLine.objects.exists()

    assert signed_in(executive).get(URL).status_code == 200


def test_the_same_form_sent_twice_is_one_run(signed_in, manager):
    client, key = signed_in(manager), "8a3b0c6e-3c0f-4c2b-9a52-0d3c9f1f6a10"
    before = ReportRun.objects.count()

    for _ in range(2):
        client.post(reverse("reports:roi-run-create"), {"key": key})

    assert ReportRun.objects.count() == before + 1
