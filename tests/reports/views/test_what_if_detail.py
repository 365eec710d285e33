"""A what-if beside today: figures by hand, and nobody else's region."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import TerritoryAssignment, TerritoryZip, User, WhatIf
from tests.factories.accounts import (
    TerritoryAssignmentFactory,
    TerritoryFactory,
    TerritoryZipFactory,
    UserFactory,
    WhatIfFactory,
)
from tests.factories.referrals import PracticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def detail(client, manager, what_if):
    client.force_login(manager)
    return reverse("reports:what-if-detail", args=[what_if.pk])


@pytest.fixture
def three(north, south):
    """Two A practices in the north, a C in the south: 4 and 0.3 stops in 4 weeks."""
    TerritoryZipFactory(territory=north, zip_code="37204")
    PracticeFactory(zip_code="37203", tier="A")
    PracticeFactory(zip_code="37204", tier="A")
    PracticeFactory(zip_code="37401", tier="C")


@pytest.fixture
def elsewhere():
    """Another region with a ZIP code, and its manager."""
    region = TerritoryFactory(name="West Tennessee")
    TerritoryZipFactory(territory=region, zip_code="38103")
    sibling = UserFactory(role=User.Role.MANAGER)
    TerritoryAssignmentFactory(user=sibling, territory=region)
    return sibling


def move(client, what_if, codes, to):
    url = reverse("reports:what-if-move", args=[what_if.pk])
    data = {"zip_codes": codes, "territory": to.pk if to else ""}
    return client.post(url, data)


def lines_of(client, detail):
    """Territory -> (practices, share) today and then."""
    return {
        str(line.territory): [
            (side.load.practices, side.share and round(side.share, 3))
            for side in (line.now, line.then)
        ]
        for line in client.get(detail).context["lines"]
    }


@pytest.mark.usefixtures("three")
def test_both_sides_of_a_move_by_hand(client, detail, what_if, south):
    """4 against 14/45 stops: the average is 2.156. With one A moved: 2 and 2.311."""
    move(client, what_if, "37204", south)

    assert lines_of(client, detail) == {
        "North": [(2, 1.856), (1, 0.928)],
        "South": [(1, 0.144), (2, 1.072)],
    }


@pytest.mark.usefixtures("three")
def test_the_page_says_what_moves_and_what_is_counted(client, detail, what_if, south):
    move(client, what_if, "37204", south)

    text = client.get(detail).content.decode()

    assert "1 ZIP code</strong>" in text
    assert "from North to South" in text
    assert "in whatever territory those lay then" in " ".join(text.split())
    assert "Take back" in text
    assert "What is counted here?" in text


@pytest.mark.usefixtures("three")
def test_a_manager_of_another_region_sees_and_changes_nothing(
    client, detail, what_if, south, elsewhere
):
    client.force_login(elsewhere)

    assert client.get(detail).status_code == 404
    assert move(client, what_if, "37204", south).status_code == 404
    assert str(what_if) not in client.get(reverse("reports:what-if-list")).text
    assert not what_if.moves.exists()


@pytest.mark.usefixtures("three", "elsewhere")
def test_a_zip_code_of_another_region_is_refused_without_its_holder(
    client, detail, what_if, south
):
    answer = move(client, what_if, "37204 38103", south)

    assert "38103: not part of this what-if." in answer.text
    assert "West Tennessee" not in answer.text
    assert "37204" in answer.text
    assert not what_if.moves.exists()


def test_a_territory_of_another_region_is_no_choice(client, detail, what_if, elsewhere):
    region = elsewhere.assignments.get().territory

    answer = move(client, what_if, "37203", region)

    assert "Select a valid choice" in answer.text


@pytest.mark.parametrize("codes", ["", "abc", "\0", "372031", "٣٧٢٠٣", "9" * 10_000])
def test_nonsense_moves_nothing_and_is_said_beside_the_field(
    client, detail, what_if, south, codes
):
    answer = move(client, what_if, codes, south)

    assert answer.status_code == 200
    assert answer.context["form"].errors["zip_codes"]
    assert not what_if.moves.exists()


def test_a_practice_of_another_region_is_not_counted_in_a_claimed_zip_code(
    client, detail, what_if, north
):
    PracticeFactory(zip_code="37999", tier="A")

    move(client, what_if, "37999", north)

    assert lines_of(client, detail)["North"][1][0] == 0


@pytest.mark.usefixtures("three")
def test_many_territories_cost_no_more_queries(
    client, detail, region, django_assert_max_num_queries
):
    for number in range(10):
        territory = TerritoryFactory(parent=region)
        TerritoryZipFactory(territory=territory, zip_code=f"3810{number}")

    with django_assert_max_num_queries(17):
        client.get(detail)


def test_an_empty_what_if_says_so(client, manager):
    own = TerritoryFactory(name="Empty")
    TerritoryAssignmentFactory(user=manager, territory=own)
    client.force_login(manager)
    what_if = WhatIfFactory(root=own, by=manager)

    text = client.get(reverse("reports:what-if-detail", args=[what_if.pk])).text

    assert "No ZIP codes yet" in text
    assert "Nothing is moved yet" in text


@pytest.mark.usefixtures("three")
def test_the_export_has_each_figure_twice(client, detail, what_if, south):
    move(client, what_if, "37204", south)

    answer = client.get(reverse("reports:what-if-export", args=[what_if.pk]))

    header, north, _ = answer.getvalue().decode("utf-8-sig").splitlines()
    columns = dict(zip(header.split(","), north.split(","), strict=True))
    assert (columns["practices_now"], columns["practices_then"]) == ("2", "1")


@pytest.mark.usefixtures("three")
def test_a_manager_starts_moves_and_applies_on_a_day(client, manager, region, south):
    client.force_login(manager)
    client.post(
        reverse("reports:what-if-create"), {"name": "Fairer", "root": region.pk}
    )
    what_if = WhatIf.objects.get()
    move(client, what_if, "37204", south)
    url = reverse("reports:what-if-apply", args=[what_if.pk])
    today = timezone.localdate()
    version = client.get(url).context["form"].initial["version"]

    answer = client.post(url, {"on": today, "version": version}, follow=True)

    assert "1 ZIP codes change hands" in answer.text
    assert TerritoryZip.objects.current(on=today).get(zip_code="37204").territory == (
        south
    )
    assert "Applied from" in answer.text


def lose_the_right(manager):
    User.objects.filter(pk=manager.pk).update(role=User.Role.LIAISON)


def be_deactivated(manager):
    User.objects.filter(pk=manager.pk).update(is_active=False)


def lose_the_region(manager):
    TerritoryAssignment.objects.filter(user=manager).delete()


@pytest.mark.parametrize(
    ("lose", "status"),
    [(lose_the_right, 403), (be_deactivated, 302), (lose_the_region, 404)],
)
def test_what_was_lost_since_the_page_applies_no_what_if(
    client, detail, manager, what_if, south, lose, status
):
    move(client, what_if, "37203", south)
    url = reverse("reports:what-if-apply", args=[what_if.pk])
    version = client.get(url).context["form"].initial["version"]
    before = [*TerritoryZip.objects.order_by("pk").values()]
    lose(manager)

    answer = client.post(url, {"on": timezone.localdate(), "version": version})

    assert answer.status_code == status
    assert [*TerritoryZip.objects.order_by("pk").values()] == before
    what_if.refresh_from_db()
    assert what_if.is_open


@pytest.mark.parametrize("on", ["2020-01-01", "", "soon", "9999-99-99"])
def test_a_day_that_is_over_or_none_applies_nothing(client, detail, what_if, south, on):
    move(client, what_if, "37203", south)
    what_if.refresh_from_db()
    url = reverse("reports:what-if-apply", args=[what_if.pk])

    answer = client.post(url, {"on": on, "version": what_if.version})

    assert answer.context["form"].errors["on"]
    what_if.refresh_from_db()
    assert what_if.is_open


def test_a_manager_has_to_say_which_territory(client, manager, region):
    client.force_login(manager)

    answer = client.post(reverse("reports:what-if-create"), {"name": "All", "root": ""})

    assert answer.context["form"].errors["root"]
    assert not WhatIf.objects.exists()


def test_it_is_deleted_with_its_moves_alone(client, detail, what_if, south):
    move(client, what_if, "37299", south)
    before = TerritoryZip.objects.count()

    client.post(reverse("reports:what-if-delete", args=[what_if.pk]))

    assert not WhatIf.objects.exists()
    assert TerritoryZip.objects.count() == before
