"""One change for many rows: chosen, shown, then done whole or refused whole."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Notification, TerritoryZip, User
from referrals.models import Change, Physician, Practice, Proposal, TerritoryException
from referrals.services import bulk as service
from tests.factories.accounts import (
    TerritoryAssignmentFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
)

LIST = reverse("referrals:practice-list")
URL = reverse("referrals:practice-bulk")
TIER_A = {"field": "tier", "tier": "A", "reason": "Sends a lot"}


@pytest.fixture
def clinics(north, north_practice):
    """Three practices of the north, named so that a filter can tell them apart."""
    return [
        north_practice,
        PracticeFactory(name="Hill Clinic", tier="B"),
        PracticeFactory(name="Lake Surgery", tier="A"),
    ]


@pytest.fixture
def post(signed_in, manager):
    """`post(rows, **data)`: what a manager is answered, and the page's context."""

    def send(rows=(), *, url=URL, user=manager, **data):
        keys = {"row": [getattr(row, "pk", row) for row in rows]} if rows else {}
        return signed_in(user).post(url, keys | data, follow=True)

    return send


@pytest.fixture
def confirmed(post):
    """The same, previewed and then confirmed; `between` runs in the middle."""

    def send(rows=(), *, between=lambda: None, **data):
        seal = post(rows, **data).context["preview"].seal
        between()
        return post(rows, seal=seal, **data)

    return send


def tiers():
    return dict(Practice.objects.values_list("name", "tier"))


def refused(response):
    return "Nothing was changed" in response.content.decode()


def test_chosen_rows_are_changed_and_no_others(confirmed, clinics):
    response = confirmed(clinics[:2], **TIER_A)

    assert tiers() == {"North Clinic": "A", "Hill Clinic": "A", "Lake Surgery": "A"}
    assert Practice.objects.get(name="Lake Surgery").tier_reason == ""
    assert Practice.objects.get(name="Hill Clinic").tier_reason == "Sends a lot"
    assert "Tier changed: 2." in response.content.decode()


def test_a_preview_changes_nothing_and_shows_old_and_new(post, clinics):
    before = tiers()

    preview = post(clinics, **TIER_A).context["preview"]

    assert tiers() == before
    assert [(step.row.name, step.old, step.new) for step in preview.changes] == [
        ("North Clinic", "None", "A"),
        ("Hill Clinic", "B", "A"),
    ]
    assert preview.same == 1


def test_all_rows_of_the_list_are_those_its_filters_find(
    confirmed, clinics, south_practice, manager
):
    confirmed(url=f"{URL}?q=clinic&tier=none", all="yes", **TIER_A)

    assert tiers() == {
        "North Clinic": "A",
        "Hill Clinic": "B",
        "Lake Surgery": "A",
        "South Clinic": "A",
    }


def test_all_rows_are_those_in_sight(confirmed, clinics, south_practice, north):
    north_manager = UserFactory(role=User.Role.MANAGER)
    TerritoryAssignmentFactory(user=north_manager, territory=north)

    confirmed(all="yes", user=north_manager, **TIER_A)

    assert tiers()["South Clinic"] == ""
    assert tiers()["North Clinic"] == "A"


def test_one_row_out_of_sight_refuses_the_whole(post, clinics, south_practice, north):
    north_manager = UserFactory(role=User.Role.MANAGER)
    TerritoryAssignmentFactory(user=north_manager, territory=north)
    before = tiers()

    foreign = post([*clinics, south_practice], user=north_manager, **TIER_A)
    made_up = post([*clinics, 87_654_321], user=north_manager, **TIER_A)

    assert refused(foreign)
    assert refused(made_up)
    assert "South Clinic" not in foreign.content.decode()
    assert tiers() == before


def test_a_row_smuggled_into_the_confirmation_refuses_the_whole(
    post, clinics, south_practice
):
    seal = post(clinics[:2], **TIER_A).context["preview"].seal

    assert refused(post(clinics, seal=seal, **TIER_A))
    assert refused(post(clinics[:1], seal=seal, **TIER_A))
    assert refused(post(all="yes", seal=seal, **TIER_A))
    assert refused(post(clinics[:2], seal=seal, **TIER_A | {"tier": "D"}))
    assert refused(post(clinics[:2], seal="", **TIER_A))
    assert tiers()["Hill Clinic"] == "B"


def test_a_row_that_left_the_filter_refuses_the_whole(confirmed, clinics):
    def move():
        Practice.objects.filter(name="Hill Clinic").update(name="Hill Surgery")

    response = confirmed(clinics[:2], url=f"{URL}?q=clinic", between=move, **TIER_A)

    assert refused(response)
    assert tiers()["North Clinic"] == ""


def test_a_row_that_vanished_refuses_the_whole(confirmed, clinics):
    gone = clinics[1]

    response = confirmed(clinics, between=gone.delete, **TIER_A)

    assert refused(response)
    assert tiers()["North Clinic"] == ""


