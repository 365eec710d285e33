"""Prospects: who is one, in which order, to whom they are shown, and how added."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from referrals.models import (
    Change,
    FlowFile,
    Physician,
    Practice,
    SharedPatients,
)
from reports.views import prospects
from tests.factories.accounts import TerritoryAssignmentFactory, UserFactory
from tests.factories.outreach import (
    TaskFactory,
    VisitAttendeeFactory,
    VisitFactory,
)
from tests.factories.referrals import (
    AffiliationFactory,
    ImportRunFactory,
    PhysicianFactory,
    PracticeFactory,
    RosterEntryFactory,
    ServiceLineFactory,
    SpecialtyFactory,
)
from tests.reports.events import event, many

pytestmark = pytest.mark.django_db
URL = reverse("reports:prospect-list")
OURS = ("employed", "affiliated")
ADD = reverse("reports:prospect-add")


@pytest.fixture
def three(north_practice):
    """Adams, Baker and Clark, who work in the north; nobody works them."""
    return [
        AffiliationFactory(
            physician=PhysicianFactory(last_name=name), practice=north_practice
        ).physician
        for name in ("Adams", "Baker", "Clark")
    ]


@pytest.fixture
def names(signed_in, manager):
    """`names("?sort=name")`: the last names that a manager's list then shows."""

    def listed(query="", user=manager):
        page = signed_in(user).get(URL + query).context["page"]
        return [physician.last_name for physician in page]

    return listed


@pytest.fixture
def added(signed_in, manager):
    """Previewed and confirmed; `between` runs in the middle."""

    def send(rows=(), *, owner, user=manager, url=ADD, between=lambda: None, **data):
        data |= {"field": "panel", "owner": owner.pk}
        if rows:
            data["row"] = [getattr(row, "pk", row) for row in rows]
        client = signed_in(user)
        preview = client.post(url, data).context["preview"]
        between()
        return client.post(url, data | {"seal": preview.seal}, follow=True)

    return send


def owners():
    rows = Physician.objects.order_by("last_name")
    return dict(rows.values_list("last_name", "owner__name"))


def test_they_stand_by_what_they_are_known_to_send(names, three, run_of):
    """By hand: Baker 4 events (1 out), Adams 2 (2 out), Clark none."""
    adams, baker, _ = (physician.npi for physician in three)
    run_of(
        [
            *many(2, "out", referring_npi=adams, referrer_status="independent"),
            *many(3, "in", referring_npi=baker, patient="b", referrer_status=""),
            event("out", referring_npi=baker, patient="c", referrer_status=""),
        ]
    )

    assert names() == ["Baker", "Adams", "Clark"]
    assert names("?sort=known") == ["Clark", "Adams", "Baker"]
    assert names("?sort=-out") == ["Adams", "Baker", "Clark"]
    assert names("?sort=-name") == ["Clark", "Baker", "Adams"]
    assert names("?sort=password") == ["Baker", "Adams", "Clark"]


@pytest.fixture
def shared(three):
    """Adams shares 20 + 15 patients with two of ours, Baker 40 with a competitor
    and 5 with one of ours; Clark is in no row of the file."""
    file = FlowFile.objects.create(
        run=ImportRunFactory(), source="hop", is_current=True
    )
    ours = [RosterEntryFactory(network_status=status).npi for status in OURS]
    theirs = RosterEntryFactory(network_status="competitor").npi
    adams, baker, _ = (physician.npi for physician in three)
    rows = [
        (adams, ours[0], 20),
        (adams, ours[1], 15),
        (baker, theirs, 40),
        (baker, ours[0], 5),
    ]
    SharedPatients.objects.bulk_create(
        SharedPatients(
            file=file, from_npi=one, to_npi=other, patients=n, transactions=n
        )
        for one, other, n in rows
    )


def test_they_can_stand_by_estimated_flow(names, signed_in, manager, shared):
    """By hand: Adams 20 + 15 = 35, Baker 5, Clark none."""
    assert names("?sort=-estimated") == ["Adams", "Baker", "Clark"]

    response = signed_in(manager).get(URL)

    rows = {row.last_name: row.estimated for row in response.context["page"]}
    assert (rows["Adams"].patients, rows["Baker"].patients) == (35, 5)
    assert rows["Clark"] is None
    assert "An estimate, never added to what claims say." in response.text


