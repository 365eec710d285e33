"""Where ZIP codes lie, and how far apart they are."""

import pytest

from liaison_crm.lib import geography


@pytest.fixture
def without_package(settings, tmp_path):
    """An installation in which `npm ci` has not run."""
    settings.NODE_MODULES = tmp_path
    geography.centroids.cache_clear()
    yield
    geography.centroids.cache_clear()


def test_a_zip_code_has_the_middle_of_its_area():
    north, east = geography.centroid("37064")

    assert north == pytest.approx(35.88, abs=0.01)
    assert east == pytest.approx(-86.95, abs=0.01)


def test_zeros_in_front_and_four_digits_more_are_understood():
    assert geography.centroid("02906") is not None
    assert geography.centroid("37064-1234") == geography.centroid("37064")
    assert geography.centroid(" 37064 ") == geography.centroid("37064")


@pytest.mark.parametrize(
    "text", ["", "00000", "99999", "abc", "3706", "\0", "9" * 9999]
)
def test_what_is_no_area_has_no_centroid(text):
    assert geography.centroid(text) is None


def test_all_states_are_there():
    assert len(geography.centroids()) > 33_000


def test_distances_are_those_of_a_map():
    franklin, nashville = geography.centroid("37064"), geography.centroid("37203")
    new_york, los_angeles = (40.6413, -73.7781), (33.9416, -118.4085)

    assert geography.miles(franklin, nashville) == pytest.approx(20.5, abs=0.5)
    assert geography.miles(nashville, franklin) == geography.miles(franklin, nashville)
    assert geography.miles(new_york, los_angeles) == pytest.approx(2475, rel=0.005)


def test_a_place_is_no_distance_from_itself():
    assert geography.miles((35.9, -86.9), (35.9, -86.9)) == 0


def test_the_other_side_of_the_world_is_half_its_girth_away():
    assert geography.miles((0, 0), (0, 180)) == pytest.approx(12437, abs=2)


def test_the_installed_package_gives_no_warning():
    assert geography.is_installed()
    assert geography.check() == []


def test_without_the_package_nothing_has_a_place_and_the_check_says_why(
    without_package,
):
    assert geography.centroid("37064") is None
    assert not geography.is_installed()
    assert "npm ci" in geography.check()[0].msg
