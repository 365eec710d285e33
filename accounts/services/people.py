"""People: invited, changed, let go, and let in again."""

import contextlib
import datetime as dt

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import IntegrityError, transaction

from accounts import announcements, emails
from accounts.models import AuditEvent, TerritoryAssignment, User
from accounts.services.audit import record

INVITATION_DAYS = 7
INVITATION_SALT = "accounts.invitation"
FIELDS = ("name", "email", "role")


class InvitationClosed(Exception):
    """The link is wrong, too old, used, or a newer one was sent."""


class NotAllowed(Exception):
    """The person, or whoever else is left, does not allow it: the message says why."""


class AddressTaken(Exception):
    """Somebody else was given the address a moment ago."""

    def __init__(self):
        super().__init__("Another person has this email address.")


@contextlib.contextmanager
def _one_persons_address():
    """Two who save one address at once: the second is told."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise AddressTaken from error


def invite(*, person, by, at, territory=None, starts_on=None):
    """Save the person and send a link. An earlier link stops working.

    Raises AddressTaken; OSError when the message cannot be sent, and then the
    invitation stands; NotAllowed when the person has joined meanwhile.
    """
    with transaction.atomic():
        if person.pk:
            person.refresh_from_db(from_queryset=User.objects.select_for_update())
            if person.is_active or person.joined_at:
                raise NotAllowed(f"{person} has an account already.")
        person.is_active = False
        person.invited_at = at
        if not person.pk:
            person.password = make_password(None)
        with _one_persons_address():
            person.save()
        if territory:
            assignment = TerritoryAssignment.objects.create(
                user=person, territory=territory, starts_on=starts_on
            )
            announcements.assignment_changed(assignment, by=by, at=at)
        detail = {"email": person.email, "role": person.role}
        if territory:
            detail |= {"territory": territory.name, "from": starts_on.isoformat()}
        record(
            action=AuditEvent.Action.PERSON_INVITED,
            by=by,
            subject=person,
            detail=detail,
        )
    emails.send_invitation(
        person=person, token=invitation_token(person), by=by, days=INVITATION_DAYS
    )


def invitation_token(person):
    """What the link carries: signed, dated, and only for this very invitation."""
    payload = {"person": person.pk, "invited_at": person.invited_at.isoformat()}
    return signing.dumps(payload, salt=INVITATION_SALT)


def invited_person(token):
    """Whom the link invites. Raises InvitationClosed."""
    try:
        payload = signing.loads(
            token,
            salt=INVITATION_SALT,
            max_age=dt.timedelta(days=INVITATION_DAYS),
        )
    except signing.BadSignature as error:
        raise InvitationClosed from error
    person = User.objects.invited().filter(pk=payload["person"]).first()
    if not person or person.invited_at.isoformat() != payload["invited_at"]:
        raise InvitationClosed
    return person


@transaction.atomic
def accept_invitation(*, person, name, password, at):
    """Let the person in with their own name and password, once."""
    joined = (
        User.objects.invited()
        .filter(pk=person.pk, invited_at=person.invited_at)
        .update(
            name=name, password=make_password(password), is_active=True, joined_at=at
        )
    )
    if not joined:
        raise InvitationClosed
    person.refresh_from_db()
    record(action=AuditEvent.Action.PERSON_JOINED, by=person, subject=person)


@transaction.atomic
def withdraw_invitation(*, person, by):
    """Close an open invitation: its link stops working."""
    if not person.is_invited:
        raise NotAllowed(f"{person} has no open invitation.")
    person.invited_at = None
    person.save(update_fields=["invited_at"])
    record(
        action=AuditEvent.Action.PERSON_CHANGED,
        by=by,
        subject=person,
        detail={"invitation": "withdrawn"},
    )


@transaction.atomic
def change_person(*, person, by, fields=FIELDS):
    """Save these fields, and no other; audit the old and the new of each.

    Raises NotAllowed and AddressTaken.
    """
    before = User.objects.select_for_update().get(pk=person.pk)
    if "role" in fields and before.role != person.role:
        if person == by:
            raise NotAllowed("Another administrator has to change your own role.")
        _keep_an_administrator(before)
    person.email = person.email.strip().lower()
    changes = {
        name: [getattr(before, name), getattr(person, name)]
        for name in fields
        if getattr(before, name) != getattr(person, name)
    }
    with _one_persons_address():
        person.save(update_fields=fields)
    if "email" in changes:
        # allauth would let the old address sign in as well.
        EmailAddress.objects.filter(user=person).delete()
    _record_changes(person, changes, by)


@transaction.atomic
def deactivate_person(*, person, by, at):
    """Let the person go: no sign-in, all sessions ended, history kept."""
    if person == by:
        raise NotAllowed("You cannot deactivate yourself.")
    _keep_an_administrator(person)
    if not person.is_active:
        raise NotAllowed(f"{person} is not active.")
    person.is_active = False
    person.joined_at = person.joined_at or at
    person.save(update_fields=["is_active", "joined_at"])
    for session in UserSession.objects.filter(user=person):
        session.end()
    record(action=AuditEvent.Action.PERSON_DEACTIVATED, by=by, subject=person)


@transaction.atomic
def reactivate_person(*, person, by):
    """Let a deactivated person sign in again, with the password they had."""
    if person.state != User.State.DEACTIVATED:
        raise NotAllowed("Only a deactivated person can be reactivated.")
    person.is_active = True
    person.save(update_fields=["is_active"])
    record(action=AuditEvent.Action.PERSON_REACTIVATED, by=by, subject=person)


@transaction.atomic
def reset_second_factor(*, person, by):
    """Forget the person's authenticators, because they lost them."""
    removed = Authenticator.objects.filter(user=person)
    kinds = ", ".join(sorted({str(one.get_type_display()) for one in removed}))
    removed.delete()
    record(
        action=AuditEvent.Action.SECOND_FACTOR,
        by=by,
        subject=person,
        detail={"what": "reset by an administrator", "kinds": kinds},
    )


def _keep_an_administrator(person):
    """Raise NotAllowed if nobody but `person` administers."""
    if person.role != User.Role.ADMINISTRATOR or not person.is_active:
        return
    administrators = User.objects.active().filter(role=User.Role.ADMINISTRATOR)
    if len(administrators.select_for_update().order_by("pk").values_list("pk")) == 1:
        raise NotAllowed(f"{person} is the last active administrator.")


def _record_changes(person, changes, by):
    others = {name: change for name, change in changes.items() if name != "role"}
    if others:
        record(
            action=AuditEvent.Action.PERSON_CHANGED,
            by=by,
            subject=person,
            detail=others,
        )
    if "role" in changes:
        record(
            action=AuditEvent.Action.ROLE_CHANGED,
            by=by,
            subject=person,
            detail={"role": changes["role"]},
        )
