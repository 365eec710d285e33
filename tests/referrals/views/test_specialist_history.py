import pytest
from django.urls import reverse
from django.utils import timezone

from referrals.models import RosterEntry, SpecialistProfile, Term
from referrals.services import specialists
from tests.factories.accounts import UserFactory
from tests.factories.referrals import SpecialistProfileFactory

HEADER = "npi,conditions,insurers,min_age"


@pytest.fixture
def url(specialist):
    return reverse("referrals:specialist-history", args=[specialist.pk])


@pytest.fixture
def undo(signed_in, coordinator, specialist, url):
    """Press "Undo the last change" as the page shows it."""

    def send():
        client = signed_in(coordinator)
        shown = client.get(url).context["undoable"]
        answer = {"change": shown.pk if shown else "1"}
        return client.post(
            reverse("referrals:specialist-undo", args=[specialist.pk]),
            answer,
            follow=True,
        )

    return send


def update(specialist, by, **values):
    profile = SpecialistProfile.objects.get(pk=specialist.pk)
    specialists.update_profile(
        profile=profile,
        values=specialists.values_of(profile) | values,
        version=profile.version,
        by=by,
        at=timezone.now(),
    )


def said(text):
    return " ".join(text.split())


def values_of(specialist):
    profile = SpecialistProfile.objects.get(pk=specialist.pk)
    kept = (profile.typed, profile.reviewed_on, profile.reviewed_by)
    return specialists.values_of(profile), kept


def test_it_says_who_changed_which_field_and_which_names(
    text_of, liaison, coordinator, specialist, url
):
    update(specialist, coordinator, min_age=18, direct_line="6155550100")
    update(specialist, coordinator, conditions=["Hip pain"], accepts_new=False)

    text = text_of(liaison, url)

    assert "Conditions added:</span> <strong>Hip pain" in said(text)
    assert "Conditions removed:</span> <strong>Knee pain" in said(text)
    assert "(615) 555-0100" in text
    assert f"by {coordinator}" in text
    assert "Undo the last change" not in text


def test_an_undo_puts_every_field_and_name_back(undo, coordinator, specialist):
    before = values_of(specialist)
    update(
        specialist,
        coordinator,
        conditions=["Hip pain", "Knee pain"],
        insurers=[],
        intake_rules="Imaging first",
        min_age=18,
    )

    told = undo()

    assert "The last change is undone." in told.text
    assert values_of(specialist) == before
    assert told.context["undoable"] is None


def test_an_undo_grows_the_version_so_that_an_open_form_is_told(
    undo, coordinator, specialist
):
    update(specialist, coordinator, fax="6155550100")
    update(specialist, coordinator, conditions=["Hip pain"], fax="6155550111")
    version = SpecialistProfile.objects.get(pk=specialist.pk).version

    undo()

    profile = SpecialistProfile.objects.get(pk=specialist.pk)
    assert profile.version > version
    assert profile.fax == "6155550100"


def test_other_names_alone_are_a_new_version(coordinator, specialist):
    update(specialist, coordinator, conditions=["Hip pain"])
    version = SpecialistProfile.objects.get(pk=specialist.pk).version

    update(specialist, coordinator, conditions=["Knee pain"])

    assert SpecialistProfile.objects.get(pk=specialist.pk).version == version + 1


def test_what_another_did_since_is_not_undone(
    signed_in, coordinator, manager, specialist, url
):
    update(specialist, coordinator, fax="6155550100")
    client = signed_in(coordinator)
    seen = client.get(url).context["undoable"].pk
    update(specialist, manager, fax="6155550111")

    told = client.post(
        reverse("referrals:specialist-undo", args=[specialist.pk]),
        {"change": seen},
        follow=True,
    )

    assert "Not undone" in told.text
    assert SpecialistProfile.objects.get(pk=specialist.pk).fax == "6155550111"


@pytest.mark.parametrize("change", ["", "x", "0", "9" * 30, "-1", "\x00", "٣"])
def test_a_change_that_is_none_undoes_nothing(
    signed_in, coordinator, specialist, change
):
    update(specialist, coordinator, fax="6155550100")

    signed_in(coordinator).post(
        reverse("referrals:specialist-undo", args=[specialist.pk]), {"change": change}
    )

    assert SpecialistProfile.objects.get(pk=specialist.pk).fax == "6155550100"


def test_a_confirmation_is_told_and_can_be_undone(undo, coordinator, specialist, url):
    profile = SpecialistProfile.objects.get(pk=specialist.pk)
    before = profile.reviewed_on
    specialists.confirm_profile(
        profile=profile, version=profile.version, by=coordinator, at=timezone.now()
    )

    told = undo()

    profile.refresh_from_db()
    assert "Confirmed: still right" in told.text
    assert profile.reviewed_on == before


def test_what_a_file_did_is_told_and_its_undo_is_that_of_the_import(
    bring_in, text_of, coordinator, specialist, url
):
    npi = specialist.physician.npi
    bring_in("specialists", [HEADER, f"{npi},Hip pain,Cigna,12"])

    text = text_of(coordinator, url)

    assert "by import of" in text
    assert "Conditions added:</span> <strong>Hip pain" in said(text)
    assert "Undo the last change" not in text


def test_a_name_that_went_since_is_said_to_be_gone(
    text_of, coordinator, specialist, url
):
    update(specialist, coordinator, conditions=["Hip pain", "Knee pain"])
    update(specialist, coordinator, conditions=["Knee pain"])
    Term.objects.filter(name="Hip pain").delete()

    assert "a name that is gone" in text_of(coordinator, url)


def test_without_a_change_it_says_so(text_of, coordinator, specialist, url):
    assert "No change is on record" in text_of(coordinator, url)


def test_a_profile_out_of_network_and_sight_has_no_history(
    signed_in, liaison, south_physician
):
    unseen = SpecialistProfileFactory(physician=south_physician)
    RosterEntry.objects.all().delete()
    address = reverse("referrals:specialist-history", args=[unseen.pk])

    assert signed_in(liaison).get(address).status_code == 404


def test_it_takes_few_queries(
    signed_in, coordinator, specialist, url, django_assert_max_num_queries
):
    people = [UserFactory() for _ in range(3)]
    for number in range(30):
        names = [f"Condition {number}", f"Condition {number + 1}"]
        update(specialist, people[number % 3], min_age=number, conditions=names)
    client = signed_in(coordinator)

    with django_assert_max_num_queries(12):
        assert len(client.get(url).context["entries"]) == 25
