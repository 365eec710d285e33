"""Addresses that several pages are asked for."""

import pytest

from accounts.models import User
from tests.factories.accounts import TerritoryAssignmentFactory, UserFactory

NONSENSE = [
    "page=-1",
    "page=99999999999999999999",
    "sort=password",
    "sort=--name",
    "q=%00",
    "q=" + "x" * 10_000,
    "q=%25%27%22%3B--",
    "territory=99999999999999999999",
    "territory=x",
    "service_line=-5",
    "tier=Z",
    "active=perhaps",
    "entries=1e9",
    "received_from=9999-12-31",
    "received_to=0001-01-01",
    "received_from=yesterday",
    "practice=1e5",
    "group=nothing",
    "zip=%00",
    "npi=%F0%9F%98%80",
    "day=9999-12-31",
    "organization=%EF%BC%9D1",
]


@pytest.fixture(params=NONSENSE)
def nonsense(request):
    """A query string that no page of ours makes."""
    return request.param


@pytest.fixture
def text_of(signed_in):
    """`text_of(liaison, url)`: the page as that person gets it."""

    def read(user, url):
        response = signed_in(user).get(url)
        assert response.status_code == 200
        if response.streaming:
            return b"".join(response.streaming_content).decode()
        return response.content.decode()

    return read


@pytest.fixture
def south_manager(south):
    """A manager of the south alone."""
    user = UserFactory(name="Sue Southern", role=User.Role.MANAGER)
    TerritoryAssignmentFactory(user=user, territory=south)
    return user


@pytest.fixture
def south_coordinator(south):
    """A coordinator of the south alone."""
    user = UserFactory(name="Saul Southern", role=User.Role.COORDINATOR)
    TerritoryAssignmentFactory(user=user, territory=south)
    return user
