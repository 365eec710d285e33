"""Foreign keys follow the chain: strings that import-linter cannot see."""

import pytest
from django.apps import apps

CHAIN = ["accounts", "referrals", "outreach", "reports"]


def relations_up_the_chain(models):
    """(from, to) of every relation that points to an app further up."""
    return [
        (model._meta.label, field.related_model._meta.label)
        for model in models
        for field in model._meta.get_fields(include_hidden=False)
        if field.is_relation
        and field.concrete
        and field.related_model._meta.app_label in CHAIN
        and model._meta.app_label in CHAIN
        and CHAIN.index(field.related_model._meta.app_label)
        > CHAIN.index(model._meta.app_label)
    ]


def test_no_foreign_key_points_up_the_chain():
    assert relations_up_the_chain(apps.get_models()) == []


@pytest.mark.parametrize("label", CHAIN)
def test_every_app_of_the_chain_has_models(label):
    assert list(apps.get_app_config(label).get_models())


def test_a_foreign_key_up_the_chain_is_noticed():
    class Field:
        is_relation = concrete = True
        related_model = apps.get_model("outreach", "Visit")

    class Meta:
        label = "referrals.Planted"
        app_label = "referrals"

        @staticmethod
        def get_fields(**_):
            return [Field]

    class Planted:
        _meta = Meta

    assert relations_up_the_chain([Planted]) == [
        ("referrals.Planted", "outreach.Visit")
    ]
