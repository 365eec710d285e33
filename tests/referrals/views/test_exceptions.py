"""The pages of exceptions: list, export, one practice given and taken back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification
from referrals.models import Practice, TerritoryException
from referrals.services.exceptions import state_of
from tests.factories.accounts import TerritoryFactory
from tests.factories.referrals import PracticeFactory, TerritoryExceptionFactory

pytestmark = pytest.mark.django_db
URL = "/practices/exceptions/"
TODAY = timezone.localdate()
YESTERDAY, TOMORROW = TODAY - dt.timedelta(1), TODAY + dt.timedelta(1)


@pytest.fixture
def lent(north_practice, south):
    """A northern practice that the south works since yesterday."""
    return TerritoryExceptionFactory(
        practice=north_practice,
        territory=south,
        starts_on=YESTERDAY,
        reason="Opened by Sid",
    )


@pytest.fixture
def asked(north_practice, south):
    return {
        "territory": south.pk,
        "starts_on": TODAY.isoformat(),
        "ends_on": "",
        "reason": "Opened by Sid",
        "seen": state_of(north_practice),
    }


def url_of(practice):
    return reverse("referrals:exception-create", args=[practice.pk])


def end_of(exception):
    return reverse("referrals:exception-end", args=[exception.pk])


def listed(response):
    return [row.practice.name for row in response.context["page"]]


def test_the_list_tells_where_why_and_where_it_would_be(signed_in, manager, lent):
    response = signed_in(manager).get(URL)

    assert listed(response) == ["North Clinic"]
    for words in ("South", "North", "Opened by Sid", "open", "Now"):
        assert words in response.text
    assert end_of(lent) in response.text


def test_without_any_it_says_that_all_follow_their_zip_code(signed_in, manager):
    response = signed_in(manager).get(URL)

    assert "Every practice follows its ZIP code" in response.text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "now"}, ["North Clinic"]),
        ({"state": "ahead"}, ["Later Clinic"]),
        ({"state": "over"}, ["Once Clinic"]),
        ({"q": "sid"}, ["North Clinic"]),
        ({"q": "clinic", "sort": "practice"}, ["Later Clinic", "North Clinic"]),
        ({"state": "nonsense", "territory": "x", "sort": "-until"}, None),
    ],
)
def test_it_is_narrowed_and_sorted(signed_in, manager, lent, north, query, names):
    for name, first, last in (
        ("Later Clinic", TOMORROW, None),
        ("Once Clinic", YESTERDAY, TODAY),
    ):
        practice = PracticeFactory(name=name, zip_code="37203")
        TerritoryExceptionFactory(
            practice=practice, territory=north, starts_on=first, ends_on=last
        )

    found = listed(signed_in(manager).get(URL, query))

    assert found[: len(names)] == names if names else len(found) == 3


def test_the_export_holds_what_the_list_holds(signed_in, manager, lent):
    response = signed_in(manager).get(f"{URL}export/", {"columns": "territory,from"})

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == ["practice,territory,from", f"North Clinic,South,{YESTERDAY}"]


def test_another_regions_exceptions_are_not_listed(
    signed_in, sibling_manager, lent, south_exception
):
    response = signed_in(sibling_manager).get(URL)

    assert listed(response) == []
    assert "Clinic" not in response.text


def test_a_territory_that_is_not_in_sight_is_named_nowhere(
    signed_in, manager, north_practice
):
    elsewhere = TerritoryFactory(name="Elsewhere")
    TerritoryExceptionFactory(
        practice=north_practice,
        territory=elsewhere,
        starts_on=YESTERDAY,
        ends_on=TODAY,
        reason="A secret of theirs",
    )
    TerritoryExceptionFactory(
        practice=north_practice, territory=elsewhere, starts_on=TOMORROW
    )
    client = signed_in(manager)

    for url in (URL, url_of(north_practice), north_practice_page(north_practice)):
        response = client.get(url)
        assert response.status_code == 200
        assert "Elsewhere" not in response.text
        assert "secret of theirs" not in response.text


def north_practice_page(practice):
    return reverse("referrals:practice-detail", args=[practice.pk])


def test_the_list_asks_a_fixed_number_of_questions(
    signed_in, manager, north, django_assert_max_num_queries
):
    for _ in range(5):
        practice = PracticeFactory(zip_code="37203")
        TerritoryExceptionFactory(practice=practice, territory=north)
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.get(URL)


def test_a_practice_is_looked_for_by_part_of_its_name(
    signed_in, manager, north_practice
):
    client = signed_in(manager)

    found = client.get(f"{URL}new/", {"q": "north"})
    nothing = client.get(f"{URL}new/", {"q": "zzz"})

    assert url_of(north_practice) in found.text
    assert "No practice in your sight fits" in nothing.text


def test_a_practice_is_given_to_a_territory(
    signed_in, manager, north_practice, asked, liaison, south_liaison
):
    response = signed_in(manager).post(url_of(north_practice), asked, follow=True)

    assert "North Clinic belongs to South from" in response.text
    assert "Against its ZIP code, from" in response.text
    exception = TerritoryException.objects.get()
    assert (exception.starts_on, exception.ends_on) == (TODAY, None)
    assert (exception.reason, exception.by) == ("Opened by Sid", manager)
    assert north_practice not in Practice.objects.visible_to(liaison)
    assert {one.user for one in Notification.objects.all()} == {liaison, south_liaison}


def test_the_page_tells_of_one_to_come(signed_in, manager, north_practice, asked):
    asked["starts_on"] = TOMORROW.isoformat()

    response = signed_in(manager).post(url_of(north_practice), asked, follow=True)

    assert f"{TOMORROW:%b} {TOMORROW.day}, {TOMORROW.year}: South" in response.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"starts_on": YESTERDAY.isoformat()}, "Days that are over stay"),
        ({"ends_on": TODAY.isoformat()}, "It has to end after it starts."),
        ({"reason": ""}, "This field is required."),
        ({"reason": "x" * 201}, "at most 200"),
        ({"reason": "a\x00b"}, "Null characters"),
        ({"territory": ""}, "This field is required."),
        ({"territory": "x"}, "not one of the available choices"),
        ({"starts_on": "9999-12-31"}, "less than or equal"),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"seen": "0" * 16}, "Somebody changed its exceptions meanwhile"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    signed_in, manager, north_practice, asked, change, says
):
    response = signed_in(manager).post(url_of(north_practice), asked | change)

    assert says in response.text
    assert not TerritoryException.objects.exists()


def test_saved_again_after_the_warning_it_is_done(
    signed_in, manager, north_practice, asked
):
    client = signed_in(manager)

    warned = client.post(url_of(north_practice), asked | {"seen": "0" * 16})
    again = asked | {"seen": warned.context["form"].data["seen"]}
    client.post(url_of(north_practice), again)

    assert TerritoryException.objects.exists()


def test_a_manager_offers_only_what_lies_below_their_own_nodes(
    signed_in, north_manager, north_practice, south
):
    response = signed_in(north_manager).get(url_of(north_practice))

    offered = response.context["form"].fields["territory"].queryset
    assert [territory.name for territory in offered] == ["North"]
    assert "South" not in response.text


def test_a_practice_out_of_sight_is_not_found(
    signed_in, sibling_manager, north_practice, asked
):
    client = signed_in(sibling_manager)

    assert client.get(url_of(north_practice)).status_code == 404
    assert client.post(url_of(north_practice), asked).status_code == 404
    assert not TerritoryException.objects.exists()


def test_it_ends_on_a_day_and_the_past_stays(signed_in, manager, lent, liaison):
    data = {"ends_on": TOMORROW.isoformat(), "seen": state_of(lent.practice)}

    response = signed_in(manager).post(end_of(lent), data, follow=True)

    lent.refresh_from_db()
    assert (lent.starts_on, lent.ends_on) == (YESTERDAY, TOMORROW)
    assert "North Clinic follows its ZIP code from" in response.text
    assert "North gains North Clinic" in Notification.objects.get(user=liaison).text


def test_one_that_has_not_begun_is_dropped(signed_in, manager, lent):
    TerritoryException.objects.update(starts_on=TOMORROW)
    data = {"ends_on": TODAY.isoformat(), "seen": state_of(lent.practice)}

    signed_in(manager).post(end_of(lent), data)

    assert not TerritoryException.objects.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ends_on": YESTERDAY.isoformat()}, "Days that are over stay"),
        ({"ends_on": ""}, "This field is required."),
        ({"ends_on": "9999-12-31"}, "It is over by then."),
        ({"seen": "0" * 16}, "Somebody changed its exceptions meanwhile"),
    ],
)
def test_an_end_that_cannot_be_is_told(signed_in, manager, lent, change, says):
    data = {"ends_on": TODAY.isoformat(), "seen": state_of(lent.practice)}

    response = signed_in(manager).post(end_of(lent), data | change)

    lent.refresh_from_db()
    assert says in response.text
    assert lent.ends_on is None


def test_what_is_over_is_not_ended_again(signed_in, manager, lent):
    TerritoryException.objects.update(ends_on=TODAY)

    assert signed_in(manager).get(end_of(lent)).status_code == 404


def test_what_is_not_theirs_to_end_is_not_found(
    signed_in, manager, north_practice, region
):
    own = TerritoryExceptionFactory(practice=north_practice, territory=region)

    assert signed_in(manager).get(end_of(own)).status_code == 404
    assert end_of(own) not in signed_in(manager).get(URL).text
