import pytest

from liaison_crm.lib import formats


@pytest.mark.parametrize(
    ("cents", "printed"),
    [(123456, "$1,235"), (0, "$0"), (-98765400, "-$987,654"), (None, "no data")],
)
def test_dollars_are_whole_with_thousands_and_sign(cents, printed):
    assert formats.dollars(cents) == printed


@pytest.mark.parametrize(
    ("cents", "printed"),
    [(123456, "$1,234.56"), (5, "$0.05"), (-5, "-$0.05"), (None, "no data")],
)
def test_exact_dollars_keep_the_cents(cents, printed):
    assert formats.exact_dollars(cents) == printed


@pytest.mark.parametrize(
    ("share", "printed"), [(0.3594, "35.9 %"), (0, "0.0 %"), (None, "no data")]
)
def test_a_share_is_printed_as_percent(share, printed):
    assert formats.percent(share) == printed


@pytest.mark.parametrize(
    ("digits", "printed"),
    [("6155550100", "(615) 555-0100"), ("911", "911"), ("", "")],
)
def test_ten_digits_are_a_phone_number(digits, printed):
    assert formats.phone(digits) == printed


def test_a_month_is_printed_as_people_say_it():
    assert formats.month("2026-04") == "Apr 2026"
