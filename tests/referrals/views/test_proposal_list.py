import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import navigation
from accounts.models import AuditEvent
from referrals.models import Change, Practice, Proposal
from referrals.services import directory, proposals
from tests.factories.referrals import (
    ImportRunFactory,
    OrganizationFactory,
    PracticeFactory,
    ProposalFactory,
)

LIST = reverse("referrals:proposal-list")
DECIDE = reverse("referrals:proposal-decide")
NOON = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)


@pytest.fixture
def decide(signed_in, manager):
    """`decide("accept", proposal)`: the steward chooses these on the page."""

    def send(decision, *chosen, by=manager, reason=""):
        client = signed_in(by)
        lines = client.get(LIST).context["lines"]
        seen = {f"seen-{line.proposal.pk}": line.mark for line in lines}
        keys = [proposal.pk for proposal in chosen]
        data = {"proposal": keys, "decision": decision, "reason": reason, **seen}
        return client.post(DECIDE, data, follow=True)

    return send


def status_of(proposal):
    return Proposal.objects.get(pk=proposal.pk).status


def test_it_shows_both_values_and_whose_they_are(
    text_of, manager, liaison, north_practice, north_proposal
):
    directory.change(
        subject=north_practice,
        values={"fax": "6155550111"},
        version=1,
        by=manager,
        at=NOON,
    )

    text = text_of(manager, LIST)

    assert "(615) 555-0111" in text
    assert "Typed by Max Manager, Mar 10, 2026" in text
    assert "(615) 555-0199" in text
    assert "proposed by Lea Liaison" in text


def test_accepting_writes_the_value_as_the_proposers_confirmed_by_the_steward(
    decide, manager, liaison, north_practice, north_proposal
):
    decide("accept", north_proposal)

    north_practice.refresh_from_db()
    mark = north_practice.provenance["fax"]
    assert north_practice.fax == "6155550199"
    assert (mark["source"], mark["by"]) == ("person", liaison.pk)
    assert mark["confirmed_by"] == manager.pk
    assert status_of(north_proposal) == "accepted"
    assert Change.objects.filter(row=north_practice.pk, by=manager).exists()


def test_what_the_registry_offered_stays_the_registrys_and_is_protected(
    decide, manager, north_practice
):
    run = ImportRunFactory()
    offer = ProposalFactory(practice=north_practice, source="registry", run=run)

    decide("accept", offer)

    north_practice.refresh_from_db()
    mark = north_practice.provenance["fax"]
    assert (mark["source"], mark["run"]) == ("registry", run.pk)
    assert mark["confirmed_by"] == manager.pk


def test_declining_needs_a_reason_that_the_proposer_reads(
    decide, text_of, liaison, north_proposal
):
    refused = decide("decline", north_proposal)
    decide("decline", north_proposal, reason="It rang out")

    assert "Say why you decline." in refused.content.decode()
    assert status_of(north_proposal) == "declined"
    text = text_of(liaison, LIST + "?who=me&status=")
    assert "It rang out" in text
    assert "1 was declined" in text


def test_a_refused_decision_leads_back_to_the_queue_as_it_was(
    signed_in, manager, north_proposal
):
    client = signed_in(manager)

    refused = client.post(
        DECIDE + "?who=mine", {"proposal": north_proposal.pk, "decision": "decline"}
    )

    assert f'action="{DECIDE}?who=mine"' in refused.content.decode()
    reloaded = client.get(DECIDE + "?who=mine&page=2")
    assert reloaded.headers["Location"] == LIST + "?who=mine&page=2"
    assert client.get(DECIDE).headers["Location"] == LIST


def test_several_are_decided_whole_or_not_at_all(decide, north_practice):
    good = ProposalFactory(practice=north_practice)
    gone = ProposalFactory(
        practice=north_practice, field="organization", value="87654321"
    )

    answer = decide("accept", good, gone)

    assert "cannot be taken" in answer.content.decode()
    assert {status_of(good), status_of(gone)} == {"pending"}
    assert Practice.objects.get(pk=north_practice.pk).fax == ""


def test_two_values_for_one_field_are_not_accepted_together(decide, north_practice):
    one = ProposalFactory(practice=north_practice)
    other = ProposalFactory(practice=north_practice, value="6155550188")

    assert "Choose one of them" in decide("accept", one, other).content.decode()


def test_a_field_that_changed_meanwhile_is_decided_again(
    signed_in, manager, north_practice, north_proposal
):
    client = signed_in(manager)
    mark = client.get(LIST).context["lines"][0].mark
    Practice.objects.filter(pk=north_practice.pk).update(fax="6155550177")
    data = {"proposal": north_proposal.pk, "decision": "accept"}

    answer = client.post(DECIDE, {**data, f"seen-{north_proposal.pk}": mark})

    assert "has changed since you saw it" in answer.content.decode()
    assert "(615) 555-0177" in answer.content.decode()
    assert status_of(north_proposal) == "pending"


