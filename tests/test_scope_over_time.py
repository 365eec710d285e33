"""Who sees which practice, on random trees and dates, against a rule in plain Python.

Each case is a world of its own: a tree, ZIP codes that move, people with dated
assignments, colleagues who cover for them, practices with exceptions, and some who
were deactivated. The rule below knows nothing of the database.
"""

import datetime as dt
import random

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import (
    Coverage,
    Territory,
    TerritoryAssignment,
    TerritoryZip,
    User,
)
from outreach.models import Visit
from referrals.models import (
    Affiliation,
    Organization,
    Physician,
    Practice,
    TerritoryException,
)
from tests.factories.referrals import npi_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
CASES, MANY = 100, 2000
ROLES = ["liaison"] * 4 + ["coordinator", "manager", "manager", "administrator"]


def day(number):
    return TODAY + dt.timedelta(number)


def is_on(row, on, starts="starts_on", ends="ends_on"):
    first, last = getattr(row, starts), getattr(row, ends)
    return (first is None or first <= on) and (last is None or last > on)


class World:
    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.key = seed * 100
        self.tree()
        self.people = self.made(
            User,
            [
                {
                    "email": f"p{seed}-{n}@example.org",
                    "name": f"P{n}",
                    "role": self.draw.choice(ROLES),
                    "is_active": self.draw.random() < 0.85,
                }
                for n in range(5)
            ],
        )
        self.work()
        self.directory()

    def made(self, model, rows):
        return model.objects.bulk_create([model(**row) for row in rows])

    def span(self, *, is_open=True):
        """Dates around today, often right at it."""
        first = day(self.draw.choice([-9, -3, -1, 0, 0, 1, 4]))
        last = first + dt.timedelta(self.draw.choice([1, 1, 2, 3, 9, 12]))
        is_open = is_open and self.draw.random() < 0.4
        return {"starts_on": first, "ends_on": None if is_open else last}

    def tree(self):
        self.nodes = []
        for number in range(self.draw.randint(2, 8)):
            parent = self.draw.choice([None, *self.nodes])
            name = f"{self.key}-{number}"
            self.nodes.append(Territory.objects.create(name=name, parent=parent))
        rows = []
        self.codes = [f"{30000 + number}" for number in range(5)]
        for code in self.codes:
            cuts = sorted(self.draw.sample([-8, -2, -1, 0, 1, 2, 5], 3))
            days = [None, *map(day, cuts), None]
            for first, last in zip(days, days[1:], strict=False):
                if self.draw.random() < 0.75:
                    start = {"starts_on": first} if first else {}
                    node = self.draw.choice(self.nodes)
                    rows.append(
                        {"zip_code": code, "territory": node, "ends_on": last} | start
                    )
        self.zips = self.made(TerritoryZip, rows)

    def work(self):
        pairs = {
            (self.draw.choice(self.people), self.draw.choice(self.nodes))
            for _ in range(5)
        }
        self.assignments = self.made(
            TerritoryAssignment,
            [{"user": who, "territory": node} | self.span() for who, node in pairs],
        )
        pairs = {tuple(self.draw.sample(self.people, 2)) for _ in range(3)}
        self.coverages = self.made(
            Coverage,
            [
                {"covered": away, "covering": here, "made_by": away}
                | self.span(is_open=False)
                for away, here in pairs
            ],
        )

    def directory(self):
        groups = self.made(Organization, [{"name": f"O{n}"} for n in range(3)])
        self.practices = self.made(
            Practice,
            [
                {
                    "name": f"C{n}",
                    "zip_code": self.draw.choice([*self.codes, "", "39999"]),
                    "organization": self.draw.choice([None, *groups]),
                }
                for n in range(7)
            ],
        )
        self.exceptions = self.made(
            TerritoryException,
            [
                {"practice": one, "territory": self.draw.choice(self.nodes)}
                | self.span()
                for one in self.draw.sample(self.practices, 3)
            ],
        )
        physicians = self.made(
            Physician, [{"npi": npi_of(self.key + n)} for n in range(4)]
        )
        self.affiliations = self.made(
            Affiliation,
            [
                {
                    "physician": self.draw.choice(physicians),
                    "practice": practice,
                    "effective_from": self.draw.choice([None, day(-3), day(0), day(1)]),
                    "effective_to": self.draw.choice([None, day(2), day(5)]),
                }
                for practice in self.practices
            ],
        )
        self.visits = self.made(
            Visit,
            [
                {
                    "practice": self.draw.choice(self.practices),
                    "liaison": self.draw.choice(self.people),
                    "visited_on": day(self.draw.randint(-9, 9)),
                }
                for _ in range(5)
            ],
        )

    # The rule ---------------------------------------------------------------

    def sees_everything(self, person):
        return person.role == "administrator"

    def nodes_of(self, person, on):
        """Theirs, those of whom they cover, and what hangs below."""
        if self.sees_everything(person):
            return set(self.nodes)
        followed = {person} | {
            row.covered
            for row in self.coverages
            if row.covering == person and is_on(row, on)
        }
        nodes = {
            row.territory
            for row in self.assignments
            if row.user in followed and is_on(row, on) and person.is_active
        }
        for node in self.nodes:  # a parent stands before its children
            if node.parent in nodes:
                nodes.add(node)
        return nodes

    def home_of(self, practice, on):
        """The territory it belongs to on that day, or None."""
        for row in self.exceptions:
            if row.practice == practice and is_on(row, on):
                return row.territory
        for row in self.zips:
            if row.zip_code == practice.zip_code and is_on(row, on):
                return row.territory
        return None

    def practices_of(self, person, on):
        nodes = self.nodes_of(person, on)
        return {
            one
            for one in self.practices
            if self.sees_everything(person) or self.home_of(one, on) in nodes
        }

    def expected(self, person):
        places = self.practices_of(person, TODAY)
        everything = self.sees_everything(person)
        return {
            Territory: self.nodes_of(person, TODAY),
            Practice: places,
            Physician: {
                row.physician
                for row in self.affiliations
                if row.practice in places
                and is_on(row, TODAY, "effective_from", "effective_to")
            },
            Organization: {one.organization for one in places} - {None},
            Visit: {
                row
                for row in self.visits
                if row.practice in places or row.liaison == person or everything
            },
        }


