"""The search page, its export, and the sheet for a practice."""

import csv
import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from tests.factories.accounts import SavedViewFactory
from tests.factories.referrals import (
    AffiliationFactory,
    AvailabilityFactory,
    PhysicianFactory,
    PracticeFactory,
    SpecialistProfileFactory,
    SpecialtyFactory,
)

URL = reverse("referrals:specialist-list")
EXPORT = reverse("referrals:specialist-export")
SHEET = reverse("referrals:specialist-sheet")


@pytest.fixture
def knee(south_practice):
    """A specialist of ours in the south, to be seen today."""
    south_practice.latitude, south_practice.longitude = 35.05, -85.31
    south_practice.save()
    physician = PhysicianFactory(last_name="Knox", specialty=SpecialtyFactory())
    AffiliationFactory(physician=physician, practice=south_practice)
    profile = SpecialistProfileFactory(
        physician=physician,
        direct_line="6155550100",
        terms=[("condition", "Knee pain"), ("insurer", "Aetna")],
    )
    AvailabilityFactory(profile=profile, practice=south_practice)
    return profile


def test_words_become_filters_of_the_address(signed_in, liaison, knee):
    response = signed_in(liaison).get(
        URL, {"ask": "knee, Aetna, this week, near 37064"}
    )

    assert response.url == f"{URL}?what=knee&insurer=Aetna&when=week&near=37064"


def test_no_words_are_the_whole_list(signed_in, liaison):
    assert signed_in(liaison).get(URL, {"ask": " "}).url == URL


def test_a_liaison_finds_a_specialist_of_another_territory(text_of, liaison, knee):
    text = text_of(liaison, f"{URL}?what=knee&insurer=Aetna&when=week")

    assert "Knox" in text
    assert 'href="tel:6155550100"' in text
    assert "South Clinic" in text
    assert "checked today" in text
    assert "/practices/" not in text.split("<main")[1].split("</main>")[0]


def test_each_part_of_the_question_can_be_left_out(signed_in, liaison, knee):
    response = signed_in(liaison).get(f"{URL}?what=knee&insurer=Aetna&age=40")

    assert response.context["chips"] == [
        ("knee", f"{URL}?insurer=Aetna&age=40"),
        ("takes Aetna", f"{URL}?what=knee&age=40"),
        ("age 40", f"{URL}?what=knee&insurer=Aetna"),
    ]


def test_the_box_says_the_question_in_words(text_of, liaison, knee):
    text = text_of(liaison, f"{URL}?what=knee&insurer=Aetna&near=37064&within=10")

    assert 'value="knee, takes Aetna, within 10 miles of 37064"' in text


def test_an_empty_answer_says_what_excluded_whom(text_of, liaison, knee):
    text = text_of(liaison, f"{URL}?what=knee&insurer=Aetna&near=37064")

    assert "Nobody meets all of this" in text
    assert "nearest is" in text
    assert "1 of 1" in text


def test_an_unknown_zip_code_is_told_in_words(text_of, liaison, knee):
    assert "ZIP code 00000 is not known" in text_of(liaison, f"{URL}?near=00000")


def test_without_any_profile_it_says_where_they_come_from(text_of, liaison):
    assert "No specialist has a profile yet" in text_of(liaison, URL)


def test_an_opening_checked_long_ago_is_shown_as_old(text_of, liaison, knee):
    knee.openings.update(checked_at=timezone.now() - dt.timedelta(days=12))

    text = text_of(liaison, URL)

    assert "Opening not known" in text
    assert "was said 12 days ago" in text


def test_only_who_keeps_profiles_is_offered_to(text_of, liaison, coordinator, knee):
    openings = reverse("referrals:specialist-openings")

    assert openings not in text_of(liaison, URL)
    assert openings in text_of(coordinator, URL)


def test_nonsense_in_the_query_is_no_error(text_of, liaison, knee, nonsense):
    assert "Specialists" in text_of(liaison, f"{URL}?{nonsense}")


