"""What maps draw, as it is sent."""

import gzip
import json

import pytest
from django.urls import reverse

from accounts import maps
from liaison_crm.lib import shapes

pytestmark = pytest.mark.django_db


def test_a_state_is_sent_compressed(signed_in, liaison):
    url = reverse("accounts:zip-shapes", args=["DE"])

    response = signed_in(liaison).get(url, headers={"Accept-Encoding": "gzip, br"})

    assert response.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(response.content))["type"] == "Topology"


def test_who_cannot_unpack_gets_it_plain(signed_in, liaison):
    response = signed_in(liaison).get(reverse("accounts:county-shapes", args=["DE"]))

    assert "Content-Encoding" not in response.headers
    assert response.json()["type"] == "Topology"
    assert "Accept-Encoding" in response.headers["Vary"]


def test_an_address_with_the_version_is_kept_by_the_browser_alone(signed_in, liaison):
    (state,) = maps.states_of(["19901"])

    response = signed_in(liaison).get(state.zips_url)

    assert set(response.headers["Cache-Control"].split(", ")) == {
        "private",
        "immutable",
        "max-age=31536000",
    }


@pytest.mark.parametrize("query", ["", "?v=old"])
def test_any_other_address_is_asked_again(signed_in, liaison, query):
    url = reverse("accounts:zip-shapes", args=["DE"]) + query

    response = signed_in(liaison).get(url)

    assert set(response.headers["Cache-Control"].split(", ")) == {"private", "no-cache"}


def test_who_has_it_is_not_sent_it_again(signed_in, liaison):
    url = reverse("accounts:zip-shapes", args=["DE"])
    tag = signed_in(liaison).get(url).headers["ETag"]

    response = signed_in(liaison).get(url, headers={"If-None-Match": tag})

    assert response.status_code == 304
    assert not response.content
    assert "no-store" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("state", ["XX", "de", "..", "GU", "DEL", "%00"])
def test_what_is_no_state_is_not_found(signed_in, liaison, state):
    response = signed_in(liaison).get(f"/maps/{state}/zips.json")

    assert response.status_code == 404


def test_the_states_in_use_are_those_of_the_zip_codes():
    used = maps.states_of(["37064", "37203", "36104", "37011"])

    assert [state.name for state in used] == ["Alabama", "Tennessee"]
    assert all(shapes.version() in state.counties_url for state in used)
