"""Files that are taken for another kind than they are, told by their header.

A header is compared with every kind by its own names alone. What is refused here
would otherwise have its rows rejected one by one, or lose most of its columns.
"""

from collections.abc import Iterable

from referrals.imports import files, registry, tables
from referrals.imports.registry import Importer, Refused

CLEARLY = 2  # columns that another kind has to know more
NOT_TAKEN = {
    "endpoint type": "the registry's endpoints (endpoint_pfile)",
}


class OtherKind(Refused):
    """The file is plainly of another kind, which the message names."""

    draft = None  # of an upload: kept, so that the kind can be told anew


def check_file(importer: Importer, work) -> None:
    """Raise OtherKind for a file of another kind, unless its columns are mapped."""
    if work.run.preset or work.run.mapping.get("columns"):
        return
    path, encoding = work.path, work.inspection.encoding
    skip = 0
    if work.is_sheet:
        skip = tables.header_row(path, encoding, _names_of_all().__contains__) - 1
    try:
        with files.Table(path, encoding, _names_of_all(), skip=skip) as table:
            names = table.header
    except Refused:
        return  # what is wrong with it the importer says
    check(importer, names, _known(importer, names))


def check(importer: Importer, names: Iterable[str], ours: set[str]) -> None:
    """Raise OtherKind if a file of these columns is plainly another kind's.

    `ours`: the importer's columns that the header has, by its names or mapped.
    """
    names = [files.normal(name) for name in names]
    if told := next((NOT_TAKEN[name] for name in names if name in NOT_TAKEN), ""):
        raise Refused(f"By its header this is {told}, of which nothing is taken.")
    takes = _takes(importer, ours)
    is_strange = not {*importer.strange}.isdisjoint(names)
    if takes and ours & {*importer.marks} and not is_strange:
        return
    number, other = max(
        (
            (len(known), other.kind)
            for other in registry.importers()
            if other is not importer
            and (known := _known(other, names)) & {*other.marks}
            and _takes(other, known)
        ),
        default=(0, ""),
    )
    if number >= len(ours) + (CLEARLY if takes else 0) and other:
        title = registry.get(other).title
        raise OtherKind(
            f"By its header this is a file of another kind: {title} ({other}). "
            "Bring it in as that kind."
        )


def _takes(importer, ours):
    """Has the file what the importer cannot do without?"""
    try:
        importer.check_header([*ours])
    except Refused:
        return False
    return True


def _known(importer, names) -> set[str]:
    """The importer's columns among these names: as they are, or as it knows them."""
    columns = {*importer.required, *importer.optional}
    found = {name for name in names if name in columns}
    told = (importer.synonyms.get(files.plain(name)) for name in names)
    return found | {ours for ours in told if ours}


def _names_of_all() -> frozenset[str]:
    return frozenset(
        name
        for importer in registry.importers()
        for name in (*importer.required, *importer.optional)
    )