def test_a_full_page_needs_few_queries(
    signed_in, liaison, django_assert_max_num_queries
):
    for _ in range(30):
        physician = PhysicianFactory(specialty=SpecialtyFactory())
        profile = SpecialistProfileFactory(
            physician=physician, terms=[("condition", "Knee pain")]
        )
        for _site in range(2):
            practice = PracticeFactory(zip_code="37064")
            AffiliationFactory(physician=physician, practice=practice)
            AvailabilityFactory(profile=profile, practice=practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        response = client.get(f"{URL}?what=knee&when=week&near=37064")

    assert len(response.context["cards"]) == 20


def test_the_export_holds_what_the_page_finds(signed_in, liaison, knee):
    SpecialistProfileFactory(terms=[("condition", "Hip pain")])

    text = b"".join(signed_in(liaison).get(f"{EXPORT}?what=knee&near=37402")).decode()

    (row,) = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    assert (row["last_name"], row["conditions"], row["insurers"]) == (
        "Knox",
        "Knee pain",
        "Aetna",
    )
    assert row["next_new_patient_on"] == str(timezone.localdate())
    assert float(row["miles"]) < 1
    assert AuditEvent.objects.get(action="exported").detail["rows"] == 1


def test_a_sheet_holds_the_chosen(text_of, liaison, knee):
    other = SpecialistProfileFactory(physician=PhysicianFactory(last_name="Hipwell"))

    text = text_of(liaison, f"{SHEET}?id={knee.pk}")

    assert "Knox" in text
    assert "(615) 555-0100" in text
    assert "Hipwell" not in text
    assert other


def test_a_sheet_without_a_choice_holds_who_was_found(text_of, liaison, knee):
    SpecialistProfileFactory(physician=PhysicianFactory(last_name="Hipwell"))

    text = text_of(liaison, f"{SHEET}?what=knee")

    assert "Knox" in text
    assert "Hipwell" not in text


def test_nobody_who_left_the_network_is_put_on_a_sheet(
    text_of, administrator, south_candidate
):
    text = text_of(administrator, f"{SHEET}?id={south_candidate.pk}")

    assert "Nobody is on this sheet" in text


@pytest.mark.parametrize("chosen", ["id=x", "id=%00", "id=9" + "9" * 5000, "id=²"])
def test_a_choice_that_is_none_is_no_error(text_of, liaison, knee, chosen):
    assert "Our specialists" in text_of(liaison, f"{SHEET}?{chosen}")


def test_cards_show_the_columns_that_are_chosen(text_of, liaison, knee):
    usual = text_of(liaison, URL)
    chosen = text_of(liaison, f"{URL}?columns=conditions")

    assert "(615) 555-0100" in usual
    assert "<dd>Knee pain</dd>" not in usual
    assert "(615) 555-0100" not in chosen
    assert "<dd>Knee pain</dd>" in chosen


def test_words_keep_the_columns(signed_in, liaison, knee):
    response = signed_in(liaison).get(URL, {"ask": "knee", "columns": "fax"})

    assert "columns=name%2Cfax%2Copening" in response.headers["Location"]


def test_the_export_holds_the_chosen_columns(signed_in, liaison, knee):
    url = f"{EXPORT}?columns=conditions"

    text = b"".join(signed_in(liaison).get(url)).decode()

    (row,) = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    assert row["conditions"] == "Knee pain"
    assert "insurers" not in row
    assert row["checked_on"] == str(timezone.localdate())


def test_a_view_keeps_the_question_and_the_columns(signed_in, liaison, knee):
    client = signed_in(liaison)
    bar = client.get(f"{URL}?what=knee&insurer=Aetna&columns=fax").context["bar"]
    form = client.get(bar.save_url).context["form"]

    response = client.post(
        reverse("accounts:saved-view-create"),
        {
            "list": "specialists",
            "name": "Knees with Aetna",
            "query": form["query"].value(),
            "columns": form["columns"].value(),
        },
    )

    assert response.url == f"{URL}?what=knee&insurer=Aetna&columns=name,fax,opening"
    bar = client.get(response.url).context["bar"]
    assert bar.current.view.name == "Knees with Aetna"


def test_a_shared_view_of_specialists_is_offered(text_of, manager, liaison, knee):
    SavedViewFactory(
        owner=liaison, list_name="specialists", query="what=knee", is_shared=True
    )

    text = text_of(manager, URL)

    assert "Shared with you" in text
    assert f'href="{URL}?what=knee"' in text
