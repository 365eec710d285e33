"""The scoping rule against the same rule in plain Python, on random markets."""

import datetime as dt
import random

import pytest
from django.utils import timezone

from accounts.models import Territory, User
from referrals.models import (
    Organization,
    Physician,
    Practice,
    Referral,
    TerritoryException,
)
from tests.factories.accounts import (
    TerritoryAssignmentFactory,
    TerritoryFactory,
    TerritoryZipFactory,
    UserFactory,
)
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    ReferralFactory,
)

pytestmark = pytest.mark.django_db


def holds(row, starts, ends, on):
    """Is the day in [starts, ends)? Without an end it is open on that side."""
    first, last = getattr(row, starts), getattr(row, ends)
    return (first is None or first <= on) and (last is None or last > on)


class Market:
    """Random territories, people, practices, physicians and referrals."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.today = timezone.localdate()
        self.nodes = []
        for _ in range(9):
            parent = self.draw.choice([None, *self.nodes])
            self.nodes.append(TerritoryFactory(parent=parent))
        self.zips = [
            TerritoryZipFactory(
                zip_code=f"{37000 + number}", territory=self.draw.choice(self.nodes)
            )
            for number in range(12)
        ]
        self.people = [UserFactory(role=User.Role.MANAGER) for _ in range(4)]
        self.assignments = [
            TerritoryAssignmentFactory(
                user=self.draw.choice(self.people),
                territory=node,
                starts_on=self.today + dt.timedelta(self.draw.randint(-2, 1)),
                ends_on=self.draw.choice([None, self.today + dt.timedelta(2)]),
            )
            for node in self.draw.sample(self.nodes, 6)
        ]
        for assignment in self.assignments[:2]:
            assignment.starts_on = self.today - dt.timedelta(5)
            assignment.ends_on = self.today - dt.timedelta(self.draw.randint(-1, 1))
            assignment.save()
        self.practices = [
            PracticeFactory(
                zip_code=f"{37000 + self.draw.randrange(14)}",
                organization=self.draw.choice([None, OrganizationFactory()]),
            )
            for _ in range(14)
        ]
        self.exceptions = [
            TerritoryException.objects.create(
                practice=practice,
                territory=self.draw.choice(self.nodes),
                starts_on=self.today + dt.timedelta(self.draw.randint(-3, 1)),
                ends_on=self.draw.choice([None, self.today + dt.timedelta(2)]),
            )
            for practice in self.practices[:5]
        ]
        self.exceptions[0].starts_on = self.today - dt.timedelta(5)
        self.exceptions[0].ends_on = self.today
        self.exceptions[0].save()
        self.physicians = [PhysicianFactory() for _ in range(8)]
        self.affiliations = [
            AffiliationFactory(
                physician=self.draw.choice(self.physicians),
                practice=practice,
                effective_from=self.around(-3, 1),
                effective_to=self.around(0, 1),
            )
            for practice in self.practices
        ]
        self.referrals = [
            ReferralFactory(
                referring_physician=self.draw.choice(self.physicians),
                referring_practice=self.draw.choice([None, *self.practices]),
            )
            for _ in range(12)
        ]

    def around(self, first, last):
        """No day, or one from `first` days after today to `last` days after."""
        if first == 0:
            return self.draw.choice([None, self.today, self.today + dt.timedelta(last)])
        day = self.today + dt.timedelta(self.draw.randint(first, -1))
        return self.draw.choice([None, day])

    def territories_of(self, person):
        seen = {
            assignment.territory
            for assignment in self.assignments
            if assignment.user == person
            and holds(assignment, "starts_on", "ends_on", self.today)
        }
        for node in self.nodes:  # a parent stands before its children
            if node.parent in seen:
                seen.add(node)
        return seen

    def practices_of(self, person):
        territories = self.territories_of(person)
        where = {row.zip_code: row.territory for row in self.zips}
        excepted = {
            each.practice: each.territory
            for each in self.exceptions
            if holds(each, "starts_on", "ends_on", self.today)
        }
        return {
            each
            for each in self.practices
            if excepted.get(each, where.get(each.zip_code)) in territories
        }

    def physicians_of(self, person):
        practices = self.practices_of(person)
        return {
            each.physician
            for each in self.affiliations
            if each.practice in practices
            and holds(each, "effective_from", "effective_to", self.today)
        }

    def referrals_of(self, person):
        practices, physicians = self.practices_of(person), self.physicians_of(person)
        return {
            each
            for each in self.referrals
            if each.referring_practice in practices
            or each.referring_physician in physicians
        }


@pytest.mark.parametrize("seed", range(6))
def test_the_scope_is_the_rule_in_plain_words(seed):
    market = Market(seed)

    for person in market.people:
        for model, expected in (
            (Territory, market.territories_of(person)),
            (Practice, market.practices_of(person)),
            (Physician, market.physicians_of(person)),
            (Referral, market.referrals_of(person)),
        ):
            assert set(model.objects.visible_to(person)) == expected


def test_a_scope_follows_the_assignments_without_delay(manager, north_practice):
    practices = Practice.objects.visible_to(manager)
    assert practices.exists()

    manager.assignments.all().delete()

    assert not practices.exists()


def test_the_territory_of_a_practice_is_that_of_its_exception_while_it_lasts(
    north, south, north_practice
):
    today = timezone.localdate()
    TerritoryException.objects.create(
        practice=north_practice, territory=south, starts_on=today
    )

    def territory_on(day):
        return Practice.objects.with_territory(on=day).get().territory_id

    assert territory_on(today - dt.timedelta(1)) == north.pk
    assert territory_on(today) == south.pk


def test_a_loop_in_the_tree_ends(manager, region, north):
    Territory.objects.filter(pk=region.pk).update(parent=north)

    assert north in Territory.objects.visible_to(manager)


def test_a_scope_costs_one_query(manager, north_practice, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert list(Practice.objects.visible_to(manager)) == [north_practice]


@pytest.mark.parametrize("seed", range(6))
def test_asked_row_by_row_the_scope_is_the_same(seed):
    market = Market(seed)

    for person in market.people:
        for model in (Practice, Physician, Organization):
            found = model.objects.among_visible_to(person)
            assert set(found) == set(model.objects.visible_to(person))
