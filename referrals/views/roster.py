"""The roster: network status of each NPI, dated."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.exporting import in_sight_still
from accounts.permissions import Permission, require
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from referrals.filters import RosterFilter
from referrals.lists import ROSTER
from referrals.models import Organization, Physician, RosterEntry
from referrals.views.exports import exported


def found(request):
    """The filter of the request, and the entries it finds, in its order."""
    chosen = RosterFilter(
        request.GET,
        queryset=RosterEntry.objects.all(),
        request=request,
        on=timezone.localdate(),
    )
    return chosen, *ROSTER.sorted(chosen.qs, request.GET)


@require(Permission.DIRECTORY_READ)
@require_GET
def roster_list(request):
    chosen, entries, sort = found(request)
    rows = RosterEntry.objects.all()  # read by keys that were found
    page = page_of(entries, request.GET.get("page"), rows=rows)
    day = chosen.day_chosen
    return render(
        request,
        "referrals/roster_list.html",
        {
            "rows": with_holders(list(page), request.user),
            "page": page,
            "filter": chosen,
            "sort": sort,
            "day": day,
            "counts": counts_on(day) if day else [],
            "today": timezone.localdate(),
            "bar": ROSTER.bar(request),
        },
    )


def counts_on(day):
    """[(status, how many NPIs have it on the day)] over the whole roster."""
    return [
        (RosterEntry.Status(status), number)
        for status, number in RosterEntry.objects.on(day).count_by_status().items()
    ]


def with_holders(entries, user):
    """(entry, physician or None, organization or None), as far as in sight."""
    npis = [entry.npi for entry in entries]
    physicians = Physician.objects.among_visible_to(user).filter(npi__in=npis)
    organizations = Organization.objects.among_visible_to(user).filter(npi__in=npis)
    people = {physician.npi: physician for physician in physicians}
    groups = {organization.npi: organization for organization in organizations}
    return [(entry, people.get(entry.npi), groups.get(entry.npi)) for entry in entries]


@require(Permission.DIRECTORY_READ)
@require_GET
def roster_export(request):
    entries = found(request)[1]
    exported(request, "Roster", entries)
    rows = in_sight_still(entries, user=request.user)
    table = ROSTER.table(request.GET, rows)
    return table_response(request, "roster", *table)
