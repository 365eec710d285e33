"""Organizations: groups, hospitals, health systems."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from referrals.models import Organization, Practice, RosterEntry


@require(Permission.DIRECTORY_READ)
@require_GET
def organization_detail(request, pk):
    user, today = request.user, timezone.localdate()
    in_sight = Organization.objects.visible_to(user)
    organization = get_object_or_404(in_sight.select_related("specialty"), pk=pk)
    practices = Practice.objects.visible_to(user).filter(organization=organization)
    roster = RosterEntry.objects.filter(npi=organization.npi or "-")
    return render(
        request,
        "referrals/organization_detail.html",
        {
            "organization": organization,
            "parent": in_sight.filter(pk=organization.parent_id).first(),
            "children": in_sight.filter(parent=organization).order_by("name", "pk"),
            "roster": roster.order_by("-effective_from"),
            "current": roster.on(today).first(),
            "page": page_of(
                practices.with_physician_count(on=today).order_by("name", "pk"),
                request.GET.get("page"),
            ),
        },
    )
