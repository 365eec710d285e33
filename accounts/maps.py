"""Which states a map draws, and where their shapes are fetched."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from liaison_crm.lib import shapes


@dataclass(frozen=True)
class MapState:
    """A state that a page draws; the addresses name the version of the shapes."""

    code: str
    name: str

    @property
    def counties_url(self) -> str:
        return self._address("accounts:county-shapes")

    @property
    def zips_url(self) -> str:
        return self._address("accounts:zip-shapes")

    def _address(self, name):
        return f"{reverse(name, args=[self.code])}?v={shapes.version()}"


def states_of(zip_codes: Iterable[str], *, also: str = "") -> list[MapState]:
    """The states in use: those that these ZIP codes lie in, and the one asked for."""
    states = shapes.states()
    used = {*shapes.states_of(zip_codes), also}
    return [
        MapState(code, states[code].name) for code in sorted(used) if code in states
    ]
