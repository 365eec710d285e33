"""Which kinds of file can be brought in. Each app registers its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


class Refused(Exception):
    """The file as a whole cannot be taken; the message says why, for people."""


@dataclass(frozen=True)
class Option:
    """Something more an import can be told, on the command line and the page."""

    name: str
    label: str
    is_flag: bool = False  # yes or nothing


@dataclass(frozen=True)
class Vocabulary:
    """The words a column may hold.

    `choices()` gives (word, label) pairs, `also` further words that the importer
    understands, `understands()` a test for those that cannot be listed. A column
    that `is_open` takes any other word as something new.
    """

    choices: Callable[[], Iterable[tuple[str, str]]]
    also: Iterable[str] = ()
    understands: Callable[[], Callable[[str], bool]] = lambda: lambda said: False
    is_open: bool = False


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
    # Can the columns and values of a file be mapped before it is taken?
    is_mappable = False
    # Else the importer reads files as they are, be they archives.
    is_text = True
    title = ""
    description = ""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    # A dry run keeps what would change, and its file, so that it can be taken.
    shows_difference = False
    # Column -> the words it may hold, so that others can be mapped to them.
    vocabularies: Mapping[str, Vocabulary] = {}
    # What other systems call our columns, in the form of `files.plain`.
    synonyms: Mapping[str, str] = MappingProxyType({})
    # Columns of which a whole file of this kind has one: others are told by it.
    marks: tuple[str, ...] = ()
    # Columns that no file of this kind has: with one of them it is another's.
    strange: tuple[str, ...] = ()

    def check_header(self, header: list[str]) -> None:
        """Raise Refused for a header that cannot be worked with."""
        missing = [name for name in self.required if name not in header]
        if missing:
            raise Refused(
                f"Missing column{'s' * (len(missing) > 1)}: {', '.join(missing)}."
            )

    def work(self, work):
        raise NotImplementedError

    def undone(self, run) -> None:
        """What is left to do when all changes of a run were taken back."""


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    _importers[importer.kind] = importer


def get(kind: str) -> Importer:
    """The importer of `kind`; KeyError if there is none."""
    return _importers[kind]


def title_of(kind: str) -> str:
    """What people call files of this kind, be it one that is no longer taken."""
    return _importers[kind].title if kind in _importers else kind


def name_of(run) -> str:
    """A run as people know it: its kind and its file."""
    return f"{title_of(run.kind)}: {run.file_name}"


def kinds() -> list[str]:
    return sorted(_importers)


def importers() -> list[Importer]:
    return [_importers[kind] for kind in kinds()]


def options() -> list[Option]:
    """Every option there is, once, however many kinds share it."""
    found = {one.name: one for importer in importers() for one in importer.options}
    return [*found.values()]


def columns_of(kind: str) -> list[str]:
    """The columns that files of this kind may have, as far as they are kept."""
    importer = _importers.get(kind)
    return [*importer.required, *importer.optional] if importer else []
