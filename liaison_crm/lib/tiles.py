"""Map tiles of somebody else: which hosts pages may load pictures from."""

from urllib.parse import urlsplit

SERVERS = "abc"  # what stands for {s}, as Leaflet counts them


def tile_origins(url: str) -> list[str]:
    """The origins of a tile address ("https://{s}.example.org/{z}/{x}/{y}.png").

    Exactly these, and none without an address. Raises ValueError for what is no
    address of tiles: a policy must not be widened by a slip of the pen.
    """
    if not url:
        return []
    if not all(part in url for part in ("{z}", "{x}", "{y}")):
        raise ValueError(f"MAP_TILES_URL needs {{z}}, {{x}} and {{y}}: {url!r}")
    urls = [url.replace("{s}", server) for server in SERVERS if "{s}" in url] or [url]
    return [_origin(one) for one in urls]


def _origin(url):
    parts = urlsplit(url)
    host = parts.netloc
    if parts.scheme not in ("https", "http") or not host.strip("."):
        raise ValueError(f"MAP_TILES_URL is no web address: {url!r}")
    if not all(letter.isalnum() or letter in ".-:[]" for letter in host):
        raise ValueError(f"MAP_TILES_URL has more than a host before its path: {url!r}")
    return f"{parts.scheme}://{host}"
