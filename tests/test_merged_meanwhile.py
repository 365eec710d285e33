"""Forms about a practice or a physician that is merged away while one writes.

The answer says where it is now and carries what was sent; sent on, it is saved
there. Nothing is lost, and nobody gets an error.
"""

import datetime as dt
import uuid

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from outreach import services as outreach_services
from outreach.models import Task, Visit
from referrals.models import (
    Merge,
    Note,
    Organization,
    Practice,
    Proposal,
    SpecialistProfile,
)
from referrals.services import ChangedMeanwhile, merges
from referrals.services.standing import MergedAway
from referrals.views.standing import address_for
from tests.at_once import Gap, at_once
from tests.attacks import scrubbed
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    npi_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept(north_practice):
    return north_practice


@pytest.fixture
def gone(north):
    """A northern practice that goes into the other one; one physician works there."""
    practice = PracticeFactory(name="Gone Clinic", zip_code="37203")
    AffiliationFactory(practice=practice, physician=PhysicianFactory())
    return practice


def merging(kept, gone, by):
    return lambda: merges.merge(
        kept=kept,
        removed=gone,
        chosen=set(),
        versions=(kept.version, gone.version),
        by=by,
        at=timezone.now(),
    )


def signed_in_as(user):
    client = Client()
    client.raise_request_exception = False
    client.force_login(user)
    return client


def visit_at(practice):
    return {
        "uid": uuid.UUID(int=1),
        "practice": practice.pk,
        "staff": "Fay Frontdesk",
        "kind": "in_person",
        "outcome": "positive",
        "notes": "All is well",
    }


def of(name, **query):
    """The address of the URL for the practice that goes, by path or by query."""

    def build(gone):
        if query:
            return f"{reverse(name)}?practice={gone.pk}"
        return reverse(name, args=[gone.pk])

    return build


# Who writes, where, what; what is there for the kept practice at the end.
WRITES = {
    "a visit": (
        "liaison",
        lambda gone: reverse("outreach:visit-create"),
        visit_at,
        lambda kept: Visit.objects.get(practice=kept).notes == "All is well",
    ),
    "a plan": (
        "liaison",
        of("outreach:visit-plan", by="query"),
        lambda gone: (
            visit_at(gone) | {"visited_on": timezone.localdate() + dt.timedelta(1)}
        ),
        lambda kept: Visit.objects.get(practice=kept).is_planned,
    ),
    "a task": (
        "liaison",
        of("outreach:task-create", by="query"),
        lambda gone: {"title": "Call back", "due_on": timezone.localdate()},
        lambda kept: Task.objects.get().practice == kept,
    ),
    "a note": (
        "liaison",
        of("referrals:note-create"),
        lambda gone: {"key": uuid.UUID(int=2), "text": "Ask for Nora"},
        lambda kept: Note.objects.get().practice == kept,
    ),
    "a proposal": (
        "liaison",
        of("referrals:practice-propose"),
        lambda gone: {"seen": 1, "initial-phone": "", "phone": "615-555-0177"},
        lambda kept: Proposal.objects.get().practice == kept,
    ),
    "a stage": (
        "liaison",
        of("outreach:practice-stage"),
        lambda gone: {
            "stage": "met",
            "seen": "prospect",
            "version": 1,
            "reason": "Fair",
        },
        None,
    ),
    "a confirmation": (
        "liaison",
        of("referrals:practice-confirm"),
        lambda gone: {"seen": 1, "field": ["phone"]},
        None,
    ),
    "a phone number": (
        "manager",
        of("referrals:practice-edit"),
        lambda gone: {"seen": 1, "initial-phone": "", "phone": "615-555-0177"},
        None,
    ),
    "an affiliation": (
        "manager",
        of("referrals:affiliation-create"),
        lambda gone: {
            "physician": gone.affiliations.get().physician_id,
            "role": "Locum",
        },
        None,
    ),
}


@pytest.mark.parametrize("what", WRITES)
def test_what_is_written_while_its_practice_is_merged_away_is_not_lost(
    what, request, kept, gone, administrator, monkeypatch
):
    who, address, answer, is_there = WRITES[what]
    client, gap = signed_in_as(request.getfixturevalue(who)), Gap(soon=1)
    url, answer = address(gone), answer(gone)
    monkeypatch.setattr(merges, "_remember", gap.behind(merges._remember))

    merged, told = at_once(
        merging(kept, gone, administrator), gap.second(lambda: client.post(url, answer))
    )

    assert isinstance(merged, Merge)
    assert told.status_code == 409
    assert f"merged into {kept}" in told.text
    again = client.post(told.context["url"], dict(told.context["sent"]))
    assert again.status_code == 302 if is_there else again.status_code in (200, 302)
    assert is_there is None or is_there(kept)


@pytest.fixture
def group():
    """An organization, in sight through the practice, and one that goes into it."""
    return OrganizationFactory(name="Elm Group", npi=npi_of(1))


ORGANIZATION_WRITES = {
    "an edited practice": (
        lambda practice: reverse("referrals:practice-edit", args=[practice.pk]),
        lambda gone: {"seen": 1, "initial-organization": "", "organization": gone.name},
        lambda group: Practice.objects.get().organization == group,
    ),
    "an organization": (
        lambda practice: reverse("referrals:organization-create"),
        lambda gone: {"name": "Elm East", "parent": gone.npi},
        lambda group: Organization.objects.get(name="Elm East").parent == group,
    ),
}


