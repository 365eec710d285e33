"""The roster: network status of each NPI, dated."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from liaison_crm.lib.exports import csv_response
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.sorting import sorted_by
from referrals.filters import RosterFilter
from referrals.models import Organization, Physician, RosterEntry
from referrals.views.exports import exported

SORTS = {
    "npi": "npi",
    "status": "network_status",
    "from": "effective_from",
    "until": "effective_to",
}


def found(request):
    """The filter of the request, and the entries it finds, in its order."""
    chosen = RosterFilter(
        request.GET,
        queryset=RosterEntry.objects.all(),
        request=request,
        on=timezone.localdate(),
    )
    return chosen, *sorted_by(chosen.qs, request.GET.get("sort"), SORTS, default="npi")


@require(Permission.DIRECTORY_READ)
@require_GET
def roster_list(request):
    chosen, entries, sort = found(request)
    page = page_of(entries, request.GET.get("page"))
    return render(
        request,
        "referrals/roster_list.html",
        {
            "rows": with_holders(list(page), request.user),
            "page": page,
            "filter": chosen,
            "sort": sort,
        },
    )


def with_holders(entries, user):
    """(entry, physician or None, organization or None), as far as in sight."""
    npis = [entry.npi for entry in entries]
    physicians = Physician.objects.visible_to(user).filter(npi__in=npis)
    organizations = Organization.objects.visible_to(user).filter(npi__in=npis)
    people = {physician.npi: physician for physician in physicians}
    groups = {organization.npi: organization for organization in organizations}
    return [(entry, people.get(entry.npi), groups.get(entry.npi)) for entry in entries]


@require(Permission.DIRECTORY_READ)
@require_GET
def roster_export(request):
    entries = found(request)[1]
    exported(request, "Roster", entries)
    header = "npi network_status organization_npi effective_from effective_to"
    rows = entries.values_list(*header.split()).iterator(chunk_size=1000)
    return csv_response("roster.csv", header.split(), rows)