def test_of_two_stewards_the_second_is_told(
    decide, administrator, north_practice, north_proposal
):
    decide("accept", north_proposal)

    answer = decide("accept", north_proposal, by=administrator)

    assert "Somebody else has decided" in answer.content.decode()
    north_practice.refresh_from_db()
    assert north_practice.version == 2


def test_a_value_that_is_there_already_is_settled(
    decide, north_practice, north_proposal
):
    Practice.objects.filter(pk=north_practice.pk).update(fax="6155550199")

    decide("accept", north_proposal)

    north_practice.refresh_from_db()
    assert (status_of(north_proposal), north_practice.version) == ("accepted", 1)


def test_an_edit_to_the_proposed_value_settles_it(
    manager, north_practice, north_proposal
):
    directory.change(
        subject=north_practice,
        values={"fax": "6155550199"},
        version=1,
        by=manager,
        at=NOON,
    )

    assert status_of(north_proposal) == "accepted"


def test_a_foreign_proposal_is_none_and_takes_the_others_with_it(
    decide, south_manager, north_proposal, south_proposal
):
    answer = decide("decline", north_proposal, south_proposal, by=south_manager)

    assert answer.status_code == 404
    assert status_of(south_proposal) == "pending"


@pytest.mark.parametrize("key", ["x", "²", "9" * 30, "-1", "\x00"])
def test_a_key_that_is_none_is_nothing(signed_in, manager, key):
    answer = signed_in(manager).post(DECIDE, {"proposal": key, "decision": "accept"})

    assert answer.status_code == 404


def test_a_foreign_value_is_never_shown(text_of, liaison, south_proposal):
    assert "Southern secret" not in text_of(liaison, LIST + "?status=")


def test_an_organization_out_of_sight_is_not_named(text_of, liaison, north_practice):
    secret = OrganizationFactory(name="Secret Health")
    ProposalFactory(practice=north_practice, field="organization", value=str(secret.pk))

    assert "Secret Health" not in text_of(liaison, LIST)


def test_a_liaison_may_not_decide(signed_in, liaison, north_proposal):
    data = {"proposal": north_proposal.pk, "decision": "accept"}

    assert signed_in(liaison).post(DECIDE, data).status_code == 403
    assert status_of(north_proposal) == "pending"


def test_the_proposer_can_take_it_back_and_nobody_else(
    signed_in, liaison, coordinator, north_proposal
):
    url = reverse("referrals:proposal-withdraw", args=[north_proposal.pk])

    assert signed_in(coordinator).post(url).status_code == 404
    signed_in(liaison).post(url)
    assert status_of(north_proposal) == "withdrawn"
    assert AuditEvent.objects.filter(action="proposal_withdrawn").exists()


def test_what_was_decided_cannot_be_taken_back(signed_in, liaison, north_proposal):
    Proposal.objects.update(status="declined", decided_at=timezone.now())
    url = reverse("referrals:proposal-withdraw", args=[north_proposal.pk])

    signed_in(liaison).post(url)

    assert status_of(north_proposal) == "declined"


def test_decisions_are_audited(decide, north_proposal):
    decide("accept", north_proposal)

    (event,) = AuditEvent.objects.filter(action="proposal_accepted")
    assert event.detail == {"field": "fax", "source": "person"}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1),
        ("?status=declined", 1),
        ("?status=", 2),
        ("?field=fax", 1),
        ("?field=phone", 0),
        ("?source=registry", 0),
        ("?q=north", 1),
        ("?q=zorth", 0),
        ("?who=others", 1),
        ("?who=me", 0),
    ],
)
def test_filters_narrow_it(
    signed_in, manager, north_practice, north_proposal, query, count
):
    ProposalFactory(practice=north_practice, status="declined", field="tier", value="A")

    answer = signed_in(manager).get(LIST + query)

    assert len(answer.context["lines"]) == count


def test_nonsense_in_the_address_is_no_error(signed_in, liaison, nonsense):
    assert signed_in(liaison).get(f"{LIST}?{nonsense}").status_code == 200