def check(seed):
    world = World(seed)
    for person in world.people:
        for model, expected in world.expected(person).items():
            found = set(model.objects.visible_to(person))
            if world.sees_everything(person) and model in (Physician, Organization):
                assert expected <= found, (seed, person.name, model.__name__)
            else:
                assert found == expected, (seed, person.name, model.__name__)
    on = day(world.draw.randint(-9, 9))
    homes = dict(
        Practice.objects.with_territory(on=on).values_list("pk", "territory_id")
    )
    for practice in world.practices:
        home = world.home_of(practice, on)
        assert homes[practice.pk] == (home.pk if home else None), (seed, practice.name)
    nodes = set(world.draw.sample(world.nodes, 2))
    there = Territory.objects.filter(pk__in=[node.pk for node in nodes])
    assert set(Practice.objects.in_territories(there, on=on)) == {
        one for one in world.practices if world.home_of(one, on) in nodes
    }, seed


@pytest.mark.parametrize("tens", range(CASES // 10))
def test_everybody_sees_what_the_rule_in_plain_words_says(tens):
    for seed in range(tens * 10, tens * 10 + 10):
        check_alone(seed)


@pytest.mark.long
@pytest.mark.parametrize("hundreds", range(MANY // 100))
def test_so_it_is_in_two_thousand_worlds(hundreds):
    first = CASES + hundreds * 100
    for seed in range(first, first + 100):
        check_alone(seed)


def check_alone(seed):
    """One world in the database at a time."""
    with transaction.atomic():
        check(seed)
        transaction.set_rollback(True)
