"""A row in each relation to what is merged: nothing may be lost, or stay elsewhere."""

import datetime as dt
import itertools

import pytest
from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from referrals.models import Change, Merge, Organization, Physician, Practice
from referrals.services import journal, merges
from tests.factories.referrals import (
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
)

NOW = timezone.now()
NUMBERS = itertools.count(1)
APPS = ("accounts", "referrals", "outreach", "reports")
KINDS = {
    Practice: PracticeFactory,
    Physician: PhysicianFactory,
    Organization: OrganizationFactory,
}
# What a constraint asks for besides.
NEEDED = {
    "referral": {"referring_practice": PracticeFactory},
    "callpause": {"ends_on": lambda: dt.date(2026, 1, 8)},
}
# How a merge remembers itself, and what it writes for who asks later.
OF_THE_MERGE = {"change", "merge", "auditevent"}
VALUES = (
    (models.BooleanField, lambda number: False),
    (models.DateTimeField, lambda number: NOW),
    (models.DateField, lambda number: dt.date(2026, 1, 1)),
    (models.JSONField, lambda number: {}),
    (models.IntegerField, lambda number: number),
    (models.FloatField, float),
    (models.TextField, str),
    (models.UUIDField, lambda number: None),
    (models.CharField, str),
)


def planted(model, **given):
    """A row of any model, with whatever it needs."""
    if model in KINDS:
        return KINDS[model](**given)
    number = next(NUMBERS)
    for name, make in NEEDED.get(model._meta.model_name, {}).items():
        given.setdefault(name, make())
    for field in model._meta.concrete_fields:
        is_free = field.null or field.has_default() or field.primary_key
        if field.name in given or is_free or (field.blank and not field.is_relation):
            continue
        if field.is_relation:
            given[field.name] = planted(field.related_model)
        elif field.choices:
            given[field.name] = field.flatchoices[0][0]
        else:
            kind = (make for cls, make in VALUES if isinstance(field, cls))
            given[field.name] = next(kind)(number)
    return model._base_manager.create(**given)


def relations(kind):
    return journal.relations_to(kind, with_many_to_many=True)


def others_of(relation, row):
    """What the row is about besides: the other end of its relation."""
    fields = row._meta.concrete_fields
    return {
        one.name: getattr(row, one.name)
        for one in fields
        if one != relation.field and not one.primary_key and getattr(row, one.name)
    }


def everything():
    """Every field of every row, but the bookkeeping of versions."""
    found = {}
    for label in APPS:
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            if model._meta.model_name not in OF_THE_MERGE:
                rows = model._base_manager.order_by("pk")
                found[model._meta.label] = serializers.serialize("python", rows)
    for row in itertools.chain(*found.values()):
        row["fields"].pop("version", None)
    return found


def merged(kept, removed, by):
    return merges.merge(
        kept=kept,
        removed=removed,
        chosen={*merges.FIELDS[type(kept)]} - {"npi"},
        versions=(kept.version, removed.version),
        by=by,
        at=NOW,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_of_every_relation_moves_and_comes_back(kind, administrator):
    kept, removed = KINDS[kind](), KINDS[kind]()
    rows = [
        (relation, planted(relation.related_model, **{relation.field.name: removed}))
        for relation in relations(kind)
    ]
    before = everything()

    merge = merged(kept, removed, administrator)

    for relation, row in rows:
        moved = type(row)._base_manager.get(pk=row.pk)
        assert getattr(moved, relation.field.attname) == kept.pk, relation
    merges.undo(merge=merge, by=administrator, at=NOW)
    assert everything() == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_both_have_comes_back_too(kind, administrator):
    kept, removed = KINDS[kind](), KINDS[kind]()
    for relation in relations(kind):
        name, model = relation.field.name, relation.related_model
        row = planted(model, **{name: removed})
        others = others_of(relation, row)
        try:
            with transaction.atomic():
                planted(model, **others, **{name: kept})
        except IntegrityError:  # unique by itself: no second one is the same
            planted(model, **{name: kept})
    before = everything()

    merges.undo(merge=merged(kept, removed, administrator), by=administrator, at=NOW)

    assert everything() == before


def test_what_hangs_on_what_both_have_hangs_on_what_stays(administrator):
    kept, removed = PhysicianFactory(), PhysicianFactory()
    for physician in (kept, removed):
        profile = apps.get_model("referrals.SpecialistProfile")
        one = profile.objects.create(physician=physician)
        term = apps.get_model("referrals.Term")
        one.terms.add(term.objects.create(kind="condition", name=f"Of {physician}"))
        planted(apps.get_model("referrals.Availability"), profile=one)

    merged(kept, removed, administrator)

    assert kept.specialist_profile.terms.count() == 2
    assert kept.specialist_profile.openings.count() == 2
    assert Merge.objects.get().kept == kept
    assert Change.objects.filter(
        model="referrals.specialistprofile", after__isnull=True
    ).exists()


def test_the_origin_of_the_other_specialties_comes_along_and_goes_back(administrator):
    origin = {"other_specialties": {"source": "registry", "on": "2026-01-02"}}
    kept, removed = PhysicianFactory(), PhysicianFactory(provenance=origin)

    merge = merged(kept, removed, administrator)

    kept.refresh_from_db()
    assert kept.provenance == origin
    merges.undo(merge=merge, by=administrator, at=NOW)
    kept.refresh_from_db()
    assert kept.provenance == {}
