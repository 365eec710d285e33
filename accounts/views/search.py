"""Search from any page: a page, and the part of it that the dialog shows."""

from django.views.decorators.http import require_GET

from accounts import search as everything
from accounts.permissions import Permission, require
from liaison_crm.lib.htmx import render_page_or_part


@require(Permission.DIRECTORY_READ)
@require_GET
def search(request):
    context = {"found": everything.found(request.GET.get("q", ""), request.user)}
    return render_page_or_part(
        request, "accounts/search.html", "accounts/_search_results.html", context
    )