def test_it_costs_the_same_for_many(
    django_assert_max_num_queries, signed_in, manager, north_practice, north_physician
):
    for number in range(8):
        ProposalFactory(
            practice=north_practice, value=str(number), run=ImportRunFactory()
        )
        ProposalFactory(
            practice=None,
            physician=north_physician,
            field="other_specialties",
            value="1",
        )
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_two_stewards_at_once_write_it_once(north_practice, manager, north_proposal):
    told = {
        "proposals": [north_proposal],
        "seen": {north_proposal.pk: proposals.mark_of(north_practice, "fax")},
        "reason": "",
        "by": manager,
        "at": NOON,
    }
    proposals.accept(**told)

    with pytest.raises(proposals.AlreadyDecided):
        proposals.accept(**told)


EXPORT = reverse("referrals:proposal-export")


def exported(client, query=""):
    answer = client.get(f"{EXPORT}{query}")
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_the_export_holds_what_the_filters_find(
    signed_in, manager, north_practice, north_proposal
):
    ProposalFactory(practice=north_practice, field="phone", value="6155550100")

    lines = exported(signed_in(manager), "?field=phone")

    assert len(lines) == 2
    assert lines[1].startswith("North Clinic,Phone,empty,,(615) 555-0100,")
    assert AuditEvent.objects.get(action="exported").subject == "Proposals"


def test_the_export_holds_nothing_of_another_territory(
    signed_in, liaison, south_practice, north_proposal
):
    ProposalFactory(practice=south_practice)

    lines = exported(signed_in(liaison), "?status=any")

    assert len(lines) == 2
    assert "South" not in str(lines)


def test_the_export_asks_as_little_for_many_as_for_one(
    signed_in, manager, north_practice, django_assert_max_num_queries
):
    client = signed_in(manager)
    for number in range(30):
        one = ProposalFactory(practice=north_practice, value=f"61555501{number:02d}")
        Proposal.objects.filter(pk=one.pk).update(note="Read this", by=manager)

    with django_assert_max_num_queries(10):
        assert len(exported(client)) == 31


def test_excel_is_offered_too(signed_in, manager, north_proposal):
    answer = signed_in(manager).get(f"{EXPORT}?format=xlsx")
    answer.close()

    assert answer.headers["Content-Disposition"].endswith('filename="proposals.xlsx"')


def test_what_the_queue_shows_can_be_kept_as_a_view(signed_in, manager, north_proposal):
    client = signed_in(manager)
    new = reverse("accounts:saved-view-create")
    asked = {"list": "proposals", "query": "status=any&field=fax", "columns": ""}

    client.post(new, asked | {"name": "Fax numbers"})

    offer = client.get(LIST).context["bar"].own[0]
    assert offer.url == f"{LIST}?status=any&field=fax"


def test_all_states_are_shown_if_asked_for(signed_in, manager, north_proposal):
    Proposal.objects.update(status="declined")
    client = signed_in(manager)

    shown = [len(client.get(LIST + q).context["lines"]) for q in ("", "?status=any")]

    assert shown == [0, 1]


def test_a_note_says_which_fields_it_is_about(
    signed_in, liaison, manager, north_practice, south_practice
):
    for practice in (north_practice, south_practice):
        proposals.propose(
            subject=practice,
            values={"fax": "6155550101", "hours": "8 to 5"},
            note="They moved",
            by=liaison,
            at=NOON,
        )

    lines = signed_in(manager).get(LIST).context["lines"]

    assert {line.note_to for line in lines} == {"Fax, Hours"}


def test_a_steward_sees_in_the_navigation_how_many_wait(
    text_of, manager, liaison, north_practice, south_practice, north_proposal
):
    ProposalFactory(practice=north_practice, field="phone")
    Proposal.objects.filter(pk=north_proposal.pk).update(status="declined")

    page = reverse("referrals:practice-list")

    assert 'class="app-menu-badge">1<' in text_of(manager, page)
    assert "app-menu-badge" not in text_of(liaison, page)


def test_a_badge_counts_what_lies_in_sight_through_any_row(
    manager, north_practice, north_physician, north_organization
):
    ProposalFactory(practice=None, physician=north_physician)
    ProposalFactory(practice=None, organization=north_organization)
    ProposalFactory(practice=PracticeFactory(zip_code="99999"))

    waiting = navigation.waiting_for(manager)

    seen = Proposal.objects.visible_to(manager).pending().count()
    assert waiting["referrals:proposal-list"] == seen == 2


def test_the_navigation_counts_no_further_than_a_hundred(
    signed_in, manager, north_practice, django_assert_max_num_queries
):
    ProposalFactory.create_batch(101, practice=north_practice)

    with django_assert_max_num_queries(1):
        waiting = navigation.waiting_for(manager)

    sections = navigation.sections_for(manager, "/", waiting)
    badges = {link.badge for _, links in sections for link in links}
    assert badges == {"", "99+"}
