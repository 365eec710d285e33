"""The practices behind the figures of a what-if, by hand."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import WhatIfMove
from outreach.models import Visit
from referrals.models import TerritoryException
from tests.factories.accounts import TerritoryZipFactory, UserFactory
from tests.factories.outreach import VisitFactory
from tests.factories.referrals import PracticeFactory, ReferralFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def clinics(north, south):
    """Alpha and Beta in the north, Gamma in the south, Delta there by exception."""
    TerritoryZipFactory(territory=north, zip_code="37204")
    made = {
        name: PracticeFactory(name=name, city="Nashville", zip_code=code, tier="A")
        for name, code in (
            ("Alpha", "37203"),
            ("Beta", "37204"),
            ("Gamma", "37401"),
            ("Delta", "37204"),
        )
    }
    PracticeFactory(name="Shut", zip_code="37204", is_active=False)
    TerritoryException.objects.create(
        practice=made["Delta"], territory=south, starts_on=TODAY
    )
    return made


@pytest.fixture
def moved(what_if, north, south, clinics):
    """Beta's ZIP code goes to the south."""
    WhatIfMove.objects.create(
        what_if=what_if, zip_code="37204", before=north, after=south
    )
    return what_if


@pytest.fixture
def ask(client, manager, moved):
    def ask(side, territory, user=manager, view="list", **query):
        client.force_login(user)
        key = territory and territory.pk
        asked = {"side": side, "territory": key or ""} | query
        return client.get(url_of(moved, view), asked)

    return ask


def url_of(what_if, view="list"):
    return reverse(f"reports:what-if-practice-{view}", args=[what_if.pk])


def names(response):
    return [row.practice.name for row in response.context["page"]]


def test_each_side_lists_what_its_figure_counts(ask, north, south):
    assert names(ask("now", north)) == ["Alpha", "Beta"]
    assert names(ask("then", north)) == ["Alpha"]
    assert names(ask("now", south)) == ["Delta", "Gamma"]
    assert names(ask("then", south)) == ["Beta", "Delta", "Gamma"]


def test_the_figures_open_the_rows(client, ask, moved, manager, north, south):
    client.force_login(manager)

    text = client.get(reverse("reports:what-if-detail", args=[moved.pk])).text

    rows = url_of(moved)
    for side in ("now", "then"):
        for sort in ("name", "-planned", "-referrals"):
            if (side, sort) in {("now", "-planned"), ("now", "-referrals")}:
                continue  # both sides are alike: one figure
            query = f"side={side}&amp;territory={north.pk}&amp;sort={sort}"
            assert f'{rows}?{query}"' in text


def test_visits_and_referrals_stand_beside_each_and_open_theirs(
    ask, clinics, north, liaison
):
    ahead = {"status": Visit.Status.PLANNED, "practice": clinics["Beta"]}
    VisitFactory(liaison=liaison, visited_on=TODAY + dt.timedelta(3), **ahead)
    VisitFactory(liaison=liaison, visited_on=TODAY + dt.timedelta(28), **ahead)
    ReferralFactory.create_batch(
        2, referring_practice=clinics["Alpha"], received_on=TODAY - dt.timedelta(9)
    )

    response = ask("now", north, sort="-referrals")

    assert [
        (row.practice.name, row.stop.planned, row.stop.referrals)
        for row in response.context["page"]
    ] == [("Alpha", 0, 2), ("Beta", 1, 0)]
    assert names(ask("now", north, sort="-planned")) == ["Beta", "Alpha"]
    assert f"/visits/?practice={clinics['Beta'].pk}" in response.text
    assert f"/referrals/?practice={clinics['Alpha'].pk}" in response.text


def test_practices_of_no_territory_are_an_administrators(
    ask, administrator, moved, manager
):
    PracticeFactory(name="Nowhere", zip_code="99999")
    type(moved).objects.update(root=None)

    assert names(ask("now", None, user=administrator)) == ["Nowhere"]


def test_the_export_holds_the_rows(ask, south):
    response = ask("then", south, view="export")

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == [
        "practice,city,zip,tier,visits_planned,referrals",
        "Beta,Nashville,37204,A,0,0",
        "Delta,Nashville,37204,A,0,0",
        "Gamma,Nashville,37401,A,0,0",
    ]


@pytest.mark.parametrize("query", ["", "side=never", "side=now&territory=x"])
def test_nonsense_is_not_found(client, manager, moved, query):
    client.force_login(manager)

    assert client.get(f"{url_of(moved)}?{query}").status_code == 404


def test_a_territory_of_another_region_is_not_found(ask, sibling_manager):
    (beside,) = (one.territory for one in sibling_manager.assignments.all())

    assert ask("now", beside).status_code == 404


def test_another_regions_manager_finds_nothing(ask, north, sibling_manager):
    assert ask("now", north, user=sibling_manager).status_code == 404
    assert ask("now", north, user=sibling_manager, view="export").status_code == 404


def test_what_was_applied_is_history(ask, moved, north):
    moved.applied_at, moved.applied_on = timezone.now(), TODAY
    moved.applied_by = UserFactory()
    moved.save()

    assert ask("now", north).status_code == 404


def test_it_asks_a_fixed_number_of_questions(
    client, manager, moved, north, django_assert_max_num_queries
):
    PracticeFactory.create_batch(5, zip_code="37203")
    client.force_login(manager)

    with django_assert_max_num_queries(14):
        client.get(url_of(moved), {"side": "then", "territory": north.pk})
