"""Which states a map draws, and where their shapes are fetched."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import ZipShapes
from liaison_crm.lib import shapes


@dataclass(frozen=True)
class MapState:
    """A state that a page draws; the addresses name the version of the shapes."""

    code: str
    name: str
    zips_version: str

    @property
    def counties_url(self) -> str:
        return self._address("accounts:county-shapes", shapes.version())

    @property
    def zips_url(self) -> str:
        return self._address("accounts:zip-shapes", self.zips_version)

    def _address(self, name, version):
        return f"{reverse(name, args=[self.code])}?v={version}"


def states_of(zip_codes: Iterable[str], *, also: str = "") -> list[MapState]:
    """The states in use: those that these ZIP codes lie in, and the one asked for.

    One query.
    """
    states = shapes.states()
    used = {*shapes.states_of(zip_codes), also} & states.keys()
    imported = ZipShapes.objects.versions_of(used)
    return [
        MapState(code, states[code].name, imported.get(code, shapes.version()))
        for code in sorted(used)
    ]
