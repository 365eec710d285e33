import datetime as dt
import random
import threading

import pytest
from django.db import connection

from accounts.models import BEGINNING, AuditEvent, PlannedChange, TerritoryZip
from accounts.services import zips
from tests.factories.accounts import TerritoryFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
LATER = TODAY + 10 * DAY


@pytest.fixture
def moved(administrator):
    """`moved({"37203"}, south, on=day)`: by the administrator, at noon."""

    def move(codes, territory, *, on=TODAY, by=administrator, **options):
        return zips.reassign_zips(
            zips=codes, territory=territory, on=on, by=by, at=NOW, **options
        )

    return move


@pytest.fixture
def listed(administrator):
    """`listed(north, {"37204"})`: the territory has exactly these from today."""

    def give(territory, codes, *, move=False, by=administrator, **days):
        days = {"on": TODAY, "new_from": BEGINNING} | days
        return zips.set_zips(
            territory=territory, zip_codes=codes, move=move, by=by, at=NOW, **days
        )

    return give


@pytest.fixture
def withdrawn(administrator):
    """`withdrawn({"37203"})`: the plans for the later day, by the administrator."""

    def withdraw(codes, *, on=LATER, by=administrator):
        return zips.withdraw(zips=codes, on=on, by=by, at=NOW)

    return withdraw


def spans(code):
    """(territory, first day, day after the last) of each row, the earliest first."""
    rows = TerritoryZip.objects.filter(zip_code=code).order_by("starts_on")
    return [(row.territory, row.starts_on, row.ends_on) for row in rows]


def codes_of(territory, on=TODAY):
    return set(territory.zips.current(on=on).values_list("zip_code", flat=True))


# From one to another ------------------------------------------------------------


def test_a_zip_that_moves_keeps_what_was_before(north, south, moved):
    moved({"37203"}, south)

    assert spans("37203") == [(north, BEGINNING, TODAY), (south, TODAY, None)]


def test_a_zip_goes_to_nobody_from_a_day(north, moved):
    moved({"37203"}, None, on=LATER)

    assert spans("37203") == [(north, BEGINNING, LATER)]


def test_a_zip_that_never_belonged_anywhere_starts_on_the_day(north, moved):
    moved({"37999"}, north)

    assert spans("37999") == [(north, TODAY, None)]


def test_or_from_the_beginning_when_told(north, moved):
    moved({"37999"}, north, new_from=BEGINNING)

    assert spans("37999") == [(north, BEGINNING, None)]


def test_from_the_beginning_is_for_new_codes_alone(north, south, moved):
    moved({"37203"}, south, new_from=BEGINNING)

    assert spans("37203") == [(north, BEGINNING, TODAY), (south, TODAY, None)]


def test_a_zip_that_is_there_already_is_no_change(north, moved):
    assert moved({"37203"}, north) == []
    assert not AuditEvent.objects.exists()


def test_a_move_gives_way_to_a_later_one_of_the_same_day(north, south, moved):
    moved({"37203"}, south)
    moved({"37203"}, north)

    assert spans("37203") == [(north, BEGINNING, None)]


def test_what_was_planned_for_later_gives_way(region, north, south, moved):
    moved({"37203"}, south, on=LATER)
    moved({"37203"}, region)

    assert spans("37203") == [(north, BEGINNING, TODAY), (region, TODAY, None)]


def test_each_code_goes_to_its_own_territory_at_once(
    north, south, region, administrator
):
    targets = {"37203": south.pk, "37401": None, "37999": region.pk}

    zips.reassign(targets=targets, on=TODAY, by=administrator, at=NOW)

    assert codes_of(south) == {"37203"}
    assert codes_of(region) == {"37999"}


def test_the_past_is_not_changed_silently(north, south, moved):
    with pytest.raises(zips.PastChanged, match="37203"):
        moved({"37203"}, south, on=TODAY - DAY)

    assert spans("37203") == [(north, BEGINNING, None)]


def test_the_past_is_changed_when_somebody_says_so(north, south, moved):
    moved({"37203"}, south, on=TODAY - DAY, reaches_back=True)

    assert spans("37203") == [
        (north, BEGINNING, TODAY - DAY),
        (south, TODAY - DAY, None),
    ]


