"""What maps draw: counties and ZIP codes of one state, which is public geography."""

from django.http import Http404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import Permission, require
from liaison_crm.lib import shapes
from liaison_crm.lib.http import compressed_json
from liaison_crm.lib.shapes import layers

FOR_A_YEAR = {"max_age": 365 * 24 * 60 * 60, "immutable": True}


@require(Permission.DIRECTORY_READ)
@require_GET
@vary_on_headers("Accept-Encoding")
def county_shapes(request, state):
    return _answer(request, state, layers.counties)


@require(Permission.DIRECTORY_READ)
@require_GET
@vary_on_headers("Accept-Encoding")
def zip_shapes(request, state):
    return _answer(request, state, layers.zips)


def _answer(request, state, make):
    """Kept by the browser for a year at an address that names the version."""
    if state not in shapes.states():
        raise Http404
    etag = f'W/"{shapes.version()}"'
    response = get_conditional_response(request, etag) or compressed_json(
        request, make(state)
    )
    response.headers["ETag"] = etag
    is_named = request.GET.get("v") == shapes.version()
    age = FOR_A_YEAR if is_named else {"no_cache": True}
    patch_cache_control(response, private=True, **age)
    return response