def test_few_shared_patients_are_merged_for_a_liaison(signed_in, liaison, shared):
    text = signed_in(liaison).get(f"{URL}?columns=estimated").text

    assert "fewer than 11" in text
    assert "35 " in text


def test_without_a_file_the_estimate_is_no_data(signed_in, manager, three):
    assert "no data" in signed_in(manager).get(URL).text


def test_the_numbers_and_their_year_are_printed(signed_in, manager, three, run_of):
    run_of(
        [
            *many(3, "in", referring_npi=three[0].npi),
            *many(12, "out", referring_npi=three[0].npi, patient="o"),
            event(referring_npi=three[1].npi, event_on=dt.date(2025, 3, 31)),
            event(referring_npi=three[1].npi, event_on=dt.date(2025, 4, 1)),
        ]
    )

    response = signed_in(manager).get(URL)

    known = {row.last_name: row.known for row in response.context["page"]}
    assert (known["Adams"].events, known["Adams"].out) == (15, 12)
    assert (known["Baker"].events, known["Clark"].events) == (1, 0)
    assert "Apr 1, 2025 to Mar 31, 2026" in response.text


def test_referrals_count_in_the_service_lines_that_are_chosen(
    names, signed_in, manager, three, run_of
):
    for name in ("Cardiology", "Urology"):
        ServiceLineFactory(name=name)
    run_of(
        [
            *many(9, referring_npi=three[0].npi),
            *many(2, referring_npi=three[1].npi, service_line="Urology", patient="u"),
        ]
    )

    assert names("?flow=Urology") == ["Baker", "Adams", "Clark"]
    assert names("?flow=Urology&flow=Cardiology") == ["Adams", "Baker", "Clark"]
    assert "to Urology" in signed_in(manager).get(f"{URL}?flow=Urology").text


def test_a_run_of_some_months_tells_of_these(names, three, run_of):
    run_of(
        [
            event(referring_npi=three[2].npi),
            *many(3, referring_npi=three[1].npi, event_on=dt.date(2026, 5, 1)),
        ],
        parameters={"from": None, "to": "2026-03"},
    )

    assert names() == ["Clark", "Adams", "Baker"]


def test_few_patients_are_neither_shown_nor_told_by_the_order(
    signed_in, liaison, three, run_of
):
    run_of(
        [
            *many(3, referring_npi=three[1].npi),
            *many(10, referring_npi=three[0].npi, patient="a"),
            *many(11, "out", referring_npi=three[2].npi, patient="c"),
        ]
    )
    client = signed_in(liaison)

    response = client.get(URL)
    rising = client.get(f"{URL}?sort=known").context["page"]

    shown = [
        (row.last_name, row.known.is_few, row.known.events)
        for row in response.context["page"]
    ]
    assert shown == [
        ("Clark", False, 11),
        ("Adams", True, 0),
        ("Baker", True, 0),
    ]
    assert [row.last_name for row in rising] == ["Adams", "Baker", "Clark"]
    assert response.text.count("fewer than 11</td>") == 2
    assert "fewer than 11" in client.get(f"{URL}export/").getvalue().decode()


def test_no_choice_of_lines_tells_a_small_cell_by_subtraction(
    signed_in, liaison, three, run_of
):
    """By hand: all 12 + 15 + 3 = 30 events. Urology's 3 would be 30 - 27, so it is told
    with Cardiology alone (12 + 3 = 15); Oncology (15) can be told by itself."""
    for name in ("Cardiology", "Oncology", "Urology"):
        ServiceLineFactory(name=name)
    npi = three[0].npi
    run_of(
        [
            *many(12, referring_npi=npi, patient="c"),
            *many(15, referring_npi=npi, service_line="Oncology", patient="o"),
            *many(3, referring_npi=npi, service_line="Urology", patient="u"),
        ]
    )
    client = signed_in(liaison)

    def told(*lines):
        page = client.get(URL, {"flow": lines}).context["page"]
        (known,) = [row.known for row in page if row.last_name == "Adams"]
        return "few" if known.is_few else known.events

    assert told() == 30
    assert told("Oncology") == 15
    assert told("Cardiology", "Urology") == 15
    assert told("Cardiology") == told("Urology") == "few"
    assert told("Cardiology", "Oncology") == told("Oncology", "Urology") == "few"
    assert told("Cardiology", "Oncology", "Urology") == 30


