"""Headers that every answer carries, errors too."""

PERMISSIONS_POLICY = (
    "camera=(), microphone=(), payment=(), usb=(), geolocation=(self), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


def strict_headers(get_response):
    """Forbid storing of pages and switch off what the product never uses."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
