"""What the page of a practice or a physician says from claims, fetched behind it."""

from django.urls import reverse

from accounts.permissions import Permission, can
from referrals.models import Physician, Practice
from referrals.pages.panels import Panel

NAMES = {Practice: "practice", Physician: "physician"}


def claims_of(subject, user) -> list[Panel]:
    name = NAMES.get(type(subject))
    if name is None or not can(user, Permission.REPORT_READ):
        return []
    url = reverse(f"reports:{name}-profile", args=[subject.pk])
    return [Panel("Procedures and payers", "reports/_profile_later.html", {"url": url})]
