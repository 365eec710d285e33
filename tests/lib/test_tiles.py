"""Which hosts tiles may come from."""

import pytest

from liaison_crm.lib.tiles import tile_origins


def test_without_tiles_no_host_is_allowed():
    assert tile_origins("") == []


def test_the_origin_of_the_address_is_allowed_and_nothing_else():
    url = "https://tiles.example.org:8443/{z}/{x}/{y}.png?key=1"

    assert tile_origins(url) == ["https://tiles.example.org:8443"]


def test_each_of_several_servers_is_allowed():
    assert tile_origins("https://{s}.example.org/{z}/{x}/{y}.png") == [
        "https://a.example.org",
        "https://b.example.org",
        "https://c.example.org",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "tiles/{z}/{x}/{y}",
        "javascript:{z}{x}{y}",
        "https://*/{z}/{x}/{y}",
        "https://a.example; script-src */{z}/{x}/{y}",
        "https://user@example.org/{z}/{x}/{y}",
        "https://{z}.example.org/{x}/{y}",
        "https:///{z}/{x}/{y}",
    ],
)
def test_what_is_no_address_of_tiles_widens_no_policy(url):
    with pytest.raises(ValueError, match="MAP_TILES_URL"):
        tile_origins(url)
