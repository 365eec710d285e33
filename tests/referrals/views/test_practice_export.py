from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories.referrals import PracticeFactory

URL = reverse("referrals:practice-export")


def test_the_file_holds_what_the_list_shows(
    text_of, liaison, north_practice, south_practice
):
    PracticeFactory(name="Another")

    text = text_of(liaison, f"{URL}?q=north")

    assert "North Clinic" in text
    assert "Another" not in text
    assert "South Clinic" not in text


def test_cells_start_no_formula(text_of, liaison, north):
    PracticeFactory(name='=HYPERLINK("x")')

    assert "'=HYPERLINK" in text_of(liaison, URL)


def test_the_export_is_audited(text_of, liaison, north_practice):
    text_of(liaison, f"{URL}?tier=A")

    event = AuditEvent.objects.get(action=AuditEvent.Action.EXPORTED)
    assert event.actor == liaison
    assert event.detail == {"filters": "tier=A", "rows": 0}


def test_nonsense_in_the_query_is_no_error(text_of, liaison, north_practice, nonsense):
    assert text_of(liaison, f"{URL}?{nonsense}").startswith("\ufeffname,")