def test_without_a_run_they_stand_by_name(names, signed_in, manager, three):
    assert names() == ["Adams", "Baker", "Clark"]
    assert "not known yet" in signed_in(manager).get(URL).text


def test_a_run_without_events_is_no_error(names, three, run_of):
    run_of([])

    assert names() == ["Adams", "Baker", "Clark"]


def today(days=0):
    return timezone.localdate() + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("status", "day", "is_prospect"),
    [
        ("held", today(-364), False),
        ("held", today(-366), True),
        ("planned", today(20), False),
        ("cancelled", today(-5), True),
        ("no_show", today(-5), True),
    ],
)
def test_who_was_or_will_be_visited_is_worked(
    names, three, north_practice, status, day, is_prospect
):
    visit = VisitFactory(practice=north_practice, status=status, visited_on=day)
    VisitAttendeeFactory(visit=visit, physician=three[0])

    assert ("Adams" in names()) == is_prospect
    assert "Baker" in names()


def test_a_promise_from_a_visit_with_them_is_work(names, three, north_practice):
    visit = VisitFactory(practice=north_practice, visited_on=today(-500))
    VisitAttendeeFactory(visit=visit, physician=three[0])
    task = TaskFactory(practice=north_practice, visit=visit)

    assert names() == ["Baker", "Clark"]
    task.done_at = timezone.now()
    task.save()
    assert names() == ["Adams", "Baker", "Clark"]


def test_a_task_at_the_practice_is_work_with_all_of_them(names, three, north_practice):
    TaskFactory(practice=north_practice)

    assert names() == []


@pytest.mark.parametrize(
    ("status", "is_prospect"),
    [
        ("employed", False),
        ("affiliated", False),
        ("independent", True),
        ("competitor", True),
    ],
)
def test_who_is_in_the_network_today_is_no_prospect(names, three, status, is_prospect):
    RosterEntryFactory(npi=three[0].npi, network_status=status)

    assert ("Adams" in names()) == is_prospect


def test_who_left_the_network_is_a_prospect(names, three):
    RosterEntryFactory(npi=three[0].npi, effective_to=today(-1))

    assert "Adams" in names()


def test_inactive_owned_and_departed_physicians_are_none(names, three, liaison):
    Physician.objects.filter(pk=three[0].pk).update(is_active=False)
    Physician.objects.filter(pk=three[1].pk).update(owner=liaison)
    three[2].affiliations.update(effective_to=today(-1))

    assert names() == []


def test_filters_narrow(names, three, south_physician, north, south, liaison):
    urology = ServiceLineFactory(name="Urology")
    specialty = SpecialtyFactory(
        code="208800000X", name="Urologist", service_line=urology
    )
    Physician.objects.filter(pk=three[1].pk).update(specialty=specialty)
    RosterEntryFactory(npi=three[2].npi, network_status="independent")
    Practice.objects.filter(name="South Clinic").update(owner=liaison)

    assert names("?line=Urology") == ["Baker"]
    assert names("?line=Unassigned&line=Urology&q=ba") == ["Baker"]
    assert names("?specialty=urolog") == names("?specialty=2088") == ["Baker"]
    assert names("?network=independent") == ["Clark"]
    assert names(f"?territory={south.pk}") == ["Southey"]
    assert names(f"?territory={north.pk}") == ["Adams", "Baker", "Clark"]
    assert names("?practices=nobody") == ["Adams", "Baker", "Clark"]
    assert names("?network=employed") == names()


def test_only_who_is_in_sight_is_listed_counted_and_exported(
    signed_in, liaison, three, south_physician, run_of
):
    run_of(many(20, referring_npi=south_physician.npi))
    client = signed_in(liaison)

    response = client.get(URL)
    export = client.get(f"{URL}export/").getvalue().decode()

    assert "3 physicians" in response.text
    assert "Southey" not in response.text + export
    assert AuditEvent.objects.get(action="exported").detail["rows"] == 3


