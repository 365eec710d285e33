import pytest
from django.urls import reverse

from outreach.models import Visit

URL = reverse("outreach:visit-plan")


@pytest.fixture
def plan(tuesday, answers):
    del answers["outcome"]
    return answers | {"visited_on": "2026-03-12", "visited_at": "09:30"}


def test_a_plan_is_saved_for_its_day(signed_in, liaison, plan, north_practice):
    signed_in(liaison).post(URL, plan)

    visit = Visit.objects.get()
    assert visit.status == Visit.Status.PLANNED
    assert visit.practice == north_practice
    assert visit.outcome == ""
    assert f"{visit.visited_on} {visit.visited_at:%H:%M}" == "2026-03-12 09:30"


def test_a_practice_alone_can_be_planned(signed_in, liaison, plan, north_practice):
    del plan["physicians"]

    signed_in(liaison).post(URL, plan | {"practice": north_practice.pk})

    assert Visit.objects.get().practice == north_practice


def test_a_plan_sent_twice_is_one_visit(signed_in, liaison, plan):
    client = signed_in(liaison)

    assert client.post(URL, plan).url == client.post(URL, plan).url
    assert Visit.objects.count() == 1


def test_a_key_of_somebody_else_is_not_found(signed_in, liaison, plan, south_visit):
    response = signed_in(liaison).post(URL, plan | {"uid": str(south_visit.uid)})

    assert response.status_code == 404


@pytest.mark.parametrize("day", ["2026-03-09", "9999-12-31", "2028-03-12", "", "soon"])
def test_a_day_that_is_over_far_or_none_is_refused(signed_in, liaison, plan, day):
    response = signed_in(liaison).post(URL, plan | {"visited_on": day})

    assert response.context["form"].errors["visited_on"]
    assert not Visit.objects.exists()


def test_today_can_be_planned(signed_in, liaison, plan):
    signed_in(liaison).post(URL, plan | {"visited_on": "2026-03-10"})

    assert Visit.objects.exists()


def test_a_physician_of_another_territory_is_no_choice(
    signed_in, liaison, plan, south_physician
):
    response = signed_in(liaison).post(URL, plan | {"physicians": [south_physician.pk]})

    assert response.context["form"].errors["physicians"]
    assert not Visit.objects.exists()


def test_whose_turn_it_is_is_guessed(signed_in, liaison, plan, north_physician):
    north_physician.tier = "B"
    north_physician.save()

    response = signed_in(liaison).get(URL)

    (person,) = response.context["form"].people()
    assert person.physician == north_physician
    assert person.reason == "never met"
