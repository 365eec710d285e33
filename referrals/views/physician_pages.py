"""The page of a physician: where and when, network status, what is known."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from referrals.models import Note, Physician, RosterEntry
from referrals.pages import actions, origins, panels, week
from referrals.pages.roster_history import history_of
from referrals.views.physicians import places_in_sight
from referrals.views.practice_pages import activity_of, number_asked
from referrals.views.standing import row_or_404

SITES, MOST_SITES = 20, 400
NOTES = 10
OTHER_NAMES = 20


@require(Permission.DIRECTORY_READ)
@require_GET
def physician_detail(request, pk):
    user, today = request.user, timezone.localdate()
    physicians = Physician.objects.among_visible_to(user).with_network_status(on=today)
    physician = row_or_404(
        physicians.select_related(
            "specialty__service_line", "owner", "specialist_profile"
        ),
        pk,
    )
    entries = RosterEntry.objects.filter(npi=physician.npi).order_by("effective_from")
    sites = sites_of(physician, user, today, request.GET.get("sites"))
    return render(
        request,
        "referrals/physician_detail.html",
        {
            "physician": physician,
            "facts": origins.facts_of(physician, user=user, on=today),
            "other_names": physician.other_names.all()[:OTHER_NAMES],
            "replacement": replacement_of(physician, user),
            "history": history_of([*entries], on=today),
            "sites": sites,
            "notes": notes_of(sites["current"], user),
            "panels": panels.of(physician, user),
            "actions": actions.of(physician, user),
            "specialist": getattr(physician, "specialist_profile", None),
            "is_ours": physician.network_status in RosterEntry.IN_NETWORK,
            "activity_url": reverse("referrals:physician-activity", args=[pk]),
            "today": today,
        },
    )


def sites_of(physician, user, today, asked):
    """{current, past, more}: where the physician works, as far as in sight."""
    limit = number_asked(asked, step=SITES, most=MOST_SITES)
    found = places_in_sight(user).filter(physician=physician).seen_by(user, on=today)
    places = [
        *found.order_by("-is_current", "-is_primary", "practice__name", "pk")[
            : limit + 1
        ]
    ]
    for place in places:
        place.physician = physician  # whom it names; each would be read anew
    has_more = len(places) > limit and limit < MOST_SITES
    here = [place for place in places[:limit] if place.is_current]
    return {
        "current": week.presences(here, on=today),
        "past": [place for place in places[:limit] if not place.is_current],
        "more": limit + SITES if has_more else None,
    }


def notes_of(sites, user):
    """The newest notes about the practices where the physician works."""
    practices = [site.place.practice_id for site in sites]
    notes = Note.objects.visible_to(user).filter(practice__in=practices)
    return notes.select_related("practice", "author")[:NOTES]


def replacement_of(physician, user):
    """The physician whom the replacement NPI names, if in sight."""
    if not physician.replacement_npi:
        return None
    in_sight = Physician.objects.among_visible_to(user)
    return in_sight.filter(npi=physician.replacement_npi).first()


@require(Permission.DIRECTORY_READ)
@require_GET
def physician_activity(request, pk):
    """Referrals by month and the timeline: a part of the page, or a page."""
    physician = row_or_404(Physician.objects.among_visible_to(request.user), pk)
    return activity_of(request, physician, f"referrer={physician.npi}")
