"""Files that were uploaded and are being prepared: stored, mapped, started."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import transaction

from referrals.imports import (
    execution,
    files,
    kinds,
    mapping,
    registry,
    spreadsheets,
    synonyms,
    tables,
    uploads,
)
from referrals.imports.registry import Refused
from referrals.models import ImportDraft, ImportMapping, ImportRun

MOST_COLUMNS = 500  # that can be mapped; further ones go by their names
MANY_COLUMNS = 60  # beyond that what needs no look is folded away
SAMPLE_ROWS = 200
ROWS_FOR_WORDS = 20_000
MOST_WORDS = 100  # of one column


def store(*, file, by, **fields) -> ImportDraft:
    """Keep an uploaded file until it is imported; Refused if it cannot be read."""
    path = uploads.store(file)
    draft = ImportDraft(
        started_by=by,
        path=str(path),
        file_name=uploads.name_of(file),
        file_size=path.stat().st_size,
        **fields,
    )
    try:
        read_sheet(draft, sheet="")
        draft.save()
    except BaseException:
        delete_files(draft)
        raise
    return draft


def read_sheet(draft, *, sheet) -> None:
    """Make text of a sheet of a spreadsheet; other files are text already."""
    if draft.kind and not importer_of(draft).is_text:
        draft.encoding = files.UTF_8
    elif spreadsheets.is_spreadsheet(draft.path):
        target = f"{draft.path}.csv"
        found = spreadsheets.to_csv(
            draft.path,
            target,
            sheet=sheet,
            longest=spreadsheets.LONGEST_WHILE_SOMEBODY_WAITS,
        )
        draft.sheets, draft.sheet = found.names, found.name[:200]
        draft.encoding = files.UTF_8
    else:
        files.check_text(draft.path)
        draft.encoding = tables.encoding_of_start(draft.path)


def receive(*, file, kept, mappings, by, **fields) -> ImportDraft:
    """A draft of what was sent, with its columns mapped; Refused if it is no table.

    A file of another kind is kept as the `draft` of OtherKind, to be told anew.
    `kept` is an upload of before, which counts if there is no new `file`.
    `mappings` are those in sight: the latest for this kind and source is taken.
    """
    if file:
        draft = store(file=file, by=by, **fields)
        if kept:
            discard(kept)
    else:
        draft = kept
        for name, value in fields.items():
            setattr(draft, name, value)
    try:
        prepare(draft, saved=mappings.of(draft.kind, draft.source).first())
    except kinds.OtherKind as other:
        draft.kind = ""
        draft.save()
        other.draft = draft
        raise
    except BaseException:
        discard(draft)
        raise
    return draft


def read_again(draft, *, sheet, header_row, saved) -> None:
    """Read another sheet, another row as header, or with another saved mapping."""
    if sheet and sheet != draft.sheet:
        read_sheet(draft, sheet=sheet)
        try:
            prepare(draft, saved=saved)
        except Refused:
            draft.save()  # the text is that of the sheet, whatever stands in it
            raise
        return
    if saved != draft.mapping:
        prepare(draft, saved=saved)
    if header_row != draft.header_row:
        draft.header_row = header_row
        map_columns(draft)
        draft.save()


def importer_of(draft):
    return registry.get(draft.kind)


def prepare(draft, *, saved: ImportMapping | None) -> None:
    """Find the header and map its columns: as saved, else by their names."""
    importer = importer_of(draft)
    draft.mapping, draft.columns, draft.values = saved, {}, {}
    if importer.is_mappable:
        known = synonyms.known_names(importer)
        theirs = saved.columns if saved else {}
        draft.header_row = tables.header_row(
            draft.text_path,
            draft.encoding,
            lambda name: name in theirs or synonyms.plain(name) in known,
        )
        names = map_columns(draft)
        if not saved:
            kinds.check(importer, names, {*draft.columns.values()} - {""})
    draft.save()


def map_columns(draft) -> list[str]:
    """Map the columns anew, below the header row that is set; their names."""
    saved, importer = draft.mapping, importer_of(draft)
    seen = look(draft)
    theirs = saved.columns if saved else {}
    told = {key: theirs[key] for key in seen.keys if key in theirs}
    taken = set(told.values())
    header = [files.normal(name) for name in seen.names]
    found = synonyms.columns_for(importer, header)
    draft.columns = {
        key: told.get(key, "" if found.get(place) in taken else found.get(place, ""))
        for place, key in enumerate(seen.keys[:MOST_COLUMNS])
        if header[place] not in importer.patient_columns
    }
    draft.values = saved.values if saved else {}
    return seen.names


def look(draft, *, rows=SAMPLE_ROWS) -> tables.Look:
    importer = importer_of(draft)
    return tables.look(
        draft.text_path,
        draft.encoding,
        skip=draft.header_row - 1,
        known={*importer.required, *importer.optional, *draft.columns},
        rows=rows,
    )


def columns_in_order(draft, seen) -> dict[str, str]:
    """The columns as they stand in the file: a database keeps no order of keys."""
    keys = seen.keys if seen else draft.columns
    return {key: draft.columns[key] for key in keys if key in draft.columns}


def fits(draft) -> bool:
    """Can the file be taken as it stands, by the names of its own header?"""
    if draft.mapping or any(
        ours and ours != key for key, ours in draft.columns.items()
    ):
        return False
    importer = importer_of(draft)
    names = Counter(map(files.normal, look(draft, rows=0).names))
    if any(names[ours] > 1 for ours in (*importer.required, *importer.optional)):
        return False  # which of them is meant?
    return not missing(draft)


def missing(draft) -> str:
    """What is said of columns of ours that are needed and not mapped; "" if none."""
    try:
        check(draft.kind, draft.columns.values())
    except Refused as reason:
        return str(reason)
    return ""


def check(kind, columns) -> None:
    """Refused if these columns of ours are not enough."""
    registry.get(kind).check_header([ours for ours in columns if ours])


@dataclass
class Word:
    """A word of theirs that the importer does not know."""

    key: str  # folded
    text: str
    rows: int
    ours: str | None  # as it is mapped, or may be meant


@dataclass
class Unknown:
    """Unknown words of one of our columns, and what they can be mapped to."""

    column: str
    words: synonyms.Words
    found: list[Word] = field(default_factory=list)
    is_cut: bool = False


def unknown_words(draft) -> list[Unknown]:
    """What stands in columns of a known vocabulary and is not of it."""
    importer = importer_of(draft)
    if not importer.is_mappable or not importer.vocabularies:
        return []
    seen = look(draft, rows=ROWS_FOR_WORDS)
    places = {draft.columns.get(key): place for place, key in enumerate(seen.keys)}
    found = []
    for column, vocabulary in importer.vocabularies.items():
        if column not in places:
            continue
        unknown = Unknown(column, synonyms.Words(vocabulary))
        _gather(unknown, seen, places[column], draft.values.get(column, {}))
        if unknown.found:
            found.append(unknown)
    return found


def _gather(unknown, seen, place, told):
    texts, times = {}, Counter()
    for record in seen.records:
        cell = "" if record.problem else record.cells[place].strip()
        if cell and not unknown.words.know(cell):
            key = mapping.folded(cell)
            texts.setdefault(key, cell)
            times[key] += 1
    unknown.is_cut = len(texts) > MOST_WORDS
    for key, text in islice(texts.items(), MOST_WORDS):
        ours = told.get(key, unknown.words.suggest(text))
        unknown.found.append(Word(key, text[:80], times[key], ours))


def set_mapping(draft, **fields) -> None:
    """Keep what was chosen for the columns or the values."""
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(fields))


def saved_words(saved) -> list[Unknown]:
    """The words of a saved mapping, to be changed."""
    vocabularies = registry.get(saved.kind).vocabularies
    return [
        Unknown(
            column,
            synonyms.Words(vocabularies[column]),
            [Word(their, their, 0, ours) for their, ours in words.items()],
        )
        for column, words in saved.values.items()
        if column in vocabularies
    ]


def change_mapping(saved, **fields) -> None:
    for name, value in fields.items():
        setattr(saved, name, value)
    saved.save()


def run_mapping(draft) -> dict:
    """The mapping as its run keeps it; empty if it changes nothing."""
    if not importer_of(draft).is_mappable:
        return {}
    mapped = set(draft.columns.values())
    columns, values = mapping.effective(
        draft.kind,
        draft.columns,
        {name: words for name, words in draft.values.items() if name in mapped},
    )
    if not columns and not values and draft.header_row == 1:
        return {}
    told = {"columns": columns, "values": values, "header_row": draft.header_row}
    return {**told, "name": draft.mapping.name} if draft.mapping else told


def run_fields(draft) -> dict:
    """What a run takes over from its draft."""
    names = ("kind", "source", "preset", "is_forced", "is_dry_run", "file_name")
    told = {"sheet": draft.sheet} if len(draft.sheets) > 1 else {}
    return {
        **{name: getattr(draft, name) for name in (*names, "file_size", "path", "uid")},
        "options": {**draft.options, **told},
        "mapping": run_mapping(draft),
        "is_upload": True,
    }


def earlier_of(draft) -> ImportRun | None:
    """The run that took this very file the same way: it would be taken for nothing.

    None where it is to be taken all the same. A file is read to its end only if
    one of its size was taken.
    """
    run = ImportRun(**run_fields(draft))
    alike = ImportRun.objects.filter(
        kind=run.kind, source=run.source, file_size=run.file_size
    )
    if run.is_forced or not alike.filter(status=ImportRun.Status.DONE).exists():
        return None
    return execution.earlier_of(run, files.inspect(run.path).sha256)


@transaction.atomic
def start(*, draft, by, save_as="") -> ImportRun | None:
    """Queue the import of a draft, which ends it; None if that was done before."""
    held = ImportDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if held is None:
        return None
    if save_as:
        held.mapping = save_mapping(draft=held, name=save_as, by=by)
    run = execution.queue(by=by, **run_fields(held))
    held.delete()
    transaction.on_commit(lambda: delete_text(draft))
    return run


def save_mapping(*, draft, name, by) -> ImportMapping:
    """Keep the mapping for the next file of this source, in place of its namesake."""
    saved, _ = ImportMapping.objects.update_or_create(
        made_by=by,
        kind=draft.kind,
        source=draft.source,
        name=name,
        defaults={"columns": draft.columns, "values": draft.values},
    )
    return saved


@transaction.atomic
def discard(draft) -> None:
    """Remove a draft with its file, unless its run has begun and needs it."""
    if not ImportDraft.objects.filter(pk=draft.pk).delete()[0]:
        return
    transaction.on_commit(lambda: delete_files(draft))


def delete_old(*, at) -> int:
    """Remove what nobody went on with for a day; how many."""
    old = list(ImportDraft.objects.filter(created_at__lt=at - ImportDraft.KEPT_FOR))
    for draft in old:
        discard(draft)
    return len(old)


def is_here(draft) -> bool:
    return Path(draft.text_path).is_file() and Path(draft.path).is_file()


def delete_text(draft) -> None:
    """Remove the text that was made of a spreadsheet."""
    if draft.text_path != draft.path:
        Path(draft.text_path).unlink(missing_ok=True)


def delete_files(draft) -> None:
    for path in (f"{draft.path}.csv", draft.path):
        Path(path).unlink(missing_ok=True)
