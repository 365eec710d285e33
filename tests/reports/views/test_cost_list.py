import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from reports.models import ProgrammeCost
from tests.factories.reports import ProgrammeCostFactory

URL = reverse("reports:cost-list")
MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)


@pytest.fixture
def costs(liaison, south_liaison):
    return [
        ProgrammeCostFactory(month=MARCH, amount_cents=1_000_000, note="Whole team"),
        ProgrammeCostFactory(month=MARCH, amount_cents=5_050, liaison=liaison),
        ProgrammeCostFactory(month=APRIL, amount_cents=700, liaison=south_liaison),
    ]


def test_costs_are_listed_with_the_total_of_each_month(signed_in, manager, costs):
    response = signed_in(manager).get(URL)

    assert response.context["months"] == [(APRIL, 700), (MARCH, 1_005_050)]
    assert response.context["total"] == 1_005_750
    assert "$10,000.00" in response.content.decode()


def test_filters_narrow_rows_and_totals_alike(signed_in, manager, costs, liaison):
    client = signed_in(manager)

    by_month = client.get(URL, {"first_month": "2026-04"})
    by_person = client.get(URL, {"liaison": liaison.pk})

    assert by_month.context["total"] == 700
    assert by_person.context["total"] == 5_050


def test_costs_of_other_territories_liaisons_are_out_of_sight(
    signed_in, manager, costs, north
):
    manager.assignments.update(territory=north)

    response = signed_in(manager).get(URL)

    assert response.context["total"] == 1_005_050
    assert "Sid Southern" not in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"first_month": "x"},
        {"first_month": "2026-05", "last_month": "2026-01"},
        {"liaison": "9" * 40},
        {"liaison": "\x00"},
        {"category": "gold"},
        {"page": "-1"},
    ],
)
def test_nonsense_in_the_query_is_no_error(signed_in, manager, costs, query):
    assert signed_in(manager).get(URL, query).status_code == 200


def test_an_empty_list_says_what_to_do(signed_in, manager):
    assert (
        reverse("reports:cost-create") in signed_in(manager).get(URL).content.decode()
    )


def test_the_export_follows_the_filter_and_is_audited(signed_in, manager, costs):
    response = signed_in(manager).get(
        reverse("reports:cost-export"), {"last_month": "2026-03"}
    )

    text = b"".join(response.streaming_content).decode()
    assert "10000.00" in text
    assert "7.00" not in text
    assert AuditEvent.objects.filter(action=AuditEvent.Action.EXPORTED).exists()


def test_the_list_takes_few_queries(
    signed_in, manager, costs, django_assert_max_num_queries
):
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.get(URL)


def test_a_cost_is_entered_in_dollars_and_audited(signed_in, manager, liaison):
    response = signed_in(manager).post(
        reverse("reports:cost-create"),
        {
            "month": "2026-03",
            "category": "salaries",
            "amount_cents": "$12,345.67",
            "liaison": liaison.pk,
        },
    )

    cost = ProgrammeCost.objects.get()
    event = AuditEvent.objects.get(action=AuditEvent.Action.SETTING_CHANGED)
    assert response.url == URL
    assert (cost.month, cost.amount_cents, cost.liaison) == (MARCH, 1_234_567, liaison)
    assert event.actor == manager
    assert event.detail["cents"] == 1_234_567


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_cents", "NaN"),
        ("amount_cents", "1e5"),
        ("amount_cents", "-5"),
        ("amount_cents", "٥٠"),
        ("amount_cents", ""),
        ("amount_cents", "9" * 10_000),
        ("month", "2026-13"),
        ("month", "٢٠٢٦-٠٣"),
        ("month", "9999-12"),
        ("month", ""),
        ("category", "gold"),
        ("liaison", "9" * 40),
        ("note", "x" * 10_000),
        ("note", "a\x00b"),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(signed_in, manager, field, value):
    values = {"month": "2026-03", "category": "salaries", "amount_cents": "100"}

    response = signed_in(manager).post(
        reverse("reports:cost-create"), values | {field: value}
    )

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not ProgrammeCost.objects.exists()


def test_people_of_other_territories_cannot_be_charged(
    signed_in, manager, north, south_liaison
):
    manager.assignments.update(territory=north)

    response = signed_in(manager).post(
        reverse("reports:cost-create"),
        {
            "month": "2026-03",
            "category": "salaries",
            "amount_cents": "1",
            "liaison": south_liaison.pk,
        },
    )

    assert "liaison" in response.context["form"].errors
    assert not ProgrammeCost.objects.exists()


def test_a_cost_is_changed_and_both_amounts_are_audited(signed_in, manager, costs):
    url = reverse("reports:cost-edit", args=[costs[0].pk])
    client = signed_in(manager)
    assert 'value="2026-03"' in client.get(url).content.decode()

    client.post(url, {"month": "2026-04", "category": "data", "amount_cents": "0"})

    costs[0].refresh_from_db()
    event = AuditEvent.objects.get(action=AuditEvent.Action.SETTING_CHANGED)
    assert (costs[0].month, costs[0].amount_cents) == (APRIL, 0)
    assert event.detail["before_cents"] == 1_000_000


def test_a_deleted_cost_stays_in_the_audit(signed_in, manager, costs):
    signed_in(manager).post(reverse("reports:cost-delete", args=[costs[0].pk]))

    event = AuditEvent.objects.get(action=AuditEvent.Action.SETTING_CHANGED)
    assert not ProgrammeCost.objects.filter(pk=costs[0].pk).exists()
    assert event.detail["before_cents"] == 1_000_000


@pytest.mark.parametrize("name", ["reports:cost-edit", "reports:cost-delete"])
def test_costs_out_of_sight_cannot_be_reached(signed_in, manager, costs, north, name):
    manager.assignments.update(territory=north)

    response = signed_in(manager).post(reverse(name, args=[costs[2].pk]))

    assert response.status_code == 404
    assert ProgrammeCost.objects.filter(pk=costs[2].pk).exists()
