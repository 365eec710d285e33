from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories.referrals import PracticeFactory
from tests.workbooks import kinds_of, rows_of

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


def test_an_export_holds_the_columns_that_were_chosen(text_of, liaison, north_practice):
    text = text_of(liaison, f"{URL}?columns=zip,city")

    assert text.splitlines() == ["\ufeffname,city,zip", "North Clinic,Nashville,37203"]


def test_excel_holds_the_same_with_zip_codes_as_text(
    signed_in, liaison, north_practice, south_practice
):
    PracticeFactory(name="=1+1", zip_code="37203")

    response = signed_in(liaison).get(f"{URL}?format=xlsx&columns=zip")
    book = b"".join(response.streaming_content)

    assert rows_of(book) == [
        ["name", "zip"],
        ["'=1+1", "37203"],
        ["North Clinic", "37203"],
    ]
    assert {kind for line in kinds_of(book) for kind in line} == {"text"}