# Plans --------------------------------------------------------------------------


def test_a_plan_takes_effect_by_itself(north, south, moved):
    moved({"37203"}, south, on=LATER)

    assert codes_of(south, LATER - DAY) == {"37401"}
    assert codes_of(south, LATER) == {"37203", "37401"}


def test_plans_are_listed_with_both_ends(north, south, moved):
    moved({"37203", "37999"}, south, on=LATER)
    moved({"37401"}, None, on=LATER + DAY)

    assert TerritoryZip.objects.planned(after=TODAY) == [
        PlannedChange(LATER, north.pk, south.pk, ("37203",)),
        PlannedChange(LATER, None, south.pk, ("37999",)),
        PlannedChange(LATER + DAY, south.pk, None, ("37401",)),
    ]


def test_a_plan_is_withdrawn_as_if_it_had_never_been(north, south, moved, withdrawn):
    moved({"37203"}, south, on=LATER)

    assert withdrawn({"37203"}) == ["37203"]
    assert spans("37203") == [(north, BEGINNING, None)]


def test_without_one_plan_the_next_still_holds(region, north, south, moved, withdrawn):
    moved({"37203"}, south, on=LATER)
    moved({"37203"}, region, on=LATER + DAY)

    withdrawn({"37203"})

    assert spans("37203") == [
        (north, BEGINNING, LATER + DAY),
        (region, LATER + DAY, None),
    ]


def test_what_has_happened_is_not_withdrawn(north, south, moved, withdrawn):
    moved({"37203"}, south)

    assert withdrawn({"37203"}, on=TODAY) == []
    assert codes_of(south) == {"37203", "37401"}


def test_a_zip_without_a_plan_on_the_day_stays(north, withdrawn):
    assert withdrawn({"37203", "37999"}) == []
    assert spans("37203") == [(north, BEGINNING, None)]


# Whose they are -----------------------------------------------------------------


@pytest.fixture
def north_manager(manager, region, north):
    """They sit on a region above the north alone."""
    half = TerritoryFactory(name="Half", parent=region)
    north.parent = half
    north.save()
    manager.assignments.update(territory=half)
    return manager


def test_a_manager_moves_what_lies_below_their_node(manager, north, south, moved):
    moved({"37203"}, south, by=manager)

    assert codes_of(south) == {"37203", "37401"}


def test_a_manager_does_not_take_from_a_foreign_territory(
    north_manager, north, south, moved
):
    with pytest.raises(zips.NotYours) as refused:
        moved({"37401"}, north, by=north_manager)

    assert str(refused.value) == "Not yours to move: 37401."
    assert codes_of(south) == {"37401"}


def test_nor_gives_to_one(north_manager, south, moved):
    with pytest.raises(zips.NotYours):
        moved({"37203"}, south, by=north_manager)


def test_nor_changes_what_is_planned_for_one(north_manager, north, south, moved):
    moved({"37203"}, south, on=LATER)

    with pytest.raises(zips.NotYours):
        moved({"37203"}, north, by=north_manager)


def test_nor_withdraws_it(north_manager, south, moved, withdrawn):
    moved({"37203"}, south, on=LATER)

    with pytest.raises(zips.NotYours):
        withdrawn({"37203"}, by=north_manager)


def test_the_node_somebody_sits_on_is_not_theirs_to_change(manager, region, moved):
    with pytest.raises(zips.NotYours):
        moved({"37203"}, region, by=manager)


def test_a_manager_takes_what_belongs_to_nobody(north_manager, north, moved):
    moved({"37999"}, north, by=north_manager)

    assert "37999" in codes_of(north)


def test_of_many_codes_that_are_not_theirs_the_first_are_named(
    north_manager, north, south, moved, administrator
):
    codes = {f"{number}" for number in range(40_000, 44_000, 2)}
    moved(codes, south)

    with pytest.raises(zips.NotYours) as refused:
        moved(codes, north, by=north_manager)

    assert len(str(refused.value)) < 300


# One list -----------------------------------------------------------------------


