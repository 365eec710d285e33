"""What maps draw: counties and ZIP codes of one state, which is public geography."""

from django.http import Http404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.models import ZipShapes
from accounts.permissions import Permission, require
from liaison_crm.lib import shapes
from liaison_crm.lib.http import compressed_json
from liaison_crm.lib.shapes import layers

FOR_A_YEAR = {"max_age": 365 * 24 * 60 * 60, "immutable": True}


@require(Permission.DIRECTORY_READ)
@require_GET
@vary_on_headers("Accept-Encoding")
def county_shapes(request, state):
    _check(state)
    return _answer(request, shapes.version(), lambda: layers.counties(state))


@require(Permission.DIRECTORY_READ)
@require_GET
@vary_on_headers("Accept-Encoding")
def zip_shapes(request, state):
    """As an imported file draws them, or else as cells."""
    _check(state)
    imported = ZipShapes.objects.current().filter(state=state).only("digest").first()
    if imported:
        return _answer(request, imported.digest, lambda: bytes(imported.layer))
    return _answer(request, shapes.version(), lambda: layers.zips(state))


def _check(state):
    if state not in shapes.states():
        raise Http404


def _answer(request, version, layer):
    """Kept by the browser for a year at an address that names the version."""
    etag = f'W/"{version}"'
    response = get_conditional_response(request, etag) or compressed_json(
        request, layer()
    )
    response.headers["ETag"] = etag
    is_named = request.GET.get("v") == version
    age = FOR_A_YEAR if is_named else {"no_cache": True}
    patch_cache_control(response, private=True, **age)
    return response
