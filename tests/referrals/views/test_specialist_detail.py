"""A specialist's page, profile form, and contact file."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals.models import SpecialistProfile
from tests.attacks import valid
from tests.factories.referrals import AffiliationFactory, RosterEntryFactory


def url(profile, page="detail"):
    return reverse(f"referrals:specialist-{page}", args=[profile.pk])


def test_it_links_only_practices_in_sight(
    text_of, liaison, specialist, north_practice, south_practice
):
    AffiliationFactory(physician=specialist.physician, practice=south_practice)

    text = text_of(liaison, url(specialist))

    assert reverse("referrals:practice-detail", args=[north_practice.pk]) in text
    assert "South Clinic" in text
    assert reverse("referrals:practice-detail", args=[south_practice.pk]) not in text


def test_a_specialist_elsewhere_has_no_link_to_the_physicians_page(
    text_of, liaison, south_liaison, specialist
):
    page = reverse("referrals:physician-detail", args=[specialist.physician_id])

    assert page in text_of(liaison, url(specialist))
    assert page not in text_of(south_liaison, url(specialist))


def test_the_days_at_each_site_are_told(text_of, liaison, specialist):
    specialist.physician.affiliations.update(days="135")

    assert "Mon, Wed, Fri" in text_of(liaison, url(specialist))


def test_who_is_not_in_the_network_is_marked_and_out_of_others_sight(
    text_of, signed_in, administrator, liaison, south_candidate
):
    assert "not in our network" in text_of(administrator, url(south_candidate))
    assert signed_in(liaison).get(url(south_candidate)).status_code == 404


def test_the_contact_is_a_file(signed_in, liaison, specialist):
    response = signed_in(liaison).get(url(specialist, "contact"))

    assert response["Content-Type"].startswith("text/vcard")
    assert b"FN:Orla Orthwein" in response.content


def test_the_page_needs_few_queries(
    signed_in, liaison, specialist, django_assert_max_num_queries
):
    client = signed_in(liaison)

    with django_assert_max_num_queries(9):
        client.get(url(specialist))


@pytest.fixture
def answer(specialist):
    """The fields of the profile's form; `answer(fax="...")` changes some."""

    def fields(**changed):
        class World:
            pass

        World.specialist = specialist
        return valid("referrals:specialist-edit", World) | changed

    return fields


def test_saving_writes_the_profile(signed_in, coordinator, specialist, answer):
    response = signed_in(coordinator).post(url(specialist, "edit"), answer())

    specialist.refresh_from_db()
    names = [term.name for term in specialist.terms.all()]
    assert response.url == url(specialist)
    assert names == ["Hip pain", "Knee pain", "Aetna", "Spanish", "Knee replacement"]
    assert (specialist.min_age, specialist.accepts_new) == (18, True)
    assert (specialist.telehealth, specialist.direct_line) == (None, "6155550102")
    assert specialist.reviewed_by == coordinator


def test_the_second_editor_is_told_and_keeps_every_word(
    signed_in, coordinator, manager, specialist, answer
):
    signed_in(manager).post(url(specialist, "edit"), answer(intake_rules="ECG first"))

    client = signed_in(coordinator)
    response = client.post(url(specialist, "edit"), answer(intake_rules="My long rule"))

    text = response.content.decode()
    specialist.refresh_from_db()
    assert specialist.intake_rules == "ECG first"
    assert "Changed meanwhile by Max Manager" in text
    assert "ECG first" in text
    assert "My long rule" in text

    again = answer(intake_rules="My long rule", version=specialist.version)
    assert client.post(url(specialist, "edit"), again).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("forms_url", "javascript:alert(1)"),
        ("forms_url", "ftp://example.org"),
        ("max_age", "17"),
        ("max_age", "121"),
        ("min_age", "-1"),
        ("direct_line", "555"),
        ("conditions", "x" * 81),
        ("conditions", "\n".join(f"name {n}" for n in range(101))),
        ("intake_rules", "a\x00b"),
        ("version", ""),
    ],
)
def test_what_cannot_be_is_told_beside_the_field(
    signed_in, coordinator, specialist, answer, field, value
):
    response = signed_in(coordinator).post(
        url(specialist, "edit"), answer(**{field: value})
    )

    assert field in response.context["form"].errors
    assert SpecialistProfile.objects.get().version == 1


def test_a_confirmation_is_of_what_was_seen(signed_in, coordinator, specialist):
    old = timezone.localdate() - dt.timedelta(days=200)
    SpecialistProfile.objects.update(reviewed_on=old)
    client = signed_in(coordinator)

    client.post(url(specialist, "confirm"), {"version": "7"})
    assert SpecialistProfile.objects.get().reviewed_on == old

    client.post(url(specialist, "confirm"), {"version": "1"})
    assert SpecialistProfile.objects.get().reviewed_on == timezone.localdate()


def test_a_profile_is_made_from_the_physicians_page(
    signed_in, text_of, coordinator, north_physician
):
    page = reverse("referrals:physician-detail", args=[north_physician.pk])
    make = reverse("referrals:specialist-create", args=[north_physician.pk])
    assert make not in text_of(coordinator, page)
    RosterEntryFactory(npi=north_physician.npi)
    assert make in text_of(coordinator, page)

    response = signed_in(coordinator).post(make)

    profile = SpecialistProfile.objects.get()
    assert response.url == url(profile, "edit")
    assert url(profile) in text_of(coordinator, page)
