"""Adding a practice, a physician, an organization by hand."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import Territory
from accounts.permissions import Permission, require
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals import addresses
from referrals.forms.pages import (
    AffiliationForm,
    OrganizationAddForm,
    PhysicianAddForm,
    PracticeAddForm,
)
from referrals.models import Organization, Physician, Practice
from referrals.services import additions
from referrals.services.directory import ADDRESS, CANNOT_STAND_HERE, AddressTaken
from referrals.views.affiliations import people_at
from referrals.views.practice_pages import practice_of
from referrals.views.standing import row_or_404

# The same words whether a row out of sight has it or something else is wrong.
TAKEN = "This {} cannot be added; ask an administrator."
KNOWN = "This is in the directory already."


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def practice_create(request):
    user, there = request.user, None
    territories = Territory.objects.visible_to(user)
    form = PracticeAddForm(
        request.POST or None,
        user=user,
        territories=territories,
        on=timezone.localdate(),
    )
    if form.is_valid():
        try:
            practice = additions.add_practice(
                values=form.values(), by=user, at=timezone.now()
            )
        except additions.AlreadyThere:
            there = at_the_address(form.values(), user)
            form.add_error(None, KNOWN if there else TAKEN.format("practice"))
        else:
            messages.success(request, f"Added {practice}.")
            return redirect("referrals:practice-detail", practice.pk)
    return render(
        request, "referrals/practice_create.html", {"form": form, "there": there}
    )


def at_the_address(values, user):
    """The practice that stands there without an organization, if in sight."""
    key = addresses.key(*(values.get(name, "") for name in ADDRESS))
    in_sight = Practice.objects.visible_to(user)
    return in_sight.filter(address_key=key, organization=None).first()


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def physician_create(request, pk):
    """Somebody new at a practice: that is what makes them visible."""
    practice, there = practice_of(request, pk), None
    form = PhysicianAddForm(request.POST or None)
    place = AffiliationForm(request.POST or None, initial={"is_primary": True})
    if form.is_valid() and place.is_valid():
        try:
            physician = additions.add_physician(
                practice=practice,
                values=form.values(),
                place=place.values(),
                by=request.user,
                at=timezone.now(),
            )
        except additions.AlreadyThere:
            there = in_sight_by_npi(Physician, form.cleaned_data["npi"], request.user)
            form.add_error("npi", KNOWN if there else TAKEN.format("NPI"))
        else:
            messages.success(request, f"Added {physician} at {practice}.")
            return redirect("referrals:physician-detail", physician.pk)
    context = {"form": form, "place": place, "practice": practice, "there": there}
    context["url"] = people_at(practice)
    return render(request, "referrals/physician_create.html", context)


def in_sight_by_npi(model, npi, user):
    return model.objects.visible_to(user).filter(npi=npi).first()


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def organization_create(request):
    """For who does not see all: of a practice, which makes it visible."""
    user, there = request.user, None
    practice = practice_asked_for(request)
    in_sight = Organization.objects.visible_to(user)
    is_possible = bool(practice or user.sees_all_practices)
    form = OrganizationAddForm(request.POST or None, in_sight=in_sight)
    if is_possible and form.is_valid():
        npi = form.cleaned_data["npi"] or None
        organization = organization_added(request, form, practice)
        if organization:
            messages.success(request, f"Added {organization}.")
            return redirect("referrals:organization-detail", organization.pk)
        there = npi and in_sight_by_npi(Organization, npi, user)
    return render(
        request,
        "referrals/organization_create.html",
        {
            "form": form,
            "practice": practice,
            "there": there,
            "is_possible": is_possible,
        },
    )


def practice_asked_for(request):
    """The practice that the organization is to have, None without one."""
    key = request.POST.get("practice") or request.GET.get("practice")
    if not key or not (key.isascii() and key.isdecimal() and len(key) < 19):
        return None
    return row_or_404(Practice.objects.visible_to(request.user), int(key))


def organization_added(request, form, practice):
    """The new organization; None, and the form says why, if it is not possible."""
    try:
        return additions.add_organization(
            values=form.values(), practice=practice, by=request.user, at=timezone.now()
        )
    except additions.AlreadyThere:
        known = in_sight_by_npi(Organization, form.cleaned_data["npi"], request.user)
        form.add_error("npi", KNOWN if known else TAKEN.format("NPI"))
    except AddressTaken:
        form.add_error(None, CANNOT_STAND_HERE)
    except ChangedMeanwhile:
        form.add_error(None, "The practice was changed meanwhile. Save again.")
    return None
