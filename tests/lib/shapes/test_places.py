"""Which county and state a ZIP code lies in."""

import pytest

from liaison_crm.lib import geography, shapes


@pytest.mark.parametrize(
    ("zip_code", "fips", "name", "state"),
    [
        ("37064", "47187", "Williamson", "TN"),
        ("75201", "48113", "Dallas", "TX"),
        ("10001", "36061", "New York", "NY"),
        ("99501", "02020", "Anchorage", "AK"),
        ("96813", "15003", "Honolulu", "HI"),
        ("00601", "72001", "Adjuntas", "PR"),
        ("20001", "11001", "District of Columbia", "DC"),
    ],
)
def test_a_zip_code_lies_in_the_county_around_its_centroid(zip_code, fips, name, state):
    county = shapes.county_of(zip_code)

    assert (county.fips, county.name, county.state) == (fips, name, state)
    assert shapes.state_of(zip_code) == state


def test_a_centroid_in_the_water_belongs_to_the_nearest_county():
    assert shapes.county_of("04050").name == "Cumberland"  # Long Island, Maine


@pytest.mark.parametrize("text", ["37011", "00000", "", "abc", "\0", "9" * 9999])
def test_what_has_no_centroid_has_neither_county_nor_state(text):
    assert shapes.county_of(text) is None
    assert shapes.state_of(text) is None


def test_guam_is_in_no_state_of_ours():
    assert geography.centroid("96910")
    assert shapes.state_of("96910") is None


def test_four_digits_more_are_understood():
    assert shapes.state_of(" 37064-1234 ") == "TN"


def test_states_are_named_once_and_unknown_codes_are_passed_over():
    assert shapes.states_of(["37064", "75201", "37203", "37011"]) == ["TN", "TX"]


def test_a_county_knows_its_zip_codes_and_each_belongs_to_one():
    williamson = shapes.zips_in_county("47187")

    assert "37064" in williamson
    assert all(shapes.county_of(code).fips == "47187" for code in williamson)
    assert shapes.zips_in_county("99999") == []


def test_all_zip_codes_but_those_of_other_territories_lie_in_a_state():
    outside = [code for code in geography.centroids() if not shapes.state_of(code)]

    assert {code[:3] for code in outside} <= {"008", "967", "969"}
    assert len(outside) < 20


def test_there_are_fifty_states_the_district_and_puerto_rico():
    assert len(shapes.states()) == 52
    assert {county.state for county in shapes.counties().values()} == set(
        shapes.states()
    )
