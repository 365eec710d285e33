"""A colleague's panel for some days: who sees what, and who may arrange it."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent, Coverage, Notification, Territory, User
from accounts.services import coverage as services
from referrals.models import Practice
from tests.factories.accounts import (
    CoverageFactory,
    TerritoryAssignmentFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY, DAY = timezone.localdate(), dt.timedelta(days=1)


@pytest.fixture
def covers(liaison, south_liaison):
    """`covers(starts_on=..)`: the southern liaison covers for the northern one."""

    def cover(**fields):
        fields = {"covered": liaison, "covering": south_liaison} | fields
        return CoverageFactory(**fields)

    return cover


def seen_by(user):
    return set(Practice.objects.visible_to(user))


# Who sees what ------------------------------------------------------------------


def test_the_covering_person_sees_both_panels(
    covers, south_liaison, north_practice, south_practice
):
    covers()

    assert seen_by(south_liaison) == {north_practice, south_practice}


def test_the_covered_person_sees_no_more_than_before(covers, liaison, north_practice):
    covers()

    assert seen_by(liaison) == {north_practice}


@pytest.mark.parametrize(
    ("starts", "ends", "is_seen"),
    [(0, 1, True), (1, 2, False), (-2, 0, False), (-2, 1, True)],
)
def test_it_holds_from_its_first_day_to_the_day_before_they_are_back(
    starts, ends, is_seen, covers, south_liaison, north_practice
):
    covers(starts_on=TODAY + starts * DAY, ends_on=TODAY + ends * DAY)

    assert (north_practice in seen_by(south_liaison)) == is_seen


def test_what_the_covered_person_covers_is_not_seen(
    covers, south_liaison, liaison, north_practice
):
    other = UserFactory()
    covers()
    CoverageFactory(covered=south_liaison, covering=other)

    assert north_practice not in seen_by(other)


def test_ended_it_is_back_at_the_next_request(
    covers, signed_in, south_liaison, north_practice
):
    client, coverage = signed_in(south_liaison), covers()
    url = f"/practices/{north_practice.pk}/"
    assert client.get(url).status_code == 200

    services.end(coverage=coverage, on=TODAY, by=south_liaison, at=timezone.now())

    assert client.get(url).status_code == 404


def test_who_is_deactivated_sees_nothing_by_it(covers, south_liaison, north_practice):
    covers()
    south_liaison.is_active = False
    south_liaison.save()

    assert seen_by(south_liaison) == set()


def test_the_panel_of_somebody_deactivated_can_be_covered(
    covers, liaison, south_liaison, north_practice
):
    liaison.is_active = False
    liaison.save()
    covers()

    assert north_practice in seen_by(south_liaison)


def test_covering_gives_no_territory_to_manage(manager, south, north_practice):
    other = UserFactory(role=User.Role.MANAGER)
    CoverageFactory(covered=manager, covering=other)

    assert south in Territory.objects.visible_to(other)
    assert not Territory.objects.manageable_by(other).exists()


# Constraints --------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["ends too early", "of oneself", "the same again"])
def test_the_database_refuses(fault, covers, liaison):
    rows = {
        "ends too early": {"ends_on": TODAY},
        "of oneself": {"covering": liaison},
        "the same again": {},
    }
    if fault == "the same again":
        covers()

    with pytest.raises(IntegrityError), transaction.atomic():
        covers(**rows[fault])


# Who may arrange it -------------------------------------------------------------


@pytest.fixture
def days():
    return {
        "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + 5 * DAY).isoformat(),
        "notes": "Dr. Northrup is back on Monday",
    }


def test_the_person_themself_arranges_it(
    signed_in, days, liaison, south_liaison, north_practice
):
    data = days | {"covered": liaison.pk, "covering": south_liaison.pk}

    response = signed_in(liaison).post("/coverage/new/", data)

    assert response.url == "/coverage/"
    assert north_practice in seen_by(south_liaison)
    event = AuditEvent.objects.get(action="coverage_changed")
    assert event.detail["after"]["covered by"] == "Sid Southern"


def test_nobody_arranges_that_they_see_somebody_elses_panel(
    signed_in, days, liaison, south_liaison
):
    data = days | {"covered": south_liaison.pk, "covering": liaison.pk}

    response = signed_in(liaison).post("/coverage/new/", data)

    assert "covered" in response.context["form"].errors
    assert not Coverage.objects.exists()


def test_their_manager_arranges_it(signed_in, days, manager, liaison, coordinator):
    data = days | {"covered": liaison.pk, "covering": coordinator.pk}

    signed_in(manager).post("/coverage/new/", data)

    assert Coverage.objects.get().made_by == manager


def test_a_manager_does_not_hand_on_what_lies_in_another_region(
    signed_in, days, sibling_manager, liaison
):
    east = Territory.objects.get(name="East")
    TerritoryAssignmentFactory(user=liaison, territory=east)
    data = days | {"covered": liaison.pk, "covering": sibling_manager.pk}

    response = signed_in(sibling_manager).post("/coverage/new/", data)

    assert "covered" in response.context["form"].errors


def test_the_covering_person_reads_it_and_changes_nothing(
    signed_in, covers, south_liaison
):
    coverage, client = covers(notes="Ring twice"), signed_in(south_liaison)

    assert "Ring twice" in client.get("/coverage/").content.decode()
    assert client.get(f"/coverage/{coverage.pk}/edit/").status_code == 404
    assert client.post(f"/coverage/{coverage.pk}/end/").status_code == 404


def test_ended_its_notes_are_gone_for_the_covering_person(
    signed_in, covers, south_liaison
):
    covers(notes="Ring twice", starts_on=TODAY - 9 * DAY, ends_on=TODAY)

    page = signed_in(south_liaison).get("/coverage/").content.decode()

    assert "Ring twice" not in page


def test_it_is_ended_early(signed_in, covers, liaison, south_liaison, north_practice):
    coverage = covers(starts_on=TODAY - DAY)

    signed_in(liaison).post(f"/coverage/{coverage.pk}/end/")

    coverage.refresh_from_db()
    assert coverage.ends_on == TODAY


def test_one_that_has_not_begun_is_dropped_when_it_is_ended(signed_in, covers, liaison):
    coverage = covers(starts_on=TODAY + DAY)

    signed_in(liaison).post(f"/coverage/{coverage.pk}/end/")

    assert not Coverage.objects.exists()
    assert AuditEvent.objects.get(action="coverage_changed").detail["after"] is None


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("covering", "", "covering"),
        ("ends_on", TODAY.isoformat(), "ends_on"),
        ("ends_on", "9999-12-31", "ends_on"),
        ("starts_on", "0001-01-01", "starts_on"),
        ("starts_on", (TODAY + 9 * DAY).isoformat(), "ends_on"),
        ("ends_on", "", "ends_on"),
    ],
)
def test_bad_input_is_told_beside_the_field(
    field, value, wrong, signed_in, days, liaison, south_liaison
):
    data = days | {"covered": liaison.pk, "covering": south_liaison.pk, field: value}

    response = signed_in(liaison).post("/coverage/new/", data)

    assert wrong in response.context["form"].errors
    assert "Dr. Northrup is back on Monday" in response.content.decode()


def test_the_same_days_are_not_covered_twice_by_one(
    signed_in, days, covers, liaison, south_liaison
):
    covers()
    data = days | {"covered": liaison.pk, "covering": south_liaison.pk}

    response = signed_in(liaison).post("/coverage/new/", data)

    assert "starts_on" in response.context["form"].errors


# Where it shows -----------------------------------------------------------------


@pytest.mark.parametrize("page", ["/today/", "practice"])
def test_the_covering_person_reads_for_whom_and_the_notes(
    page, signed_in, covers, south_liaison, north_practice
):
    covers(notes="Ring twice")
    url = f"/practices/{north_practice.pk}/" if page == "practice" else page

    shown = signed_in(south_liaison).get(url).content.decode()

    assert "Covering for Lea Liaison until" in shown
    assert "Ring twice" in shown


def test_on_ones_own_practices_it_does_not_show(
    signed_in, covers, south_liaison, south_practice
):
    covers(notes="Ring twice")

    page = signed_in(south_liaison).get(f"/practices/{south_practice.pk}/")

    assert "Ring twice" not in page.content.decode()


def test_covered_and_covering_are_told_once(
    signed_in, days, manager, liaison, coordinator
):
    data = days | {"covered": liaison.pk, "covering": coordinator.pk}

    signed_in(manager).post("/coverage/new/", data)

    told = Notification.objects.values_list("user", flat=True)
    assert sorted(told) == sorted([liaison.pk, coordinator.pk])


def test_a_long_list_takes_few_queries(
    signed_in, manager, north, django_assert_max_num_queries
):
    for _ in range(20):
        person = TerritoryAssignmentFactory(territory=north).user
        CoverageFactory(covered=person)
    client = signed_in(manager)

    with django_assert_max_num_queries(8):
        page = client.get("/coverage/")

    assert page.content.decode().count("End today") == 20


def test_without_any_the_page_says_what_it_is_for(signed_in, liaison):
    page = signed_in(liaison).get("/coverage/").content.decode()

    assert "Before you are away" in page


def test_a_colleague_who_was_deactivated_is_not_offered(signed_in, liaison):
    gone = UserFactory(is_active=False, name="Gus Gone")
    TerritoryFactory()

    form = signed_in(liaison).get("/coverage/new/").context["form"]

    assert gone not in form.fields["covering"].queryset
