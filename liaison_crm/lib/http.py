"""Headers that every answer carries, errors too; who is asking; large answers."""

import gzip
import ipaddress

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

PERMISSIONS_POLICY = (
    "camera=(), microphone=(), payment=(), usb=(), geolocation=(self), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)
NOWHERE = "0.0.0.0"  # no address is known, as behind a Unix socket


def strict_headers(get_response):
    """Forbid storing of pages and switch off what the product never uses."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def client_address(request) -> str:
    """The address of the client, as far as it can be trusted.

    Each proxy adds the address it saw at the right end of X-Forwarded-For, so
    the one that the outermost of TRUSTED_PROXY_COUNT proxies added is that many
    from the right; everything further left is the client's own say.
    """
    address = request.META.get("REMOTE_ADDR", "")
    count = settings.TRUSTED_PROXY_COUNT
    if count:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(forwarded) >= count:
            address = forwarded[-count].strip()
    try:
        return str(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return NOWHERE


def page_to_return_to(request) -> str:
    """The path that the form names in `next`, if it is one of ours; else "".

    Only a path from the root: anything else `redirect` would take for the name
    of a view.
    """
    path = request.POST.get("next", "")
    ours = path.startswith("/") and url_has_allowed_host_and_scheme(
        path, {request.get_host()}
    )
    return path if ours else ""


def compressed_json(request, compressed: bytes) -> HttpResponse:
    """JSON that was compressed before: sent so to whoever can unpack it.

    For what holds no secret beside words of the asker (BREACH). The view varies
    on Accept-Encoding.
    """
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(gzip.decompress(compressed), "application/json")
    headers = {"Content-Encoding": "gzip"}
    return HttpResponse(compressed, "application/json", headers=headers)
