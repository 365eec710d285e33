"""One function per message."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse


def invitation_link(token):
    path = reverse("accounts:invitation-accept", kwargs={"token": token})
    return settings.BASE_URL.rstrip("/") + path


def send_invitation(*, person, token, by, days):
    """To an invited person: the link that opens their account."""
    context = {
        "person": person,
        "by": by,
        "days": days,
        "link": invitation_link(token),
    }
    send_mail(
        "Your invitation to Liaison CRM",
        render_to_string("emails/invitation.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [person.email],
    )
