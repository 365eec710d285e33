import datetime as dt

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.services import people
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Action = AuditEvent.Action


@pytest.fixture
def invited(administrator):
    """A person whose invitation was sent now."""
    person = User(name="Nia New", email="nia@example.org", role=User.Role.LIAISON)
    people.invite(person=person, by=administrator, at=timezone.now())
    return person


def last_event():
    return AuditEvent.objects.first()


def test_an_invited_person_cannot_sign_in_yet(invited):
    assert not invited.is_active
    assert not invited.has_usable_password()
    assert invited.state == User.State.INVITED


def test_the_invitation_is_mailed_with_a_link_that_names_the_person(invited):
    (message,) = mail.outbox

    assert message.to == ["nia@example.org"]
    link = message.body.split("/invitations/")[1].split("/")[0]
    assert people.invited_person(link) == invited


def test_an_invitation_is_audited(invited, administrator):
    event = last_event()

    assert event.action == Action.PERSON_INVITED
    assert event.actor == administrator
    assert event.detail == {"email": "nia@example.org", "role": "liaison"}


def test_an_invitation_can_assign_a_territory(administrator, north):
    person = User(name="Nia", email="nia@example.org", role=User.Role.LIAISON)

    people.invite(
        person=person,
        by=administrator,
        at=timezone.now(),
        territory=north,
        starts_on=dt.date(2026, 3, 1),
    )

    assignment = person.assignments.get()
    assert (assignment.territory, assignment.starts_on) == (north, dt.date(2026, 3, 1))


def test_when_the_mail_fails_the_invitation_stands(administrator, monkeypatch):
    def refuse(**_):
        raise ConnectionRefusedError

    monkeypatch.setattr(people.emails, "send_invitation", refuse)
    person = User(name="Nia", email="nia@example.org", role=User.Role.LIAISON)

    with pytest.raises(ConnectionRefusedError):
        people.invite(person=person, by=administrator, at=timezone.now())

    assert User.objects.get(email="nia@example.org").is_invited


def test_a_link_works_for_seven_days(invited):
    token = people.invitation_token(invited)

    with time_machine.travel(timezone.now() + 7 * DAY - dt.timedelta(minutes=1)):
        assert people.invited_person(token) == invited


def test_a_link_is_closed_after_seven_days(invited):
    token = people.invitation_token(invited)

    with (
        time_machine.travel(timezone.now() + 7 * DAY + dt.timedelta(minutes=1)),
        pytest.raises(people.InvitationClosed),
    ):
        people.invited_person(token)


def test_a_newer_invitation_closes_the_older_link(invited, administrator):
    older = people.invitation_token(invited)
    people.invite(person=invited, by=administrator, at=timezone.now())

    with pytest.raises(people.InvitationClosed):
        people.invited_person(older)


def test_a_link_is_closed_once_used(invited):
    token = people.invitation_token(invited)
    people.accept_invitation(
        person=invited, name="Nia", password=PASSWORD, at=timezone.now()
    )

    with pytest.raises(people.InvitationClosed):
        people.invited_person(token)


def test_of_two_who_hold_the_link_only_the_first_gets_in(invited):
    second = User.objects.get(pk=invited.pk)
    people.accept_invitation(
        person=invited, name="Nia", password=PASSWORD, at=timezone.now()
    )

    with pytest.raises(people.InvitationClosed):
        people.accept_invitation(
            person=second, name="Eve", password="other password", at=timezone.now()
        )

    second.refresh_from_db()
    assert second.name == "Nia"
    assert second.check_password(PASSWORD)


def test_a_withdrawn_invitation_is_closed(invited, administrator):
    token = people.invitation_token(invited)
    people.withdraw_invitation(person=invited, by=administrator)

    with pytest.raises(people.InvitationClosed):
        people.invited_person(token)


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "eyJ9:x:y", "\x00", "é"])
def test_a_made_up_link_is_closed(token):
    with pytest.raises(people.InvitationClosed):
        people.invited_person(token)


