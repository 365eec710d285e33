import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Territory


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


@pytest.fixture
def assignment(liaison):
    return liaison.assignments.get()


def test_a_person_is_assigned_from_a_day(admin, south, liaison):
    response = admin.post(
        f"/territories/{south.pk}/assign/",
        {"user": liaison.pk, "starts_on": "2026-03-01", "ends_on": ""},
    )

    assert response.url == f"/territories/{south.pk}/"
    assert south in Territory.objects.visible_to(liaison)
    assert AuditEvent.objects.filter(action="territory_assigned").exists()


def test_an_assignment_that_ends_before_it_starts_is_refused(admin, south, liaison):
    response = admin.post(
        f"/territories/{south.pk}/assign/",
        {"user": liaison.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-01"},
    )

    assert "ends_on" in response.context["form"].errors


def test_another_territory_in_the_form_is_ignored(admin, assignment, north, south):
    admin.post(
        f"/assignments/{assignment.pk}/edit/",
        {
            "user": assignment.user_id,
            "starts_on": "2026-03-02",
            "ends_on": "",
            "territory": south.pk,
        },
    )

    assignment.refresh_from_db()
    assert assignment.territory == north
    assert assignment.starts_on == dt.date(2026, 3, 2)


def test_another_person_in_the_form_is_refused(admin, assignment, manager):
    response = admin.post(
        f"/assignments/{assignment.pk}/edit/",
        {"user": manager.pk, "starts_on": "2026-03-02", "ends_on": ""},
    )

    assert "user" in response.context["form"].errors


def test_an_assignment_ends_today(admin, assignment, liaison):
    admin.post(f"/assignments/{assignment.pk}/end/")

    assignment.refresh_from_db()
    assert assignment.ends_on == timezone.localdate()
    assert not Territory.objects.visible_to(liaison).exists()


@pytest.mark.parametrize("verb", ["edit", "end"])
def test_an_assignment_that_does_not_exist_is_not_found(verb, admin):
    assert admin.post(f"/assignments/99999999999999999999/{verb}/").status_code == 404
