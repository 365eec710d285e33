"""Their columns and their words as ours.

A mapping is applied in one place, while a file is read: an importer sees rows
that bear our names and our words, and knows nothing of it.
"""

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

from referrals.imports import files, registry, tables

WORD_LENGTH = 100
REPEATED = re.compile(r" #[0-9]+$")


def folded(word: str) -> str:
    """A word as it is looked up: `  pcp ` and `PCP` are one."""
    return " ".join(word.replace("\0", "\ufffd").split()).casefold()[:WORD_LENGTH]


@dataclass(frozen=True)
class Mapping:
    """`columns`: key of their column -> ours, or "" to leave it out.

    `values`: our column -> {their word, folded -> ours}. A column that is not
    named here is known by its own name, a word by itself.
    """

    columns: MappingOf[str, str] = field(default_factory=dict)
    values: MappingOf[str, MappingOf[str, str]] = field(default_factory=dict)
    header_row: int = 0  # found by its names if it is 0

    @classmethod
    def of(cls, run) -> "Mapping":
        told = run.mapping
        return cls(
            told.get("columns", {}), told.get("values", {}), told.get("header_row", 0)
        )

    def header(self, header: list[str]) -> list[str]:
        """The names of a file's columns as the importer shall see them."""
        if not self.columns:
            return header
        return [
            self.columns.get(key, name)
            for key, name in zip(tables.keys(header), header, strict=True)
        ]

    def translate(self, values: dict[str, str]) -> None:
        """Put our words for theirs, in a row that bears our names."""
        for column, words in self.values.items():
            if column in values:
                values[column] = words.get(folded(values[column]), values[column])


def effect_of(run) -> tuple:
    """What the mapping of a run changes: two that change the same are one."""
    told = Mapping.of(run)
    if run.kind not in registry.kinds():
        return dict(told.columns), dict(told.values)
    return effective(run.kind, told.columns, told.values)


def effective(kind: str, columns: MappingOf, values: MappingOf) -> tuple[dict, dict]:
    """Of columns and values, what changes how a file of this kind is read."""
    importer = registry.get(kind)
    known = {*registry.columns_of(kind), *getattr(importer, "patient_columns", ())}
    synonyms = getattr(importer, "synonyms", ())

    def is_known(key):
        name = REPEATED.sub("", key)
        return name in known or files.plain(name) in synonyms

    changed = {
        key: ours
        for key, ours in columns.items()
        if ours != key and (ours or is_known(key))
    }
    return changed, {column: words for column, words in values.items() if words}
