"""A person of the field without a territory: every page answers, says why it is
empty, and shows nothing of the market."""

import pytest
from django.utils import timezone

from accounts.models import User
from outreach.models import Visit
from referrals.models import Physician, Practice, Referral
from tests.attacks import OWN_URLS, WITH_ID, body, views_that_take
from tests.factories.accounts import UserFactory
from tests.test_permissions import TABLE

pytestmark = pytest.mark.django_db
SAYS_SO = "You have no territory yet"
# Our own specialists are found by everybody, wherever they refer from.
SPECIALISTS = "referrals:specialist-"
# Of the whole network or installation, by no name of a practice or physician.
EVERYBODYS = (
    "referrals:roster-",
    "referrals:term-",
    "reports:run-",
    "reports:cost-",
    "reports:margin-",
    "reports:payer-class-",
    "accounts:county-shapes",
    "accounts:zip-shapes",
)
NAMES = ("North Clinic", "Northrup", "South Clinic", "Southey", "Northern Health")
SECRETS = ("Southern", "N-1", "S-1", "Lake Surgery")


@pytest.fixture(params=[User.Role.LIAISON, User.Role.COORDINATOR, User.Role.MANAGER])
def newcomer(request, db):
    return UserFactory(name="New Person", role=request.param)


def asked(newcomer):
    """What the role may open by its address."""
    may_get = set(views_that_take("GET"))
    return [
        name
        for name in OWN_URLS
        if name in may_get
        and newcomer.role in TABLE[name].roles
        and not TABLE[name].is_public
        and not name.startswith(SPECIALISTS)
    ]


def wrong_with(name, response):
    """What a newcomer should not have been answered."""
    text = body(response)
    is_page = response.status_code == 200 and text.startswith("<!doctype")
    named = [word for word in (*NAMES, *SECRETS) if word in text]
    # Whom one asks to cover is a colleague of any region: no row of the market.
    if named and (name, named) != ("accounts:coverage-create", ["Southern"]):
        yield f"names {named}"
    if name.startswith(EVERYBODYS):
        return
    if name in WITH_ID and response.status_code not in (404, 405):
        yield f"is there: {response.status_code}"
    if is_page and SAYS_SO not in text:
        yield "does not say why it is empty"
    is_file = response.status_code == 200 and name.endswith("-export")
    if is_file and len(text.splitlines()) > 1:
        yield "exports rows"


def test_pages_say_why_they_are_empty_and_show_nothing_of_the_market(
    newcomer, world, finished_reports, client, address_of
):
    client.force_login(newcomer)

    wrong = {
        name: found
        for name in asked(newcomer)
        if (found := [*wrong_with(name, client.get(address_of(name)))])
    }

    assert wrong == {}
    for model in (Practice, Physician, Referral, Visit):
        assert not model.objects.visible_to(newcomer).exists()
    for query in ("North", "South", "1200000", "37203", "Clinic"):
        text = client.get("/search/", {"q": query}).text
        assert not [word for word in (*NAMES, *SECRETS) if word in text]


def test_a_territory_given_today_takes_the_words_away(north, client):
    newcomer = UserFactory(role=User.Role.LIAISON)
    client.force_login(newcomer)
    assert SAYS_SO in client.get("/practices/").text

    newcomer.assignments.create(territory=north, starts_on=timezone.localdate())

    assert SAYS_SO not in client.get("/practices/").text


def test_who_sees_everything_is_not_told(administrator, executive, client):
    for person in (administrator, executive):
        client.force_login(person)

        assert SAYS_SO not in client.get("/practices/").text
