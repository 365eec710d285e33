"""Why a text of a visit may stand although it looks like a patient's data."""

from django.urls import reverse


def record_override(form, visit, *, by):
    """Name the visit in the audit, if its form had to ask."""
    form.record_override(
        by=by,
        about=f"Visit to {visit.practice}",
        url=reverse("outreach:visit-detail", args=[visit.pk]),
    )
