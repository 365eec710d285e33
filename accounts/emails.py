"""One function per message."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse


def send_invitation(*, person, token, by, days):
    """To an invited person: the link that opens their account."""
    path = reverse("accounts:invitation-accept", kwargs={"token": token})
    context = {
        "person": person,
        "by": by,
        "days": days,
        "link": settings.BASE_URL.rstrip("/") + path,
    }
    send_mail(
        "Your invitation to Liaison CRM",
        render_to_string("emails/invitation.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [person.email],
    )
