"""Another cut is tried without moving anybody, then applied as a whole or not."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent, TerritoryZip, WhatIfMove
from accounts.services import what_ifs, zips
from liaison_crm.lib.versions import ChangedMeanwhile
from tests.factories.accounts import (
    TerritoryFactory,
    TerritoryZipFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("north", "south")]


@pytest.fixture
def today():
    return timezone.localdate()


def held(on):
    return dict(
        TerritoryZip.objects.current(on=on).values_list("zip_code", "territory__name")
    )


def apply(what_if, by, on):
    what_if.refresh_from_db()
    return what_ifs.apply(
        what_if=what_if, version=what_if.version, on=on, by=by, at=timezone.now()
    )


def test_a_move_changes_the_other_cut_and_not_todays(what_if, north, south, today):
    before = held(today)

    what_ifs.move(what_if=what_if, targets={"37203": south.pk}, on=today)

    now, then = what_ifs.cut_of(what_if, on=today)
    assert (now["37203"], then["37203"]) == (north.pk, south.pk)
    assert held(today) == before


def test_back_to_where_it_is_is_no_move(what_if, north, south, today):
    what_ifs.move(what_if=what_if, targets={"37203": south.pk}, on=today)

    assert what_ifs.move(what_if=what_if, targets={"37203": north.pk}, on=today) == 0


def test_a_zip_code_moves_once(what_if, north, south, today):
    other = TerritoryFactory(parent=what_if.root)
    what_ifs.move(what_if=what_if, targets={"37203": south.pk}, on=today)

    assert what_ifs.move(what_if=what_if, targets={"37203": other.pk}, on=today) == 1


def test_a_zip_code_of_nobody_can_be_taken_and_one_can_be_let_go(what_if, south, today):
    what_ifs.move(what_if=what_if, targets={"37299": south.pk}, on=today)
    what_ifs.move(what_if=what_if, targets={"37203": None}, on=today)

    _, then = what_ifs.cut_of(what_if, on=today)
    assert then["37299"] == south.pk
    assert "37203" not in then


def test_a_territory_out_of_the_what_if_gets_nothing(what_if, today):
    foreign = TerritoryFactory(name="Elsewhere")

    with pytest.raises(what_ifs.OutsideCut) as told:
        what_ifs.move(what_if=what_if, targets={"37203": foreign.pk}, on=today)

    assert "Elsewhere" not in str(told.value)
    assert not what_if.moves.exists()


def test_a_zip_code_of_another_region_stays_and_its_holder_is_not_named(
    what_if, south, today
):
    foreign = TerritoryZipFactory(territory=TerritoryFactory(name="Elsewhere"))

    with pytest.raises(what_ifs.OutsideCut, match=foreign.zip_code) as told:
        what_ifs.move(
            what_if=what_if,
            targets={"37203": south.pk, foreign.zip_code: south.pk},
            on=today,
        )

    assert "Elsewhere" not in str(told.value)
    assert not what_if.moves.exists()


def test_applied_it_holds_from_its_day_and_the_days_before_keep_the_old(
    what_if, south, today, administrator
):
    day = today + dt.timedelta(days=7)
    before = held(today)
    what_ifs.move(what_if=what_if, targets={"37203": south.pk}, on=today)

    assert apply(what_if, administrator, day) == 1

    assert held(day) == before | {"37203": south.name}
    assert held(day - dt.timedelta(days=1)) == before
    what_if.refresh_from_db()
    assert (what_if.applied_on, what_if.applied_by) == (day, administrator)
    action = AuditEvent.Action.WHAT_IF_APPLIED
    assert AuditEvent.objects.get(action=action).detail["zip_codes"] == 1


def test_who_looked_at_an_older_version_is_told_and_nothing_moves(
    what_if, south, today, administrator
):
    version = what_if.version
    what_ifs.move(what_if=what_if, targets={"37203": south.pk}, on=today)

    with pytest.raises(ChangedMeanwhile):
        what_ifs.apply(
            what_if=what_if,
            version=version,
            on=today,
            by=administrator,
            at=timezone.now(),
        )

    assert held(today)["37203"] == "North"


def test_a_zip_code_that_went_elsewhere_stops_the_whole(
    what_if, south, today, administrator
):
    other = TerritoryFactory(parent=what_if.root)
    what_ifs.move(
        what_if=what_if, targets={"37203": south.pk, "37299": south.pk}, on=today
    )
    zips.reassign(
        targets={"37203": other.pk}, on=today, by=administrator, at=timezone.now()
    )

    with pytest.raises(what_ifs.CutHasMoved, match="37203"):
        apply(what_if, administrator, today)

    assert "37299" not in held(today)
    what_if.refresh_from_db()
    assert what_if.is_open


def test_what_was_applied_neither_changes_nor_goes(
    what_if, south, today, administrator
):
    what_ifs.move(what_if=what_if, targets={"37203": south.pk}, on=today)
    apply(what_if, administrator, today)

    with pytest.raises(what_ifs.AlreadyApplied):
        apply(what_if, administrator, today)
    with pytest.raises(what_ifs.AlreadyApplied):
        what_ifs.move(what_if=what_if, targets={"37203": None}, on=today)
    with pytest.raises(what_ifs.AlreadyApplied):
        what_ifs.delete(what_if=what_if, by=administrator)


def test_moves_are_grouped_by_where_they_go(what_if, north, south, today):
    what_ifs.move(what_if=what_if, targets={"37203": south.pk}, on=today)
    what_ifs.move(
        what_if=what_if, targets={"37298": south.pk, "37299": south.pk}, on=today
    )

    groups = what_ifs.groups_of(what_if, on=today)

    assert {(group.before, group.after, group.listed) for group in groups} == {
        (north, south, "37203"),
        (None, south, "37298-37299"),
    }


def test_the_database_keeps_one_move_a_zip_code_and_none_to_itself(what_if, north):
    WhatIfMove.objects.create(what_if=what_if, zip_code="37203", before=north)

    for broken in (
        {"zip_code": "37203", "after": north},
        {"zip_code": "37204", "before": north, "after": north},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            WhatIfMove.objects.create(what_if=what_if, **broken)


def test_the_database_keeps_applied_whole(what_if, administrator):
    what_if.applied_by = administrator

    with pytest.raises(IntegrityError), transaction.atomic():
        what_if.save()
