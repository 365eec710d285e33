"""Organizations: groups, hospitals, health systems."""

import re

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.exporting import in_sight_still
from accounts.permissions import Permission, can, require
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.filters import OrganizationFilter
from referrals.forms.pages import ParentForm
from referrals.lists import ORGANIZATIONS
from referrals.models import Organization
from referrals.pages import organization_tree, origins
from referrals.services import directory
from referrals.views.exports import exported
from referrals.views.standing import row_or_404

OTHER_NAMES = 20


def found(request):
    """The filter of the request, and the organizations it finds, in its order."""
    user, today = request.user, timezone.localdate()
    organizations = (
        Organization.objects.visible_to(user)
        .select_related("specialty")
        .with_network_status(on=today)
    )
    chosen = OrganizationFilter(
        request.GET, queryset=organizations, request=request, on=today
    )
    return chosen, *ORGANIZATIONS.sorted(chosen.qs.with_sums(user), request.GET)


@require(Permission.DIRECTORY_READ)
@require_GET
def organization_list(request):
    chosen, organizations, sort = found(request)
    return render(
        request,
        "referrals/organization_list.html",
        {
            "page": page_of(organizations, request.GET.get("page")),
            "filter": chosen,
            "sort": sort,
            "bar": ORGANIZATIONS.bar(request),
            "may_edit": can(request.user, Permission.DIRECTORY_EDIT),
        },
    )


@require(Permission.DIRECTORY_READ)
@require_GET
def organization_export(request):
    organizations = found(request)[1]
    exported(request, "Organizations", organizations)
    rows = in_sight_still(organizations, user=request.user)
    return table_response(
        request, "organizations", *ORGANIZATIONS.table(request.GET, rows)
    )


@require(Permission.DIRECTORY_READ)
@require_GET
def organization_detail(request, pk):
    user, today = request.user, timezone.localdate()
    in_sight = Organization.objects.among_visible_to(user)
    in_sight = in_sight.with_network_status(on=today)
    organization = row_or_404(in_sight.select_related("specialty"), pk)
    tree = organization_tree.tree_of(organization, user)
    practices = organization_tree.practices_below(tree, user)
    shown = practices.with_physician_count(on=today).select_related("organization")
    return render(
        request,
        "referrals/organization_detail.html",
        {
            "organization": organization,
            "facts": origins.facts_of(organization, user=user, on=today),
            "other_names": organization.other_names.all()[:OTHER_NAMES],
            "tree": tree,
            "sums": organization_tree.sums_of(tree, practices, user, on=today),
            "page": page_of(shown.order_by("name", "pk"), request.GET.get("page")),
        },
    )


@require(Permission.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def organization_move(request, pk):
    """Hang it below another one. A parent out of sight is neither named nor lost."""
    in_sight = Organization.objects.visible_to(request.user)
    organization = row_or_404(in_sight, pk)
    current = in_sight.filter(pk=organization.parent_id).first()
    form = ParentForm(request.POST or None, in_sight=in_sight, current=current)
    if form.is_valid() and moved(request, organization, current, form):
        return redirect("referrals:organization-detail", pk)
    context = {"form": form, "organization": organization}
    return render(request, "referrals/organization_move.html", context)


def moved(request, organization, current, form):
    """Set the parent, if the person saw the newest version; was it set?"""
    in_sight = Organization.objects.visible_to(request.user)
    parent, asked = form.cleaned_data["parent"], request.POST.get("version", "")
    if parent == current:
        return True
    try:
        directory.change(
            subject=organization,
            values={"parent": parent},
            version=int(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else 0,
            by=request.user,
            at=timezone.now(),
        )
    except directory.PartOfItself:
        form.add_error("parent", "An organization cannot be a part of itself.")
        return False
    except ChangedMeanwhile:
        organization.version = row_or_404(in_sight, organization.pk).version
        form.add_error(None, "It was changed meanwhile. Save again if this holds.")
        return False
    told = f"is part of {parent}" if parent else "stands by itself"
    messages.success(request, f"{organization} {told}.")
    return True
