import pytest
from django import forms

from liaison_crm.lib.money import DollarsField, cents_of, typed


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12,345.67", 1_234_567),
        ("$12,345", 1_234_500),
        (" 850 ", 85_000),
        ("0", 0),
        ("0.5", 50),
        ("$ 1.05", 105),
        ("1000000.10", 100_000_010),
    ],
)
def test_dollars_are_read_to_the_cent(text, cents):
    assert cents_of(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "1e5",
        "-5",
        "−5",
        "(5)",
        "٥٠",
        "５",
        "1,2345",
        "1.234",
        "1,23",
        "12.",
        ".5",
        "5 dollars",
        "inf",
        "9" * 29,
        "\x00",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="[a-z]"):
        cents_of(text)


def test_typed_is_what_is_read():
    assert typed(1_234_567) == "12345.67"
    assert cents_of(typed(5)) == 5
    assert typed(None) == ""


def test_an_empty_field_is_not_entered_and_not_zero():
    field = DollarsField(required=False)

    assert field.clean("") is None
    assert field.clean("0") == 0


def test_a_negative_amount_is_named_as_such():
    with pytest.raises(forms.ValidationError, match="cannot be negative"):
        DollarsField().clean("-5")


@pytest.mark.parametrize(
    ("initial", "data", "changed"),
    [
        (None, "", False),
        (100, "1.00", False),
        (100, "$1", False),
        (100, "", True),
        (None, "0", True),
        (100, "x", True),
        (None, "x", True),
    ],
)
def test_a_field_has_changed_when_the_cents_have(initial, data, changed):
    assert DollarsField(required=False).has_changed(initial, data) is changed