@pytest.mark.parametrize("data", [{"all": "yes"}, {}])
def test_a_value_that_changed_since_the_preview_refuses_the_whole(
    confirmed, clinics, data
):
    def change():
        Practice.objects.filter(name="Hill Clinic").update(tier="C")

    response = confirmed(() if data else clinics, between=change, **data, **TIER_A)

    assert refused(response)
    assert tiers()["North Clinic"] == ""


def test_a_row_that_came_to_the_list_refuses_the_whole(confirmed, clinics):
    response = confirmed(
        all="yes", between=lambda: PracticeFactory(zip_code="37203"), **TIER_A
    )

    assert refused(response)
    assert tiers()["North Clinic"] == ""


def test_a_territory_lost_since_the_preview_refuses_the_whole(
    confirmed, clinics, manager
):
    response = confirmed(clinics, between=manager.assignments.all().delete, **TIER_A)

    assert refused(response)
    assert tiers()["North Clinic"] == ""


def test_versions_origins_journal_and_audit_hold(confirmed, clinics, manager):
    confirmed(clinics, **TIER_A)

    changed = Practice.objects.get(name="Hill Clinic")
    same = Practice.objects.get(name="Lake Surgery")
    assert changed.version == clinics[1].version + 1
    assert same.version == clinics[2].version
    assert changed.provenance["tier"]["source"] == "person"
    assert changed.provenance["tier"]["by"] == manager.pk
    assert "tier" not in same.provenance
    kept = Change.objects.get(model="referrals.practice", row=changed.pk)
    assert (kept.before["tier"], kept.after["tier"], kept.by) == ("B", "A", manager)
    event = AuditEvent.objects.get(action=AuditEvent.Action.MANY_CHANGED)
    assert event.detail == {
        "field": "Tier",
        "to": "A",
        "rows": 2,
        "besides": 0,
        "reason": "Sends a lot",
        "filters": "",
    }


def test_what_was_offered_for_the_field_and_is_there_now_is_accepted(
    confirmed, clinics, manager
):
    for practice, value in ((clinics[0], "A"), (clinics[1], "C")):
        Proposal.objects.create(
            practice=practice,
            field="tier",
            value=value,
            source="import",
            created_at=timezone.now(),
        )

    confirmed(clinics, **TIER_A)

    states = dict(Proposal.objects.values_list("value", "status"))
    assert states == {"A": "accepted", "C": "pending"}


def test_an_owner_is_one_of_the_team_in_sight(
    post, confirmed, clinics, liaison, administrator
):
    outsider = UserFactory(name="Olga Outside")
    TerritoryAssignmentFactory(user=outsider)

    assert "preview" not in post(clinics, field="owner", owner=outsider.pk).context
    assert "preview" not in post(clinics, field="owner", owner=administrator.pk).context
    assert "Olga" not in post(clinics).content.decode()
    confirmed(clinics, field="owner", owner=liaison.pk)

    assert set(Practice.objects.values_list("owner", flat=True)) == {liaison.pk}


def test_an_owner_is_taken_away(confirmed, clinics, liaison):
    Practice.objects.update(owner=liaison)

    confirmed(clinics[:1], field="owner", owner="")

    assert Practice.objects.filter(owner=None).get() == clinics[0]


def test_a_territory_holds_against_the_zip_code_from_today(
    confirmed, clinics, south, liaison, south_liaison, manager
):
    confirmed(clinics[:1], field="territory", territory=south.pk, reason="Asked us")

    exception = TerritoryException.objects.get()
    assert (exception.territory, exception.starts_on) == (south, timezone.localdate())
    assert (exception.reason, exception.by) == ("Asked us", manager)
    assert clinics[0] not in Practice.objects.visible_to(liaison)
    assert clinics[0] in Practice.objects.visible_to(south_liaison)


def test_a_practice_goes_back_to_the_territory_of_its_zip_code(
    confirmed, clinics, south, north, liaison
):
    today = timezone.localdate()
    for practice, day in ((clinics[0], today), (clinics[1], today - dt.timedelta(9))):
        TerritoryException.objects.create(
            practice=practice, territory=south, starts_on=day
        )

    confirmed(clinics, field="territory", territory="", reason="")

    assert set(Practice.objects.visible_to(liaison)) == set(clinics)
    assert TerritoryException.objects.get().ends_on == today


def test_a_second_exception_follows_the_first(confirmed, clinics, south, north):
    today = timezone.localdate()
    TerritoryException.objects.create(
        practice=clinics[0], territory=south, starts_on=today - dt.timedelta(9)
    )

    confirmed(clinics[:1], field="territory", territory=north.pk, reason="")

    ends = TerritoryException.objects.order_by("starts_on").values_list(
        "territory__name", "ends_on"
    )
    assert list(ends) == [("South", today), ("North", None)]