def test_whose_territory_ends_while_an_export_runs_gets_no_further_row(
    signed_in, liaison, three
):
    lines = iter(signed_in(liaison).get(f"{URL}export/").streaming_content)
    assert next(lines)

    liaison.assignments.update(ends_on=today())

    assert list(lines) == []


def test_a_right_that_ends_between_preview_and_confirmation_refuses_the_whole(
    added, liaison, three
):
    answer = added(
        three,
        owner=liaison,
        user=liaison,
        between=lambda: liaison.assignments.update(ends_on=today()),
    )

    assert "Nothing was changed" in answer.text
    assert set(owners().values()) == {None}


def test_work_out_of_sight_does_not_tell(names, liaison, three, south_practice):
    """Adams works in the south, too; a visit there is not the north's to know."""
    AffiliationFactory(physician=three[0], practice=south_practice)
    visit = VisitFactory(practice=south_practice, visited_on=today(-3))
    VisitAttendeeFactory(visit=visit, physician=three[0])
    TaskFactory(practice=south_practice)

    assert names(user=liaison) == ["Adams", "Baker", "Clark"]
    assert names() == ["Baker", "Clark"]


def test_without_a_territory_there_is_nobody(names, three):
    assert names(user=UserFactory()) == []


def test_a_liaison_adds_to_their_own_panel_and_no_other(
    added, signed_in, liaison, three, south_liaison
):
    answer = added(three[:2], owner=liaison, user=liaison)

    assert owners() == {"Adams": "Lea Liaison", "Baker": "Lea Liaison", "Clark": None}
    assert "Panel changed: 2." in answer.text
    client = signed_in(liaison)
    asked = {"field": "panel", "row": three[2].pk, "owner": south_liaison.pk}
    assert "preview" not in client.post(ADD, asked).context


def test_a_manager_adds_to_the_panel_of_the_team(added, liaison, three):
    added(owner=liaison, all="yes")

    assert set(owners().values()) == {"Lea Liaison"}
    event = AuditEvent.objects.get(action=AuditEvent.Action.MANY_CHANGED)
    assert (event.detail["field"], event.detail["rows"]) == ("Panel", 3)
    assert Change.objects.filter(model="referrals.physician").count() == 3


def test_nobody_gets_whom_they_cannot_see(
    signed_in, manager, three, south_liaison, south_physician
):
    asked = {"field": "panel", "all": "yes", "owner": south_liaison.pk}

    answer = signed_in(manager).post(ADD, asked)

    assert "3 of them work outside the territories of Sid Southern." in answer.text
    assert "preview" not in answer.context


def test_practices_without_an_owner_come_along_if_asked(
    added, liaison, manager, three, north_practice, south_practice
):
    taken = PracticeFactory(name="Taken Clinic", owner=manager)
    for practice in (taken, south_practice):
        AffiliationFactory(physician=three[0], practice=practice)

    added(three[:1], owner=liaison, with_practices="on")

    held = dict(Practice.objects.values_list("name", "owner__name"))
    assert held == {
        "North Clinic": "Lea Liaison",
        "South Clinic": None,
        "Taken Clinic": "Max Manager",
    }
    assert set(Practice.objects.values_list("stage", flat=True)) == {"prospect"}


def test_practices_stay_as_they_are_unless_asked(added, liaison, three):
    added(three, owner=liaison)

    assert not Practice.objects.exclude(owner=None).exists()


def test_a_practice_that_found_an_owner_since_the_preview_refuses_the_whole(
    added, liaison, manager, three
):
    answer = added(
        three,
        owner=liaison,
        with_practices="on",
        between=lambda: Practice.objects.update(owner=manager),
    )

    assert "Nothing was changed" in answer.text
    assert set(owners().values()) == {None}


def test_one_who_is_no_prospect_any_more_refuses_the_whole(
    added, liaison, manager, three
):
    def take():
        Physician.objects.filter(pk=three[0].pk).update(owner=manager)

    answer = added(three, owner=liaison, between=take)

    assert "Nothing was changed" in answer.text
    assert owners() == {"Adams": "Max Manager", "Baker": None, "Clark": None}


