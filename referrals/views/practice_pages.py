"""The page of a practice: who is there, what is known of it, what happened."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, can, require
from liaison_crm.lib.htmx import render_page_or_part
from referrals.models import Practice, Referral
from referrals.pages import (
    actions,
    coverage,
    locator,
    origins,
    panels,
    timeline,
    trend,
    week,
)
from referrals.views.standing import row_or_404

PEOPLE, MOST_PEOPLE = 20, 600
NOTES = 50


def practice_of(request, pk):
    """The practice, if it is in sight."""
    return row_or_404(Practice.objects.visible_to(request.user), pk)


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_detail(request, pk):
    user, today = request.user, timezone.localdate()
    practices = Practice.objects.visible_to(user).with_place(user, on=today)
    practice = row_or_404(
        practices.with_physician_count(on=today).select_related(
            "organization", "owner"
        ),
        pk,
    )
    return render(
        request,
        "referrals/practice_detail.html",
        {
            "practice": practice,
            "facts": origins.facts_of(practice, user=user, on=today),
            "map": locator.map_of(practice),
            "map_url": locator.directions_to(practice),
            "hours": week.lines_of(practice.hours, on=today),
            "people": people_of(practice, user, today, request.GET.get("people")),
            "notes": notes_of(practice, user),
            "panels": panels.of(practice, user),
            "actions": actions.of(practice, user),
            "activity_url": reverse("referrals:practice-activity", args=[pk]),
            "covering": coverage.of(practice, user, on=today),
            "today": today,
        },
    )


def people_of(practice, user, today, asked):
    """{current, today, unknown, past, specialties, more} of its affiliations.

    Those who come today stand first. `more`: how many to ask for next.
    """
    limit = number_asked(asked, step=PEOPLE, most=MOST_PEOPLE)
    found = practice.affiliations.seen_by(user, on=today).with_network_status(on=today)
    places = [
        *found.select_related("physician__specialty__service_line").today_first(
            on=today
        )[: limit + 1]
    ]
    has_more = len(places) > limit and limit < MOST_PEOPLE
    here = [place for place in places[:limit] if place.is_current]
    presences = week.presences(here, on=today)
    return {
        "current": presences,
        "today": sum(presence.is_today for presence in presences),
        "unknown": sum(not presence.days for presence in presences),
        "past": [place for place in places[:limit] if not place.is_current],
        "specialties": specialties_of(here),
        "more": limit + PEOPLE if has_more else None,
    }


def number_asked(text, *, step, most):
    """How many rows to show: nonsense asks for one step."""
    if not (text and text.isascii() and text.isdecimal()):
        return step
    return min(max(int(text[:6]), step), most)


def specialties_of(places):
    """The names of what these physicians do, most of them first."""
    names = [
        str(place.physician.specialty) for place in places if place.physician.specialty
    ]
    return sorted({*names}, key=lambda name: (-names.count(name), name))


def notes_of(practice, user):
    """Pinned ones first; each knows whether the person may change or delete it."""
    notes = [*practice.notes.select_related("author")[:NOTES]]
    for note in notes:
        note.is_own = note.author_id == user.pk
        note.may_go = note.is_own or can(user, Permission.DIRECTORY_EDIT)
    return notes


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_activity(request, pk):
    """Referrals by month and the timeline: a part of the page, or a page."""
    return activity_of(request, practice_of(request, pk), f"practice={pk}")


def activity_of(request, subject, trend_query):
    """The activity of a practice or a physician, which is in sight."""
    user, today = request.user, timezone.localdate()
    shown = timeline.of(
        subject,
        user,
        asked=request.GET.get("entries"),
        kind=request.GET.get("kind", ""),
    )
    context = {
        "subject": subject,
        "timeline": shown,
        "panels": panels.later(subject, user),
        "today": today,
    }
    if can(user, Permission.REFERRAL_READ):
        referrals = Referral.objects.among_visible_to(user).made_by(subject)
        context["trend"] = trend.by_month(referrals, on=today)
        context["trend_query"] = trend_query
    return render_page_or_part(
        request, "referrals/activity.html", "referrals/_activity.html", context
    )