def test_a_territory_has_exactly_the_zips_it_was_given(north, listed):
    counts = listed(north, {"37204", "37205"})

    assert codes_of(north) == {"37204", "37205"}
    assert counts == (2, 1)


def test_zips_that_came_and_went_are_audited(north, listed):
    listed(north, {"37204", "37205"})

    detail = AuditEvent.objects.get(action="territory_changed").detail
    assert detail == {
        "from": "2026-03-02",
        "zips_added": "37204-37205",
        "zips_removed": "37203",
    }


def test_the_same_zips_again_are_no_event(north, listed):
    listed(north, {"37203"})

    assert not AuditEvent.objects.exists()


def test_zips_of_another_territory_are_named_and_stay(north, south, listed):
    with pytest.raises(zips.ZipsTaken, match="South: 37401"):
        listed(north, {"37203", "37401", "37999"})

    assert codes_of(north) == {"37203"}
    assert codes_of(south) == {"37401"}


def test_zips_of_another_territory_move_when_told(north, south, listed):
    listed(north, {"37203", "37401"}, move=True)

    assert codes_of(north) == {"37203", "37401"}
    lost = AuditEvent.objects.get(subject="South")
    assert lost.detail == {
        "from": "2026-03-02",
        "zips_removed": "37401",
        "moved_to": {"North": "37401"},
    }


def test_a_foreign_holder_is_not_named(north_manager, north, south, listed):
    with pytest.raises(zips.NotYours) as refused:
        listed(north, {"37203", "37401"}, by=north_manager)

    assert "South" not in str(refused.value)


def test_ten_thousand_zips_take_few_queries(
    north, listed, django_assert_max_num_queries
):
    codes = {f"{number:05d}" for number in range(30000, 40000)}

    with django_assert_max_num_queries(60):  # SQLite takes 250 rows a statement
        listed(north, codes)

    assert TerritoryZip.objects.current(on=TODAY).count() == 10_000


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        ([], ""),
        (["37201"], "37201"),
        (["37203", "37201", "37202", "37210"], "37201-37203, 37210"),
        (["00501", "00502"], "00501-00502"),
    ],
)
def test_neighbouring_zips_are_written_as_ranges(codes, text):
    assert zips.shortened(codes) == text


# One territory a day ------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_any_moves_and_withdrawals_leave_one_territory_a_day(
    seed, administrator, moved, withdrawn
):
    draw = random.Random(seed)
    nodes = [None, *TerritoryFactory.create_batch(3)]
    codes, days = ["37001", "37002", "37003"], [TODAY + n * DAY for n in range(8)]
    belongs = {(code, day): None for code in codes for day in days}
    planned = {code: {} for code in codes}
    for _ in range(25):
        some, on = set(draw.sample(codes, 2)), draw.choice(days)
        if draw.random() < 0.7:
            node = draw.choice(nodes)
            moved(some, node, on=on)
            for code in some:
                kept = {day: n for day, n in planned[code].items() if day < on}
                planned[code] = simplest(kept | {on: node})
        else:
            withdrawn(some, on=on)
            for code in some if on > TODAY else ():
                rest = {day: n for day, n in planned[code].items() if day != on}
                planned[code] = simplest(rest)
        for code, day in belongs:
            expected = [n for first, n in planned[code].items() if first <= day]
            rows = TerritoryZip.objects.filter(zip_code=code).current(on=day)
            assert [row.territory for row in rows] == [
                node for node in expected[-1:] if node
            ]


def simplest(steps):
    """The steps in order, without those that change nothing."""
    kept, held = {}, None
    for day, node in sorted(steps.items(), key=lambda step: step[0]):
        if node != held:
            kept[day] = held = node
    return kept


@pytest.mark.django_db(transaction=True)
def test_two_who_take_one_zip_at_once_leave_it_in_one_territory(administrator):
    nodes = TerritoryFactory.create_batch(2)
    start = threading.Barrier(2)

    def take(node):
        start.wait()
        zips.reassign_zips(
            zips={"37999"}, territory=node, on=TODAY, by=administrator, at=NOW
        )
        connection.close()

    takers = [threading.Thread(target=take, args=[node]) for node in nodes]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()

    assert TerritoryZip.objects.current(on=TODAY).get().territory in nodes
