"""The check digit, against vectors of the registry and of synthetic data."""

import pytest

from referrals.npi import NpiClass, classify, repair

VALID, BAD_PREFIX, INVALID, MISSING = (
    NpiClass.VALID,
    NpiClass.BAD_PREFIX,
    NpiClass.INVALID,
    NpiClass.MISSING,
)


@pytest.mark.parametrize(
    ("npi", "expected"),
    [
        ("1234567893", VALID),
        ("1245319599", VALID),
        ("1679576722", VALID),
        ("1780778969", VALID),
        ("1003000126", VALID),
        ("2000000002", VALID),
        ("1234567890", INVALID),
        ("1801234567", INVALID),
        ("9941339108", INVALID),
        ("6476809087", INVALID),
        ("123456789", INVALID),
        ("12345678931", INVALID),
        ("167957672X", INVALID),
        ("١٢٣٤٥٦٧٨٩٣", INVALID),
        ("9941339100", BAD_PREFIX),
        ("9999310391", BAD_PREFIX),
        ("", MISSING),
        (None, MISSING),
    ],
)
def test_an_npi_has_the_class_of_its_digits(npi, expected):
    assert classify(npi) == expected


@pytest.mark.parametrize(
    "value", ["1679576722.0", " 1679576722 ", "808401679576722", "1679576722"]
)
def test_what_a_spreadsheet_does_to_an_npi_is_repaired(value):
    assert repair(value) == "1679576722"


@pytest.mark.parametrize("value", ["", None, "  "])
def test_nothing_repairs_to_nothing(value):
    assert repair(value) == ""


def test_other_text_is_left_as_it_is():
    assert repair("167957672X") == "167957672X"
