"""One view, two answers: the page, or the part of it that htmx asked for."""

from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page_or_part(request, page, part, context, *, status=200):
    """The part for an htmx swap; the page otherwise.

    A restore from the browser's history carries HX-Request too, and needs the
    page. `Vary` keeps the two answers apart in any cache.
    """
    wants_part = request.htmx and not request.htmx.history_restore_request
    response = render(request, part if wants_part else page, context, status=status)
    patch_vary_headers(response, ("HX-Request", "HX-History-Restore-Request"))
    return response
