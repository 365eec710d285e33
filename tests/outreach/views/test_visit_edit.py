import pytest
from django.urls import reverse

from outreach.models import Visit
from tests.factories.outreach import VisitAttendeeFactory, VisitFactory


def url_of(visit):
    return reverse("outreach:visit-edit", args=[visit.pk])


@pytest.fixture
def change(tuesday, north_visit, north_physician, north_practice):
    """What the page of the visit sends back unchanged."""
    VisitAttendeeFactory(visit=north_visit, physician=north_physician)
    return {
        "version": 1,
        "physicians": [north_physician.pk],
        "practice": north_practice.pk,
        "kind": "in_person",
        "outcome": "positive",
        "visited_on": "2026-03-02",
    }


def test_the_author_changes_a_visit(signed_in, liaison, north_visit, change):
    response = signed_in(liaison).post(
        url_of(north_visit), change | {"outcome": "negative", "notes": "On reflection"}
    )

    north_visit.refresh_from_db()
    assert response.url == reverse("outreach:visit-detail", args=[north_visit.pk])
    assert north_visit.outcome == "negative"
    assert north_visit.notes == "On reflection"
    assert (north_visit.version, north_visit.updated_by) == (2, liaison)


def test_the_manager_changes_a_visit_of_the_team(
    signed_in, manager, liaison, north_visit, change
):
    signed_in(manager).post(url_of(north_visit), change | {"notes": "Checked"})

    north_visit.refresh_from_db()
    assert north_visit.notes == "Checked"
    assert north_visit.liaison == liaison
    assert north_visit.updated_by == manager


def test_a_colleague_may_not(signed_in, coordinator, north_visit, change):
    client = signed_in(coordinator)

    assert client.get(url_of(north_visit)).status_code == 404
    assert client.post(url_of(north_visit), change).status_code == 404
    assert Visit.objects.get().version == 1


def test_another_territorys_visit_is_not_found(signed_in, liaison, south_visit, change):
    assert signed_in(liaison).post(url_of(south_visit), change).status_code == 404


def test_the_second_editor_sees_both_versions_and_keeps_the_typed(
    signed_in, liaison, manager, north_visit, change
):
    signed_in(manager).post(url_of(north_visit), change | {"notes": "By the manager"})
    client = signed_in(liaison)

    told = client.post(url_of(north_visit), change | {"notes": "By the liaison"})

    assert told.status_code == 200
    assert "Max Manager changed this visit" in told.text
    assert told.text.count("By the manager") == 1
    assert told.text.count("By the liaison") == 2  # compared, and still in the form
    assert Visit.objects.get().notes == "By the manager"


def test_saving_again_replaces_the_other_version(
    signed_in, liaison, manager, north_visit, change
):
    signed_in(manager).post(url_of(north_visit), change | {"notes": "By the manager"})
    client = signed_in(liaison)
    told = client.post(url_of(north_visit), change | {"notes": "By the liaison"})

    client.post(
        url_of(north_visit),
        change
        | {
            "notes": "By the liaison",
            "version": told.context["form"]["version"].value(),
        },
    )

    assert Visit.objects.get().notes == "By the liaison"


@pytest.mark.parametrize("version", ["", "0", "99", "nonsense", "9" * 40, "-1"])
def test_a_lost_version_writes_nothing(
    signed_in, liaison, north_visit, change, version
):
    response = signed_in(liaison).post(
        url_of(north_visit), change | {"version": version, "notes": "new"}
    )

    assert response.status_code == 200
    assert Visit.objects.get().notes == ""


def test_who_moved_away_since_may_stay(
    signed_in, liaison, north_visit, change, south_physician
):
    VisitAttendeeFactory(visit=north_visit, physician=south_physician)
    change["physicians"].append(south_physician.pk)

    signed_in(liaison).post(url_of(north_visit), change)

    assert south_physician in Visit.objects.get().physicians.all()


def test_a_foreign_physician_cannot_be_added(
    signed_in, liaison, north_visit, change, south_physician
):
    change["physicians"].append(south_physician.pk)

    response = signed_in(liaison).post(url_of(north_visit), change)

    assert response.context["form"].errors["physicians"]
    assert south_physician not in Visit.objects.get().physicians.all()


def test_hidden_fields_set_nothing(signed_in, liaison, manager, north_visit, change):
    uid = north_visit.uid

    signed_in(liaison).post(
        url_of(north_visit),
        change
        | {
            "liaison": manager.pk,
            "status": "cancelled",
            "uid": "6f1c0f0e-4a4e-4f7e-9f0e-0123456789ab",
            "external_id": "X",
        },
    )

    visit = Visit.objects.get()
    assert (visit.liaison, visit.status) == (liaison, "held")
    assert (visit.uid, visit.external_id) == (uid, "")


def test_a_plan_is_moved_to_another_day(
    signed_in, liaison, planned_visit, north_physician
):
    signed_in(liaison).post(
        url_of(planned_visit),
        {
            "version": 1,
            "physicians": [north_physician.pk],
            "practice": planned_visit.practice_id,
            "kind": "phone",
            "visited_on": "2026-03-20",
        },
    )

    visit = Visit.objects.get()
    assert str(visit.visited_on) == "2026-03-20"
    assert visit.is_planned


def test_what_was_cancelled_stays_as_it_is(signed_in, liaison, north_practice):
    visit = VisitFactory(liaison=liaison, practice=north_practice, status="cancelled")

    assert signed_in(liaison).get(url_of(visit)).status_code == 404


def test_the_page_shows_what_is_there(signed_in, liaison, north_visit, change):
    VisitAttendeeFactory(visit=north_visit, physician=None, staff_name="Dana")

    response = signed_in(liaison).get(url_of(north_visit))

    assert "Nora Northrup, MD" in response.text
    assert 'value="Dana"' in response.text
    assert 'value="2026-03-02"' in response.text
