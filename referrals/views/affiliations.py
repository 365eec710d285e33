"""Who works where, said by hand: added, changed, ended."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.forms.pages import (
    AffiliationEndForm,
    AffiliationForm,
    PersonSearchForm,
)
from referrals.models import Affiliation, Physician, Practice
from referrals.services import affiliations as services
from referrals.views.practice_pages import practice_of
from referrals.views.standing import row_or_404


def people_at(practice):
    return f"{reverse('referrals:practice-detail', args=[practice.pk])}#people"


def physician_asked_for(request):
    """The physician that the request names, None without one; 404 for others."""
    key = request.POST.get("physician") or request.GET.get("physician")
    if not key:
        return None
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise Http404
    return row_or_404(Physician.objects.visible_to(request.user), int(key))


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def affiliation_create(request, pk):
    practice, physician = practice_of(request, pk), physician_asked_for(request)
    search = PersonSearchForm(request.GET)
    form = AffiliationForm(request.POST or None, initial={"is_primary": False})
    if physician and form.is_valid() and added(request, practice, physician, form):
        return redirect(people_at(practice))
    physicians = Physician.objects.visible_to(request.user).select_related("specialty")
    return render(
        request,
        "referrals/affiliation_create.html",
        {
            "practice": practice,
            "physician": physician,
            "form": form,
            "search": search,
            "found": search.find(physicians) if not physician else (),
            "url": people_at(practice),
        },
    )


def added(request, practice, physician, form):
    """Add the affiliation; else say in the form why not. Was it added?"""
    try:
        services.add_affiliation(
            practice=practice,
            physician=physician,
            values=form.values(),
            by=request.user,
            at=timezone.now(),
        )
    except services.Overlapping as reason:
        form.add_error(None, str(reason))
        return False
    messages.success(request, f"{physician} works at {practice}.")
    return True


def affiliation_of(request, pk):
    """The affiliation, if its practice is in sight."""
    in_sight = Practice.objects.visible_to(request.user)
    places = Affiliation.objects.filter(practice__in=in_sight)
    return get_object_or_404(places.select_related("physician", "practice"), pk=pk)


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def affiliation_edit(request, pk):
    place = affiliation_of(request, pk)
    form = AffiliationForm.of(place, request.POST or None)
    return taken(request, place, form, "referrals/affiliation_edit.html")


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def affiliation_end(request, pk):
    place = affiliation_of(request, pk)
    form = AffiliationEndForm(
        request.POST or None,
        initial={"effective_to": timezone.localdate()},
        place=place,
    )
    return taken(request, place, form, "referrals/affiliation_end.html")


def taken(request, place, form, template):
    """Show and take the form; whoever is second is told what the first wrote."""
    if form.is_valid():
        try:
            services.change_affiliation(
                place=place,
                values={name: form.cleaned_data[name] for name in form.fields},
                seen=request.POST.get("seen", ""),
                by=request.user,
                at=timezone.now(),
            )
        except services.Overlapping as reason:
            form.add_error(None, str(reason))
        except ChangedMeanwhile:
            form.add_error(
                None,
                f"Changed meanwhile: they work there {services.span_of(place)}. "
                "Save again to replace that.",
            )
        else:
            messages.success(request, f"Saved: {place}.")
            return redirect(people_at(place.practice))
    context = {
        "form": form,
        "place": place,
        "seen": services.seen_of(place),
        "url": people_at(place.practice),
    }
    return render(request, template, context)
