import datetime as dt

from django.urls import reverse

from tests.factories.outreach import (
    TaskFactory,
    VisitAttendeeFactory,
    VisitFactory,
)


def url_of(visit):
    return reverse("outreach:visit-detail", args=[visit.pk])


def test_it_shows_the_visit_and_its_promises(signed_in, liaison, north_visit):
    VisitAttendeeFactory(visit=north_visit, physician=None, staff_name="Dana")
    TaskFactory(visit=north_visit, owner=liaison, title="Send the form")

    text = signed_in(liaison).get(url_of(north_visit)).text

    for words in ("North Clinic", "Dana", "Held", "Positive", "Send the form"):
        assert words in text


def test_another_territorys_visit_is_not_found(signed_in, liaison, south_visit):
    client = signed_in(liaison)

    foreign = client.get(url_of(south_visit))
    made_up = client.get(reverse("outreach:visit-detail", args=[987654]))

    assert foreign.status_code == made_up.status_code == 404
    assert "South Clinic" not in foreign.text


def test_a_number_beyond_64_bits_is_not_found(signed_in, liaison):
    url = reverse("outreach:visit-detail", args=[10**30])

    assert signed_in(liaison).get(url).status_code == 404


def test_a_colleagues_visit_offers_no_change(signed_in, liaison, north_practice):
    visit = VisitFactory(practice=north_practice)

    text = signed_in(liaison).get(url_of(visit)).text

    assert reverse("outreach:visit-edit", args=[visit.pk]) not in text


def test_a_planned_visit_can_be_logged_missed_and_cancelled(
    signed_in, liaison, planned_visit
):
    text = signed_in(liaison).get(url_of(planned_visit)).text

    assert f"?visit={planned_visit.pk}" in text
    for name in ("visit-no-show", "visit-cancel", "visit-edit"):
        assert reverse(f"outreach:{name}", args=[planned_visit.pk]) in text


def test_after_saving_the_next_stop_is_offered(
    tuesday, signed_in, liaison, north_visit, planned_visit
):
    text = signed_in(liaison).get(url_of(north_visit)).text

    assert "Next stop" in text
    assert f"?visit={planned_visit.pk}" in text


def test_text_is_shown_as_text(signed_in, liaison, north_practice):
    visit = VisitFactory(
        liaison=liaison, practice=north_practice, notes="<script>alert(1)</script>"
    )

    text = signed_in(liaison).get(url_of(visit)).text

    assert "&lt;script&gt;alert(1)" in text


def test_an_ended_plan_says_why(signed_in, liaison, north_practice):
    visit = VisitFactory(
        liaison=liaison,
        practice=north_practice,
        status="no_show",
        end_reason="Office closed early",
        visited_on=dt.date(2026, 3, 2),
    )

    assert "Office closed early" in signed_in(liaison).get(url_of(visit)).text


def test_the_page_asks_the_database_a_bounded_number_of_times(
    signed_in, liaison, north_visit, django_assert_max_num_queries
):
    for _ in range(10):
        VisitAttendeeFactory(visit=north_visit)
        TaskFactory(visit=north_visit, owner=liaison)
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        client.get(url_of(north_visit))
