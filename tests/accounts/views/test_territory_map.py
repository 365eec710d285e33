"""The map of territories: what it tells whom, and what it takes."""

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import TerritoryZip
from tests.factories.accounts import TerritoryFactory, TerritoryZipFactory

pytestmark = pytest.mark.django_db
URL = reverse("accounts:territory-map")
PAINT = reverse("accounts:territory-paint")
ZIPS = reverse("accounts:territory-map-zips")


def paint(client, targets, **data):
    text = targets if isinstance(targets, str) else json.dumps(targets)
    return client.post(PAINT, {"targets": text, **data})


def holder(code, on=None):
    rows = TerritoryZip.objects.current(on=on or timezone.localdate())
    return rows.get(zip_code=code).territory


def test_what_is_painted_is_saved_at_once(client, administrator, north, south):
    client.force_login(administrator)

    answer = paint(client, {"37203": south.pk, "37204": north.pk, "37401": None})

    assert answer.url == URL
    assert (holder("37203"), holder("37204")) == (south, north)
    assert not south.zips.filter(zip_code="37401", ends_on=None).exists()


def test_a_day_to_come_changes_nothing_before_it(client, administrator, north, south):
    client.force_login(administrator)
    day = timezone.localdate() + dt.timedelta(days=30)

    paint(client, {"37203": south.pk}, on=day.isoformat())

    assert (holder("37203"), holder("37203", day)) == (north, south)


@pytest.mark.parametrize(
    "targets",
    [
        "",
        "{}",
        "[]",
        "7",
        "{",
        '{"37203": "1"}',
        '{"37203": true}',
        '{"3720": null}',
        '{"37203": 99999999999999999999}',
        '{"٣٧٢٠٣": null}',
        '{"37203": [1]}',
        "\0",
        "[" * 5_000,
    ],
)
def test_nonsense_is_no_cut_and_moves_nothing(client, administrator, north, targets):
    client.force_login(administrator)

    answer = paint(client, targets)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert holder("37203") == north


def test_a_refused_cut_comes_back_with_what_was_painted(client, administrator, south):
    client.force_login(administrator)

    answer = paint(client, {"37203": south.pk}, on="soon")

    assert answer.context["form"].errors["on"]
    assert f"{{&quot;37203&quot;: {south.pk}}}" in answer.text


def test_a_manager_paints_with_territories_below_theirs_alone(
    client, manager, north, south, sibling_manager
):
    client.force_login(manager)
    beside = sibling_manager.assignments.get().territory.children.get()

    assert paint(client, {"37203": south.pk}).status_code == 302
    assert paint(client, {"37204": beside.pk}).context["form"].errors
    assert not TerritoryZip.objects.filter(zip_code="37204").exists()


def test_a_zip_code_of_another_region_is_not_moved_and_its_holder_not_named(
    client, manager, north, sibling_manager
):
    client.force_login(manager)

    answer = paint(client, {"38101": north.pk})

    assert "Not yours to move: 38101" in answer.text
    assert "East" not in answer.text
    assert holder("38101").name == "East"


def test_the_map_tells_whose_a_zip_code_is_as_far_as_it_is_in_sight(
    client, manager, north, sibling_manager
):
    client.force_login(manager)
    TerritoryZipFactory(
        territory=sibling_manager.assignments.get().territory, zip_code="38103"
    )

    zips = client.get(ZIPS, {"state": "TN"}).json()

    assert zips["37203"] == [north.pk, "47037"]
    assert zips["38103"] == [-1, "47157"]
    assert zips["37204"] == [0, "47037"]


@pytest.mark.parametrize("state", ["", "XX", "tn", "../TN", "\0"])
def test_no_state_has_no_zip_codes(client, administrator, state):
    client.force_login(administrator)

    assert client.get(ZIPS, {"state": state}).json() == {}


def test_holes_of_the_states_in_use_are_listed(client, administrator, north):
    client.force_login(administrator)

    (hole,) = client.get(URL).context["holes"]

    assert hole.state == "Tennessee"
    assert "37204" in hole.codes
    assert "37203" not in hole.codes


def test_two_territories_on_one_day_are_found(client, administrator, north, south):
    client.force_login(administrator)
    day = timezone.localdate()
    TerritoryZipFactory(
        territory=south,
        zip_code="37203",
        starts_on=day - dt.timedelta(days=9),
        ends_on=day,
    )

    answer = client.get(URL)

    assert [row.zip_code for row in answer.context["overlaps"]] == ["37203"]
    assert "37203 belongs to South" in answer.text


def test_days_that_follow_each_other_are_no_overlap(client, administrator, north):
    client.force_login(administrator)
    day = timezone.localdate()
    TerritoryZip.objects.update(starts_on=day)
    TerritoryZipFactory(
        territory=TerritoryFactory(),
        zip_code="37203",
        starts_on=day - dt.timedelta(days=9),
        ends_on=day,
    )

    assert client.get(URL).context["overlaps"] == []


def test_a_zip_code_without_a_place_stands_beside_the_map(client, administrator, north):
    client.force_login(administrator)
    TerritoryZipFactory(territory=north, zip_code="00001")

    assert client.get(URL).context["without_shape"] == {"North": "00001"}


def test_any_state_can_be_drawn_besides(client, administrator):
    client.force_login(administrator)

    states = client.get(URL, {"state": "TX"}).context["states"]

    assert [state.code for state in states] == ["TX"]


def test_many_territories_cost_no_more_queries(
    client, administrator, region, django_assert_max_num_queries
):
    for number in range(12):
        territory = TerritoryFactory(parent=region)
        TerritoryZipFactory(territory=territory, zip_code=f"{37210 + number}")
    client.force_login(administrator)

    with django_assert_max_num_queries(12):
        client.get(URL)
