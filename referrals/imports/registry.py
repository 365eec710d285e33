"""Which kinds of file can be brought in. Each app registers its own."""

from dataclasses import dataclass


class Refused(Exception):
    """The file as a whole cannot be taken; the message says why, for people."""


@dataclass(frozen=True)
class Option:
    """Something more an import can be told, on the command line and the page."""

    name: str
    label: str
    is_flag: bool = False  # yes or nothing


class Importer:
    """One kind of file.

    `work(work)` brings it in and may return `publish(run)`, which is called
    inside the very transaction that ends the run as done. It may be run again
    after a worker died: whatever it leaves outside the database must bear that.
    It calls `work.beat()` at least every ten seconds and raises `Refused` for
    a file that cannot be taken. Relational importers derive from
    `rows.RowImporter` instead of writing `work` themselves.
    """

    kind = ""
    title = ""
    description = ""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()

    def work(self, work):
        raise NotImplementedError


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    _importers[importer.kind] = importer


def get(kind: str) -> Importer:
    """The importer of `kind`; KeyError if there is none."""
    return _importers[kind]


def kinds() -> list[str]:
    return sorted(_importers)


def importers() -> list[Importer]:
    return [_importers[kind] for kind in kinds()]
