import pytest
from django.urls import reverse

from accounts import navigation
from accounts.models import User
from accounts.permissions import can


def labels(user, path="/"):
    sections = navigation.sections_for(user, path)
    return {link.label for _, links in sections for link in links}


@pytest.mark.parametrize("role", User.Role)
def test_only_what_the_role_may_open_is_offered(role):
    user = User(role=role)
    allowed = {
        entry.label
        for entries in navigation.SECTIONS.values()
        for entry in entries
        if can(user, entry.permission)
    }

    assert labels(user) == allowed
    assert allowed


@pytest.mark.parametrize(
    "entry",
    [entry for entries in navigation.SECTIONS.values() for entry in entries],
    ids=lambda entry: entry.label,
)
def test_an_entry_leads_to_the_page_that_lights_it_up(entry):
    assert navigation.current_entry(reverse(entry.url_name)) is entry


def test_the_longest_prefix_lights_up():
    sections = navigation.sections_for(
        User(role=User.Role.COORDINATOR), "/referrals/worklist/"
    )

    current = [link.label for _, links in sections for link in links if link.is_current]

    assert current == ["Worklist"]


def test_a_page_outside_the_table_lights_up_nothing():
    assert navigation.current_entry("/accounts/password/") is None


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (User.Role.LIAISON, ["Today", "Practices", "Physicians"]),
        (User.Role.COORDINATOR, ["Today", "Worklist", "Practices"]),
        (User.Role.MANAGER, ["Today", "Dashboard", "Worklist"]),
        (User.Role.COMPLIANCE, ["Practices", "Physicians"]),
    ],
)
def test_a_phone_has_three_places_at_hand(role, labels):
    links = navigation.quick_links(navigation.sections_for(User(role=role), "/"))

    assert [link.label for link in links] == labels
