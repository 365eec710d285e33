import datetime as dt

from django.urls import reverse

from tests.factories.referrals import ReferralFactory

URL = reverse("referrals:referral-export")


def test_the_file_holds_what_the_list_shows(
    text_of, liaison, north_referral, south_referral
):
    text = text_of(liaison, f"{URL}?status=received")

    assert "N-1,consult,2026-03-02" in text
    assert "S-1" not in text


def test_moments_are_local_with_their_offset(text_of, liaison, north_physician):
    ReferralFactory(
        referring_physician=north_physician,
        seen_at=dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC),
    )

    assert "2026-03-02T12:00-06:00" in text_of(liaison, URL)


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_referral, nonsense):
    assert text_of(liaison, f"{URL}?{nonsense}").startswith("\ufeffreferral_id,")