def test_a_change_of_name_and_address_is_audited_old_and_new(liaison, administrator):
    liaison.name, liaison.email = "Lea Long", "lea@example.org"

    people.change_person(person=liaison, by=administrator)

    event = last_event()
    assert event.action == Action.PERSON_CHANGED
    assert event.detail == {
        "name": ["Lea Liaison", "Lea Long"],
        "email": ["liaison@example.org", "lea@example.org"],
    }


def test_a_change_of_role_is_audited_old_and_new(liaison, administrator):
    liaison.role = User.Role.MANAGER

    people.change_person(person=liaison, by=administrator)

    event = last_event()
    assert event.action == Action.ROLE_CHANGED
    assert event.detail == {"role": ["liaison", "manager"]}


def test_saving_without_a_change_is_no_event(liaison, administrator):
    people.change_person(person=liaison, by=administrator)

    assert not AuditEvent.objects.exists()


def test_an_old_address_no_longer_signs_in(liaison, administrator):
    EmailAddress.objects.create(user=liaison, email=liaison.email, primary=True)
    liaison.email = "lea@example.org"

    people.change_person(person=liaison, by=administrator)

    assert not EmailAddress.objects.filter(email="liaison@example.org").exists()


def test_nobody_changes_their_own_role(administrator):
    UserFactory(role=User.Role.ADMINISTRATOR)
    administrator.role = User.Role.LIAISON

    with pytest.raises(people.NotAllowed):
        people.change_person(person=administrator, by=administrator)


def test_the_last_administrator_keeps_the_role(administrator, manager):
    administrator.role = User.Role.LIAISON

    with pytest.raises(people.NotAllowed, match="last active administrator"):
        people.change_person(person=administrator, by=manager)

    administrator.refresh_from_db()
    assert administrator.role == User.Role.ADMINISTRATOR


def test_the_last_administrator_is_not_deactivated(administrator, manager):
    with pytest.raises(people.NotAllowed, match="last active administrator"):
        people.deactivate_person(person=administrator, by=manager, at=timezone.now())


def test_one_of_two_administrators_is_deactivated(administrator):
    other = UserFactory(role=User.Role.ADMINISTRATOR)

    people.deactivate_person(person=other, by=administrator, at=timezone.now())

    other.refresh_from_db()
    assert other.state == User.State.DEACTIVATED


def test_nobody_deactivates_themselves(administrator):
    UserFactory(role=User.Role.ADMINISTRATOR)

    with pytest.raises(people.NotAllowed, match="yourself"):
        people.deactivate_person(
            person=administrator, by=administrator, at=timezone.now()
        )


def test_a_reactivated_person_signs_in_with_the_old_password(liaison, administrator):
    people.deactivate_person(person=liaison, by=administrator, at=timezone.now())
    people.reactivate_person(person=liaison, by=administrator)

    liaison.refresh_from_db()
    assert liaison.is_active
    assert liaison.check_password(PASSWORD)
    assert last_event().action == Action.PERSON_REACTIVATED


def test_who_never_joined_is_invited_and_not_reactivated(administrator):
    imported = UserFactory(is_active=False)

    with pytest.raises(people.NotAllowed):
        people.reactivate_person(person=imported, by=administrator)


def test_a_change_of_ones_name_writes_back_nothing_else(liaison):
    mine = User.objects.get(pk=liaison.pk)
    User.objects.filter(pk=liaison.pk).update(role=User.Role.COORDINATOR)
    mine.name = "Lea Long"

    people.change_person(person=mine, by=mine, fields=["name"])

    liaison.refresh_from_db()
    assert (liaison.name, liaison.role) == ("Lea Long", User.Role.COORDINATOR)


def test_who_joined_meanwhile_is_not_invited_again(invited, administrator):
    seen_on_the_page = User.objects.get(pk=invited.pk)
    people.accept_invitation(
        person=invited, name="Nia", password=PASSWORD, at=timezone.now()
    )

    with pytest.raises(people.NotAllowed, match="has an account"):
        people.invite(person=seen_on_the_page, by=administrator, at=timezone.now())

    invited.refresh_from_db()
    assert invited.is_active
