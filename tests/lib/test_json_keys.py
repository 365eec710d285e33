from django.db.models import F

from liaison_crm.lib.json_keys import WithKeys
from referrals.models import Practice
from tests.factories.referrals import PracticeFactory


def test_keys_are_set_whole_and_others_stay(db):
    practice = PracticeFactory(provenance={"fax": {"run": 1}, "tier": {"by": 2}})

    told = {"tier": {"source": "person", "on": "it's “now”"}}
    Practice.objects.update(provenance=WithKeys("provenance", told))

    practice.refresh_from_db()
    assert practice.provenance == {"fax": {"run": 1}, **told}


def test_several_keys_are_set_beside_other_columns(db):
    practice = PracticeFactory()

    marks = {"tier": {"by": 1}, "owner": {"by": 1}}
    Practice.objects.update(
        provenance=WithKeys("provenance", marks), version=F("version") + 1
    )

    practice.refresh_from_db()
    assert (practice.provenance, practice.version) == (marks, 2)