def test_a_foreign_physician_is_not_added_by_id(
    signed_in, liaison, three, south_physician
):
    client = signed_in(liaison)
    asked = {"field": "panel", "owner": liaison.pk}

    foreign = client.post(ADD, asked | {"row": [three[0].pk, south_physician.pk]})
    made_up = client.post(ADD, asked | {"row": [three[0].pk, 87_654_321]})

    assert foreign.status_code == made_up.status_code == 302
    assert set(owners().values()) == {None}


def test_sent_twice_it_is_done_once(signed_in, liaison, three):
    client = signed_in(liaison)
    asked = {"field": "panel", "owner": liaison.pk, "row": [three[0].pk]}
    seal = client.post(ADD, asked).context["preview"].seal

    for _ in range(2):
        client.post(ADD, asked | {"seal": seal})

    assert owners()["Adams"] == "Lea Liaison"
    assert Change.objects.filter(model="referrals.physician").count() == 1
    done = AuditEvent.objects.filter(action=AuditEvent.Action.MANY_CHANGED)
    assert done.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "?line=%00",
        "?flow=nonsense&line=" + "x" * 10_000,
        "?territory=99999999999999999999&sort=--known&page=x",
        "?practices=7&specialty=%00&network=employed",
    ],
)
def test_nonsense_narrows_nothing_and_is_no_choice_of_rows(
    names, signed_in, manager, liaison, three, query
):
    asked = {"field": "panel", "all": "yes", "owner": liaison.pk}

    assert names(query) == ["Adams", "Baker", "Clark"]
    answer = signed_in(manager).post(ADD + query, asked, follow=True)
    assert "Nothing was changed" in answer.text


def test_a_full_page_needs_few_queries(
    signed_in, manager, north_practice, run_of, django_assert_max_num_queries
):
    places = AffiliationFactory.create_batch(60, practice=north_practice)
    for place in places:
        Physician.objects.filter(pk=place.physician_id).update(
            specialty=SpecialtyFactory()
        )
    run_of(many(20, referring_npi=places[7].physician.npi))
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        page = client.get(URL).context["page"]

    assert page.object_list[0].npi == places[7].physician.npi
    assert page.paginator.count == 60


@pytest.mark.parametrize("sort", ["name", "-name", "known", "-estimated"])
@pytest.mark.parametrize("counted", [1000, 40])
@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_the_last_page_needs_few_queries_too(
    request,
    signed_in,
    north_practice,
    run_of,
    shared,
    monkeypatch,
    django_assert_max_num_queries,
    role,
    counted,
    sort,
):
    """Also where the list is longer than it was counted at first.

    60 prospects and Adams, Baker, Clark: 50 of them stand on the first page.
    """
    monkeypatch.setattr(prospects, "COUNTED", counted)
    places = AffiliationFactory.create_batch(60, practice=north_practice)
    run_of(many(20, referring_npi=places[7].physician.npi))
    client = signed_in(request.getfixturevalue(role))

    with django_assert_max_num_queries(12):
        page = client.get(f"{URL}?sort={sort}&page=9999").context["page"]

    assert (page.number, len(page.object_list)) == (2, 13)


def test_the_list_finds_whom_the_page_adds(
    added, names, liaison, signed_in, manager, three
):
    added(owner=liaison, all="yes", url=f"{ADD}?q=adams")

    assert owners() == {"Adams": "Lea Liaison", "Baker": None, "Clark": None}
    assert names() == ["Baker", "Clark"]


def test_a_manager_of_elsewhere_is_offered_no_liaison_of_here(
    signed_in, liaison, south, three
):
    elsewhere = UserFactory(role=User.Role.MANAGER)
    TerritoryAssignmentFactory(user=elsewhere, territory=south)
    physician = AffiliationFactory(practice=PracticeFactory(zip_code="37401")).physician

    form = signed_in(elsewhere).post(ADD, {"row": physician.pk}).context["forms"]

    offered = form["panel"].fields["owner"].queryset
    assert [*offered] == [elsewhere]
