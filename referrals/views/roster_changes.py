"""Who joined the network between two days, who left, who changed status."""

import datetime as dt

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.exporting import while_allowed
from accounts.permissions import Permission, require
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from referrals.forms.roster import RosterChangesForm
from referrals.models import RosterEntry
from referrals.views.exports import exported
from referrals.views.roster import with_holders

A_YEAR = dt.timedelta(days=365)
EXPORTED_AT_ONCE = 500


def found(request):
    """The form of the request, and the changes it asks for."""
    form = RosterChangesForm(request.GET)
    today = timezone.localdate()
    first, second = form.days(first=today - A_YEAR, second=today)
    changes = RosterEntry.objects.changed_between(first, second).order_by("npi")
    return form, first, second, changes


@require(Permission.DIRECTORY_READ)
@require_GET
def roster_change_list(request):
    form, first, second, changes = found(request)
    page = page_of(form.narrow(changes), request.GET.get("page"))
    context = {
        "form": form,
        "first": first,
        "second": second,
        "counts": changes.count_changes(),
        "page": page,
        "rows": with_holders(list(page), request.user),
    }
    return render(request, "referrals/roster_change_list.html", context)


@require(Permission.DIRECTORY_READ)
@require_GET
def roster_change_export(request):
    form, first, second, changes = found(request)
    changes = form.narrow(changes)
    exported(request, "Changes of the roster", changes)
    return table_response(
        request,
        "roster-changes",
        ["npi", "who", f"status_on_{first}", f"status_on_{second}"],
        rows_of(changes, request.user),
    )


def rows_of(changes, user):
    """Cells of the export, named block by block by whom the person sees then."""
    keys = list(changes.values_list("pk", flat=True))
    for block in while_allowed(keys, user=user, size=EXPORTED_AT_ONCE):
        yield from named([*changes.filter(pk__in=block)], user)


def named(changes, user):
    for change, physician, organization in with_holders(changes, user):
        yield [change.npi, physician or organization, change.before, change.after]
