import datetime as dt

import pytest
from django.utils import timezone

from referrals.models import Practice
from tests.factories.accounts import (
    TerritoryAssignmentFactory,
    TerritoryFactory,
    TerritoryZipFactory,
    UserFactory,
)

URL, WITHDRAW = "/territories/zips/", "/territories/zips/withdraw/"
TODAY = timezone.localdate()
LATER = TODAY + dt.timedelta(days=10)


@pytest.fixture
def half_manager(north, south):
    """A manager who sits above the north alone; the south is another region's."""
    half = TerritoryFactory(name="Half")
    north.parent = half
    north.save()
    user = UserFactory(role="manager")
    TerritoryAssignmentFactory(user=user, territory=half)
    return user


@pytest.fixture
def page_of(signed_in):
    return lambda user, url: signed_in(user).get(url).content.decode()


def codes_of(territory, on=TODAY):
    held = territory.zips.current(on=on)
    return sorted(held.values_list("zip_code", flat=True))


def test_codes_move_and_those_who_see_them_follow(
    signed_in, manager, south, liaison, south_liaison, north_practice
):
    signed_in(manager).post(URL, {"zip_codes": "37203", "territory": south.pk})

    assert north_practice not in Practice.objects.visible_to(liaison)
    assert north_practice in Practice.objects.visible_to(south_liaison)


def test_on_a_day_to_come_they_stay_until_then(
    signed_in, manager, south, north, liaison, north_practice
):
    data = {"zip_codes": "37203", "territory": south.pk, "on": LATER.isoformat()}

    signed_in(manager).post(URL, data)

    assert north_practice in Practice.objects.visible_to(liaison)
    assert codes_of(south, LATER) == ["37203", "37401"]


def test_a_day_that_is_over_asks_whether_it_is_meant(signed_in, manager, south, north):
    data = {"zip_codes": "37203", "territory": south.pk, "on": "2020-01-01"}

    response = signed_in(manager).post(URL, data)

    assert "reaches_back" in response.context["form"].errors
    signed_in(manager).post(URL, data | {"reaches_back": "on"})
    assert codes_of(south, dt.date(2020, 1, 1)) == ["37203", "37401"]


def test_a_foreign_zip_is_refused_and_its_territory_not_named(
    signed_in, half_manager, north, south
):
    data = {"zip_codes": "37401", "territory": north.pk}

    page = signed_in(half_manager).post(URL, data).content.decode()

    assert "Not yours to move: 37401." in page
    assert "South" not in page
    assert codes_of(south) == ["37401"]


def test_a_foreign_territory_is_not_offered(page_of, half_manager, south):
    assert "South" not in page_of(half_manager, URL)


def test_a_foreign_territory_is_refused_like_one_that_does_not_exist(
    signed_in, half_manager, south
):
    client = signed_in(half_manager)
    errors = [
        client.post(URL, {"zip_codes": "37203", "territory": key})
        .context["form"]
        .errors
        for key in (south.pk, 99999999)
    ]

    assert errors[0] == errors[1] != {}


def test_plans_are_shown_and_withdrawn(signed_in, page_of, manager, north, south):
    client = signed_in(manager)
    client.post(
        URL,
        {"zip_codes": "37203", "territory": south.pk, "on": LATER.isoformat()},
    )
    assert "Planned changes" in page_of(manager, f"/territories/{north.pk}/")

    client.post(
        WITHDRAW, {"on": LATER.isoformat(), "before": north.pk, "after": south.pk}
    )

    assert codes_of(south, LATER) == ["37401"]
    assert "Planned changes" not in page_of(manager, "/territories/")


def test_of_a_plan_with_a_foreign_end_that_end_is_not_named(
    page_of, half_manager, north, south
):
    north.zips.update(ends_on=LATER)
    TerritoryZipFactory(zip_code="37203", territory=south, starts_on=LATER)

    page = page_of(half_manager, "/territories/")

    assert "elsewhere" in page
    assert "South" not in page


@pytest.mark.parametrize("after", ["foreign", "", "x", "9" * 40])
def test_a_foreign_plan_is_withdrawn_no_more_than_one_that_does_not_exist(
    after, signed_in, half_manager, north, south
):
    north.zips.update(ends_on=LATER)
    TerritoryZipFactory(zip_code="37203", territory=south, starts_on=LATER)
    key = south.pk if after == "foreign" else after

    response = signed_in(half_manager).post(
        WITHDRAW, {"on": LATER.isoformat(), "before": north.pk, "after": key}
    )

    assert response.status_code == 404
    assert codes_of(south, LATER) == ["37203", "37401"]


@pytest.mark.parametrize("verb", ["", "zips/", "assign/"])
def test_a_foreign_territory_has_no_page(verb, signed_in, half_manager, south):
    url = f"/territories/{south.pk}/{verb}"

    assert signed_in(half_manager).get(url).status_code == 404


def test_the_node_somebody_sits_on_is_shown_and_not_changed(
    signed_in, page_of, manager, region
):
    assert "Assign a person" not in page_of(manager, f"/territories/{region.pk}/")

    client = signed_in(manager)
    assert client.get(f"/territories/{region.pk}/assign/").status_code == 404


def test_a_manager_assigns_their_own_team_and_whoever_works_nowhere(
    signed_in, half_manager, north, liaison, south_liaison
):
    newcomer = UserFactory(name="Nina New")

    response = signed_in(half_manager).get(f"/territories/{north.pk}/assign/")

    offered = response.context["form"].fields["user"].queryset
    assert {liaison, newcomer} <= set(offered)
    assert south_liaison not in offered


def test_the_list_takes_few_queries_with_many_plans(
    signed_in, manager, north, south, django_assert_max_num_queries
):
    for number in range(30):
        TerritoryZipFactory(territory=north, starts_on=LATER + dt.timedelta(number))

    client = signed_in(manager)

    with django_assert_max_num_queries(10):
        client.get("/territories/")
