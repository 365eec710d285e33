"""Practices on a map, with the list beside it."""

import gzip
import json

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import Permission, require
from liaison_crm.lib.http import compressed_json
from liaison_crm.lib.pagination import page_of
from referrals.lists import PRACTICES
from referrals.models import Practice
from referrals.pages import practice_map as shown
from referrals.views.practice_pages import practice_of
from referrals.views.practices import found


@require(Permission.DIRECTORY_READ)
@require_GET
def practice_map(request):
    """The practices that the list's filter finds; their places come separately."""
    chosen, practices, sort = found(request)
    page = page_of(practices, request.GET.get("page"), rows=Practice.objects.all())
    colour = request.GET.get("colour")
    asked = PRACTICES.asked(request.GET)
    context = {
        "filter": chosen,
        "sort": sort,
        "page": page,
        "cards": shown.cards(list(page), request.user),
        "placing": shown.Placing(practices),
        "legends": shown.LEGENDS,
        "colours": shown.COLOURS,
        "colour": colour if colour in shown.LEGENDS else "stage",
        "list_url": f"{PRACTICES.url}?{asked}",
        "places_url": f"{reverse('referrals:practice-places')}?{asked}",
    }
    return render(request, "referrals/practice_map.html", context)


@require(Permission.DIRECTORY_READ)
@require_GET
@vary_on_headers("Accept-Encoding")
def practice_places(request):
    """What the map's markers tell, of all that the filter finds."""
    today = timezone.localdate()
    markers = shown.markers(found(request)[1], request.user, on=today)
    text = json.dumps(markers, separators=(",", ":"), ensure_ascii=False)
    return compressed_json(request, gzip.compress(text.encode(), 6))


@require(Permission.DIRECTORY_READ)
@require_GET
@vary_on_headers("HX-Request")
def practice_card(request, pk):
    """What opens at a marker; the practice's page for who follows it as a link."""
    practice = practice_of(request, pk)
    if not request.htmx:
        return redirect("referrals:practice-detail", pk)
    (card,) = shown.cards([practice], request.user)
    return render(request, "referrals/_practice_card.html", {"card": card})