@pytest.mark.parametrize("what", ORGANIZATION_WRITES)
def test_an_organization_is_named_while_it_is_merged_away(
    what, group, north_practice, administrator, monkeypatch
):
    gone = OrganizationFactory(name="Elm Ltd", npi=npi_of(2))
    address, answer, is_there = ORGANIZATION_WRITES[what]
    url, answer = address(north_practice), answer(gone)
    client, gap = signed_in_as(administrator), Gap(soon=1)
    monkeypatch.setattr(merges, "_remember", gap.behind(merges._remember))

    merged, told = at_once(
        merging(group, gone, administrator),
        gap.second(lambda: client.post(url, answer)),
    )

    assert isinstance(merged, Merge)
    assert told.status_code == 409
    again = client.post(told.context["url"], dict(told.context["sent"]))
    assert again.status_code == 302
    assert is_there(group)


def test_an_organization_that_goes_takes_a_practice_along_that_is_merged(
    group, north_practice, administrator, monkeypatch
):
    gone = OrganizationFactory(name="Elm Ltd", npi=npi_of(2))
    twin, gap = PracticeFactory(name="Twin", organization=gone), Gap(soon=1)
    monkeypatch.setattr(merges, "_remember", gap.behind(merges._remember))

    merged, other = at_once(
        merging(group, gone, administrator),
        gap.second(merging(north_practice, twin, administrator)),
    )

    assert isinstance(merged, Merge)
    assert isinstance(other, ChangedMeanwhile)
    twin.refresh_from_db()
    assert twin.organization == group


def test_a_row_of_the_same_number_is_not_taken_for_the_one_that_went(
    group, north_practice, administrator
):
    gone = OrganizationFactory(pk=north_practice.pk, name="Elm Ltd")
    merging(group, gone, administrator)()
    request = RequestFactory().post("/")
    request.user = administrator
    request.resolver_match = resolve(
        reverse("referrals:practice-edit", args=[north_practice.pk])
    )

    url = address_for(request, MergedAway(Organization, gone.pk), group)

    assert url == reverse("referrals:practice-edit", args=[north_practice.pk])


def test_what_was_typed_stands_on_the_page_that_says_so(
    liaison, kept, gone, administrator
):
    merging(kept, gone, administrator)()
    answer = {"key": "", "text": "Ask for <b>Nora</b>", "is_pinned": "on"}

    told = signed_in_as(liaison).post(of("referrals:note-create")(gone), answer)

    assert told.status_code == 409
    assert "Ask for &lt;b&gt;Nora&lt;/b&gt;" in told.text
    assert not Note.objects.exists()


def test_what_the_form_showed_is_not_told_as_typed_and_values_are_words(
    manager, kept, gone, administrator
):
    merging(kept, gone, administrator)()
    answer = {
        "seen": 1,
        "initial-name": "Gone Clinic",
        "name": "Gone Clinic",
        "initial-is_active": "True",
        "is_active": "False",
        "initial-owner": "",
        "owner": manager.pk,
        "initial-lunches": "yes",
        "lunches": "",
        "preferred_channel": "phone",
    }

    told = signed_in_as(manager).post(of("referrals:practice-edit")(gone), answer)

    assert told.context["typed"] == [
        ("Active", "No"),
        ("Owner", manager.name),
        ("Lunches", "empty"),
        ("Prefers", "Phone"),
    ]


def test_an_address_of_who_was_merged_leads_on(liaison, kept, gone, administrator):
    merging(kept, gone, administrator)()

    answer = signed_in_as(liaison).get(
        of("referrals:practice-detail")(gone) + "?people=3"
    )

    assert answer.status_code == 302
    assert (
        answer.url == reverse("referrals:practice-detail", args=[kept.pk]) + "?people=3"
    )


def test_a_merge_out_of_sight_is_no_merge(
    liaison, south_practice, south, administrator
):
    gone = PracticeFactory(name="Gone South", zip_code="37401")
    client, page = signed_in_as(liaison), of("referrals:practice-detail")(gone)
    before = client.get(page)
    merging(south_practice, gone, administrator)()

    after = client.get(page)

    assert after.status_code == 404
    assert scrubbed(after) == scrubbed(before)


def test_a_merge_waits_for_the_visit_that_is_being_saved(
    liaison, kept, gone, administrator, monkeypatch
):
    gap, save = Gap(soon=1), outreach_services._save_once
    monkeypatch.setattr(outreach_services, "_save_once", gap.behind(save))
    client = signed_in_as(liaison)

    saved, merged = at_once(
        lambda: client.post(reverse("outreach:visit-create"), visit_at(gone)),
        gap.second(merging(kept, gone, administrator)),
    )

    assert saved.status_code == 302
    assert isinstance(merged, Merge)
    assert Visit.objects.get().practice == kept


def test_a_profile_for_who_is_merged_away_is_one_of_who_was_kept(
    manager, north_physician, north_practice, administrator, monkeypatch
):
    twin, gap = PhysicianFactory(last_name="Twin"), Gap(soon=1)
    AffiliationFactory(physician=twin, practice=north_practice)
    client = signed_in_as(manager)
    monkeypatch.setattr(merges, "_remember", gap.behind(merges._remember))
    url = reverse("referrals:specialist-create", args=[twin.pk])

    _, told = at_once(
        merging(north_physician, twin, administrator),
        gap.second(lambda: client.post(url)),
    )
    client.post(told.context["url"], dict(told.context["sent"]))

    assert told.status_code == 409
    assert SpecialistProfile.objects.get().physician == north_physician
    assert Practice.objects.count() == 1
