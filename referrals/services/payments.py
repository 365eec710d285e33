"""Whose payments they are: what a person says of a suggestion."""

from django.db import transaction

from accounts.models import AuditEvent
from accounts.services import record
from referrals.models import PaymentRecipient, PaymentSuggestion
from referrals.services.standing import hold

Status = PaymentSuggestion.Status


class AlreadyDecided(Exception):
    """Somebody else has said who it is."""


@transaction.atomic
def decide(*, suggestion, is_same: bool, by, at) -> PaymentSuggestion:
    """Say whether the recipient is the physician.

    If so their payments, also those of later files, are the physician's. Raises
    `AlreadyDecided` when somebody was faster, `MergedAway`.
    """
    hold(suggestion.physician)
    recipient = PaymentRecipient.objects.select_for_update().get(
        pk=suggestion.recipient_id
    )
    pending = PaymentSuggestion.objects.filter(pk=suggestion.pk, status=Status.PENDING)
    status = Status.CONFIRMED if is_same else Status.REFUSED
    if recipient.physician_id or not pending.update(
        status=status, decided_by=by, decided_at=at
    ):
        raise AlreadyDecided
    suggestion.refresh_from_db()
    if is_same:
        recipient.physician_id = suggestion.physician_id
        recipient.save(update_fields=["physician"])
    record(
        action=AuditEvent.Action.PAYMENTS_DECIDED,
        by=by,
        subject=suggestion.physician,
        detail={
            "recipient": str(recipient),
            "profile": recipient.profile,
            "same_person": "yes" if is_same else "no",
            "physician": suggestion.physician.npi,
        },
    )
    return suggestion
