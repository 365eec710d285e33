import pytest
from django.urls import reverse

from outreach.models import Visit


def url_of(visit):
    return reverse("outreach:visit-cancel", args=[visit.pk])


def test_a_plan_ends_with_its_reason(signed_in, liaison, planned_visit):
    response = signed_in(liaison).post(url_of(planned_visit), {"reason": "Snow"})

    visit = Visit.objects.get()
    assert response.url == reverse("outreach:visit-detail", args=[visit.pk])
    assert (visit.status, visit.end_reason) == ("cancelled", "Snow")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\x00b"])
def test_a_reason_is_needed(signed_in, liaison, planned_visit, reason):
    response = signed_in(liaison).post(url_of(planned_visit), {"reason": reason})

    assert response.context["form"].errors["reason"]
    assert Visit.objects.get().is_planned


def test_opening_the_page_changes_nothing(signed_in, liaison, planned_visit):
    assert signed_in(liaison).get(url_of(planned_visit)).status_code == 200
    assert Visit.objects.get().is_planned


def test_a_held_visit_is_not_ended(signed_in, liaison, north_visit):
    response = signed_in(liaison).post(url_of(north_visit), {"reason": "Snow"})

    assert "not planned any more" in response.text
    assert Visit.objects.get().is_held


def test_a_colleagues_plan_is_not_found(signed_in, coordinator, planned_visit):
    response = signed_in(coordinator).post(url_of(planned_visit), {"reason": "Snow"})

    assert response.status_code == 404
    assert Visit.objects.get().is_planned


def test_another_territorys_visit_is_not_found(signed_in, liaison, south_visit):
    response = signed_in(liaison).post(url_of(south_visit), {"reason": "Snow"})

    assert response.status_code == 404