def test_a_foreign_territory_is_no_choice(post, clinics, south, north):
    north_manager = UserFactory(role=User.Role.MANAGER)
    TerritoryAssignmentFactory(user=north_manager, territory=north)
    asked = {"field": "territory", "reason": "", "user": north_manager}

    foreign = post(clinics, territory=south.pk, **asked)

    assert "preview" not in foreign.context
    assert "South" not in foreign.content.decode()


def test_the_tier_of_physicians_is_changed(confirmed, north_physician, south_physician):
    url = reverse("referrals:physician-bulk")

    confirmed(url=f"{url}?q=northrup", all="yes", **TIER_A)

    assert Physician.objects.get(tier="A") == north_physician


def test_physicians_get_an_owner_that_the_journal_keeps(
    confirmed, north_physician, south_physician, liaison
):
    url = reverse("referrals:physician-bulk")

    confirmed([north_physician], url=url, field="owner", owner=liaison.pk)

    owned = Physician.objects.get(owner=liaison)
    assert owned == north_physician
    assert owned.version == north_physician.version + 1
    assert owned.provenance["owner"]["source"] == "person"
    kept = Change.objects.get(model="referrals.physician")
    assert (kept.before["owner"], kept.after["owner"]) == (None, liaison.pk)


def test_physicians_keep_the_territory_of_their_practices(post, north_physician):
    url = reverse("referrals:physician-bulk")

    answer = post([north_physician], url=url, field="territory", territory="")

    assert answer.context["form"] is None
    assert list(answer.context["forms"]) == ["tier", "owner"]


@pytest.mark.parametrize(
    "data",
    [
        {"row": ["x"]},
        {"row": ["\x00"]},
        {"row": ["9" * 30]},
        {"row": ["٣"]},
        {"row": ["-1"]},
        {"row": ["1e5"]},
        {"all": "yes", "field": "tier", "tier": "Z"},
        {"all": "yes", "field": "__class__"},
        {"all": "yes", "field": "tier", "tier": "A", "reason": "x" * 300},
        {"all": "yes", "field": "tier", "tier": "A", "seal": "\x00"},
    ],
)
def test_nonsense_changes_nothing(post, clinics, data):
    before = tiers()

    assert post(**data).status_code == 200
    assert tiers() == before


def test_a_filter_that_makes_no_sense_is_no_choice_of_rows(post, clinics):
    assert refused(post(url=f"{URL}?tier=Z", all="yes", **TIER_A))


def test_nothing_chosen_says_so(post, clinics):
    assert "Choose the rows" in post().content.decode()


def test_too_many_rows_are_refused(post, clinics, monkeypatch):
    monkeypatch.setattr(service, "MOST", 2)

    assert "At most 2 rows" in post(all="yes", **TIER_A).content.decode()


def test_only_who_may_change_them_is_offered_a_choice(
    signed_in, liaison, manager, clinics
):
    assert 'id="bulk"' not in signed_in(liaison).get(LIST).content.decode()
    assert 'id="bulk"' in signed_in(manager).get(LIST).content.decode()


def test_the_list_and_the_bulk_page_agree_on_what_is_found(
    signed_in, manager, post, clinics
):
    query = "?q=clinic&sort=-city&columns=name"
    listed = signed_in(manager).get(LIST + query).context["page"]

    chosen = post(url=URL + query, all="yes").context["chosen"]

    assert set(chosen.keys) == {practice.pk for practice in listed}


def test_many_rows_take_few_queries(
    signed_in, manager, north, django_assert_max_num_queries
):
    physicians = PhysicianFactory.create_batch(120)
    practice = PracticeFactory()
    for physician in physicians:
        AffiliationFactory(physician=physician, practice=practice)
    url, client = reverse("referrals:physician-bulk"), signed_in(manager)
    asked = {"all": "yes", **TIER_A}

    with django_assert_max_num_queries(12):
        preview = client.post(url, asked).context["preview"]
    with django_assert_max_num_queries(20):
        client.post(url, asked | {"seal": preview.seal})

    assert not Physician.objects.exclude(tier="A").exists()


def test_who_gains_and_who_loses_practices_is_told(
    confirmed, clinics, south, liaison, south_liaison
):
    confirmed(clinics, field="territory", territory=south.pk, reason="Asked us")

    texts = {one.user: one.text for one in Notification.objects.all()}
    assert texts[liaison].endswith("North loses 3 practices.")
    assert texts[south_liaison].endswith("South gains 3 practices.")
    assert len(texts) == 2


def test_a_practice_lent_by_another_region_is_not_given_back_by_many(
    post, clinics, south, north
):
    other = TerritoryFactory(name="Elsewhere")
    TerritoryZip.objects.filter(zip_code="37203").update(territory=other)
    for practice in clinics:
        TerritoryException.objects.create(
            practice=practice, territory=north, starts_on=timezone.localdate()
        )

    response = post(clinics, field="territory", territory="", reason="")

    assert "preview" not in response.context
    assert "Not yours to move" in response.text
    assert "Elsewhere" not in response.text
