from django.urls import reverse

from tests.factories.referrals import AffiliationFactory

URL = reverse("referrals:physician-export")


def test_the_file_holds_what_the_list_shows(
    text_of, liaison, north_physician, south_physician, south_practice
):
    AffiliationFactory(physician=north_physician, practice=south_practice)

    text = text_of(liaison, f"{URL}?q=north")

    assert north_physician.npi in text
    assert "North Clinic" in text
    assert "South" not in text


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_physician, nonsense):
    assert text_of(liaison, f"{URL}?{nonsense}").startswith("\ufefflast_name,")
