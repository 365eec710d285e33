import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from outreach.models import Task, Visit

URL = reverse("outreach:visit-create")


@pytest.fixture
def answers(north_physician):
    """The least that a save needs."""
    return {
        "uid": str(uuid.uuid4()),
        "physicians": [north_physician.pk],
        "kind": "in_person",
        "outcome": "positive",
    }


def test_three_answers_save_a_visit(
    signed_in, liaison, answers, north_physician, north_practice
):
    response = signed_in(liaison).post(URL, answers)

    visit = Visit.objects.get()
    assert response.status_code == 302
    assert response.url == reverse("outreach:visit-detail", args=[visit.pk])
    assert visit.status == Visit.Status.HELD
    assert visit.liaison == liaison
    assert visit.practice == north_practice
    assert visit.visited_on == timezone.localdate()
    assert visit.visited_at is not None
    assert list(visit.physicians.all()) == [north_physician]


def test_the_page_opens(signed_in, liaison):
    assert signed_in(liaison).get(URL).status_code == 200


def test_missing_answers_come_back_beside_the_fields(signed_in, liaison):
    response = signed_in(liaison).post(URL, {"notes": "kept"})

    assert response.status_code == 200
    errors = response.context["form"].errors
    assert set(errors) == {"physicians", "kind", "outcome"}
    assert "kept" in response.text
    assert not Visit.objects.exists()


def test_the_same_save_sent_twice_is_one_visit(signed_in, liaison, answers):
    client = signed_in(liaison)

    first = client.post(URL, answers | {"next_step": "Call back"})
    second = client.post(URL, answers | {"next_step": "Call back"})

    assert second.url == first.url
    assert Visit.objects.count() == Task.objects.count() == 1


def test_next_step_is_a_task(signed_in, liaison, answers):
    signed_in(liaison).post(
        URL, answers | {"next_step": "Send the form", "next_step_on": ""}
    )

    task = Task.objects.get()
    assert task.title == "Send the form"
    assert task.due_on == timezone.localdate() + dt.timedelta(days=7)
    assert task.owner == liaison
