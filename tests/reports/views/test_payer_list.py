import pytest
from django.urls import reverse

from accounts.models import AuditEvent, User
from liaison_crm.lib.runs import Run
from referrals.models import ClaimsImport, Payer
from reports.services.payers import Row, payers_for
from tests.factories.accounts import TerritoryAssignmentFactory, UserFactory
from tests.factories.referrals import (
    ImportRunFactory,
    PayerClassFactory,
    PayerFactory,
    ReferralFactory,
)

URL = reverse("reports:payer-list")


@pytest.fixture
def payers(north_physician):
    """Two spellings of Aetna, one of Humana, and Humana is Medicare."""
    for name in ("Aetna PPO", "Aetna PPO", "AETNA  ppo", "Humana", ""):
        ReferralFactory(referring_physician=north_physician, payer_name=name)
    PayerFactory(name="Humana")


@pytest.fixture
def commercial(db):
    return PayerClassFactory(name="Commercial")


def mark(name):
    return Row(name.casefold(), name).mark


def shown(client, query=""):
    rows = client.get(URL + query).context["form"].rows
    return [(row.name, row.referrals, str(row.payer_class or "")) for row in rows]


def classes():
    return dict(Payer.objects.values_list("key", "payer_class__name"))


def test_names_are_listed_once_however_they_are_written(signed_in, manager, payers):
    client = signed_in(manager)

    assert shown(client) == [("Aetna PPO", 3, ""), ("Humana", 1, "Medicare")]
    assert shown(client, "?show=unmapped") == [("Aetna PPO", 3, "")]
    assert shown(client, "?sort=-name")[0][0] == "Humana"


def test_names_of_claims_are_there_too(signed_in, manager, payers):
    run = ImportRunFactory(kind="claims", status=Run.Status.DONE)
    quality = {"payers": [{"payer_name": "aetna ppo", "lines": 7}]}
    ClaimsImport.objects.create(run=run, sequence=1, quality=quality)

    rows = signed_in(manager).get(URL).context["form"].rows

    assert [(row.name, row.referrals, row.lines) for row in rows] == [
        ("Aetna PPO", 3, 7),
        ("Humana", 1, 0),
    ]


def test_referrals_of_other_territories_are_neither_named_nor_counted(
    signed_in, payers, north, south_physician
):
    northern = UserFactory(role=User.Role.MANAGER)
    TerritoryAssignmentFactory(user=northern, territory=north)
    for name in ("Aetna PPO", "Southern Plan"):
        ReferralFactory(referring_physician=south_physician, payer_name=name)

    assert shown(signed_in(northern)) == [
        ("Aetna PPO", 3, ""),
        ("Humana", 1, "Medicare"),
    ]


def test_a_payer_gets_a_class_in_one_step_and_it_is_audited(
    signed_in, manager, payers, commercial
):
    signed_in(manager).post(URL, {mark("Aetna PPO"): commercial.pk})

    event = AuditEvent.objects.get(action=AuditEvent.Action.SETTING_CHANGED)
    assert classes() == {"aetna ppo": "Commercial", "humana": "Medicare"}
    assert event.detail == {"Aetna PPO": [None, "Commercial"]}


def test_a_class_is_taken_away(signed_in, manager, payers):
    seen = Payer.objects.get().payer_class_id

    signed_in(manager).post(URL, {mark("Humana"): "", f"seen-{mark('Humana')}": seen})

    assert classes() == {}


def test_the_second_of_two_is_told_and_saves_nothing_until_the_next_time(
    signed_in, manager, payers, commercial
):
    other = PayerClassFactory(name="Other")
    PayerFactory(name="Aetna PPO", payer_class=other)
    client = signed_in(manager)
    wanted = {mark("Aetna PPO"): commercial.pk, mark("Humana"): commercial.pk}
    wanted[f"seen-{mark('Humana')}"] = Payer.objects.get(key="humana").payer_class_id

    page = client.post(URL, wanted | {f"seen-{mark('Aetna PPO')}": ""})

    assert "Somebody chose Other meanwhile" in page.content.decode()
    assert f'value="{commercial.pk}" selected' in page.content.decode()
    assert classes() == {"aetna ppo": "Other", "humana": "Medicare"}
    client.post(URL, wanted | {f"seen-{mark('Aetna PPO')}": other.pk})
    assert set(classes().values()) == {"Commercial"}


def test_what_the_page_did_not_change_leaves_the_others_choice(
    signed_in, manager, payers, commercial
):
    PayerFactory(name="Aetna PPO", payer_class=commercial)

    signed_in(manager).post(
        URL, {mark("Aetna PPO"): "", f"seen-{mark('Aetna PPO')}": ""}
    )

    assert classes()["aetna ppo"] == "Commercial"


@pytest.mark.parametrize("chosen", ["0", "x", "9" * 30, "\x00", "-1"])
def test_a_class_that_does_not_exist_changes_nothing(
    signed_in, manager, payers, chosen
):
    answer = signed_in(manager).post(
        URL, {mark("Aetna PPO"): chosen, f"seen-{mark('Aetna PPO')}": "x\x00"}
    )

    assert answer.status_code == 200
    assert classes() == {"humana": "Medicare"}


@pytest.mark.parametrize("query", ["?sort=x", "?show=x&page=x", "?sort=%00&page=99"])
def test_nonsense_shows_the_first_page(signed_in, manager, payers, query):
    assert shown(signed_in(manager), query)[0][0] == "Aetna PPO"


def test_the_export_holds_what_the_list_shows(signed_in, manager, payers):
    answer = signed_in(manager).get(reverse("reports:payer-export") + "?show=unmapped")

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == ["Payer,Class,Referrals,Claim lines", "Aetna PPO,,3,0"]


def test_a_full_page_needs_few_queries(
    signed_in, manager, north_physician, django_assert_max_num_queries
):
    for number in range(60):
        ReferralFactory(
            referring_physician=north_physician, payer_name=f"Plan {number}"
        )
        PayerFactory(name=f"Plan {number}")
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.get(URL)


def test_orders_are_total_and_in_both_directions(manager, payers):
    for sort in ("name", "referrals", "lines", "payer_class"):
        rows = [row.name for row in payers_for(manager, sort=sort)]
        back = [row.name for row in payers_for(manager, sort=f"-{sort}")]
        assert sorted(rows) == sorted(back) == ["Aetna PPO", "Humana"]
