import datetime as dt

import pytest

from accounts.forms.zips import TerritoryZipsForm

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def zips_of(north):
    """`zips_of(text)`: the bound form of the north."""

    def bind(text):
        return TerritoryZipsForm({"zip_codes": text}, territory=north, on=TODAY)

    return bind


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", set()),
        ("37201", {"37201"}),
        ("37201, 37202\n37203;37204", {"37201", "37202", "37203", "37204"}),
        ("37201-1234 372021234", {"37201", "37202"}),
        ("37201-37203", {"37201", "37202", "37203"}),
        ("00501-00502", {"00501", "00502"}),
        ("37201 37201", {"37201"}),
    ],
)
def test_zip_codes_are_read_as_people_write_them(text, codes, zips_of):
    form = zips_of(text)

    assert form.is_valid()
    assert form.cleaned_data["zip_codes"] == codes


@pytest.mark.parametrize(
    "word",
    ["3720", "372011", "abc", "37205-37201", "00000-99999", "٣٧٢٠١", "-37201", "1e5"],
)
def test_what_is_no_zip_code_is_named(word, zips_of):
    form = zips_of(f"37201, {word}")

    assert not form.is_valid()
    assert word in form.errors["zip_codes"][0]


def test_of_many_bad_words_ten_are_named(zips_of):
    form = zips_of(" ".join(f"bad{number}" for number in range(25)))

    assert "and 15 more" in form.errors["zip_codes"][0]


def test_a_nul_in_the_list_is_an_error_of_the_form(zips_of):
    assert not zips_of("37201\x00").is_valid()


def test_the_form_shows_the_list_in_short(north, zips_of):
    form = TerritoryZipsForm(None, territory=north, on=TODAY)

    assert form.initial["zip_codes"] == "37203"


def test_without_a_day_it_holds_from_today_and_for_new_codes_from_the_beginning(
    zips_of,
):
    form = zips_of("37204")
    assert form.is_valid()

    assert form.days() == {
        "on": TODAY,
        "new_from": dt.date(1900, 1, 1),
        "reaches_back": False,
    }


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "soon"])
def test_a_day_that_makes_no_sense_is_an_error_beside_it(day, north):
    form = TerritoryZipsForm(
        {"zip_codes": "37204", "on": day}, territory=north, on=TODAY
    )

    assert "on" in form.errors
