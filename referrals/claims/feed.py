"""A claims file, handed to DuckDB piece by piece through a named pipe.

Whole records only, so that each piece can be taken by itself: memory stays
bounded, progress is known, and no copy of patient data touches a disk.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from referrals.imports import files
from referrals.imports.registry import Refused

PIECE = 64 << 20  # bytes
WIDE_BLANKS = tuple(blank.encode() for blank in ("\u00a0", "\u3000", "\u200b"))


@dataclass(frozen=True)
class Piece:
    """Bytes of whole records, and where they stand in the file."""

    data: bytes
    first_line: int
    done: float  # share of the file behind its end

    @property
    def lines(self) -> int:
        ends = self.data.count(b"\n")
        return ends + (not self.data.endswith(b"\n"))

    @property
    def has_nul(self) -> bool:
        return b"\0" in self.data

    def has_padding(self, delimiter: str) -> bool:
        """May a value begin or end with a blank? (Seldom; trimming costs.)"""
        if not self.data.isascii() and any(blank in self.data for blank in WIDE_BLANKS):
            return True
        octets = np.frombuffer(self.data, dtype=np.uint8)
        edges = [ord(mark) for mark in {delimiter, *'\n\r"'}]
        blanks = [mark for mark in " \t" if mark != delimiter]
        for blank in blanks:
            if blank.encode() not in self.data:
                continue
            places = np.flatnonzero(octets == ord(blank))
            inner = places[(places > 0) & (places < len(octets) - 1)]
            if len(inner) < len(places):
                return True
            beside = np.concatenate([octets[inner - 1], octets[inner + 1]])
            if np.isin(beside, edges).any():
                return True
        return False

    def feed(self, pipe: Path) -> threading.Thread:
        """Write the bytes into the pipe from a thread of their own."""
        thread = threading.Thread(target=self._write, args=(pipe,), daemon=True)
        thread.start()
        return thread

    def _write(self, pipe):
        try:
            with pipe.open("wb", buffering=0) as file:
                view = memoryview(self.data)
                while view:
                    view = view[file.write(view) :]
        except BrokenPipeError:
            pass  # the reader stopped, and says why itself


def release(pipe: Path) -> None:
    """Let a writer go that still waits for somebody to read the pipe."""
    os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))


def pieces(path, inspection: files.Inspection, size: int = PIECE) -> Iterator[Piece]:
    """The file behind its header, as UTF-8."""
    with Path(path).open("rb") as file:
        line = _skip_header(file)
        while data := _read(file, size):
            done = file.tell() / max(inspection.size, 1)
            if inspection.is_windows:
                data = data.decode(files.WINDOWS_1252, "replace").encode()
            piece = Piece(data, line, done)
            yield piece
            line += piece.data.count(b"\n")


def _skip_header(file) -> int:
    """Read to the end of the header; the number of the line behind it."""
    for number, line in enumerate(file, start=1):
        if line.strip(b"\xef\xbb\xbf \t\r\n"):
            if line.count(b"\r") > 1:
                raise Refused("Lines end with CR alone: save the file with LF or CRLF.")
            return number + 1
    return 1


def _read(file, size):
    """About `size` bytes, to the end of a record.

    A record ends at a line end with an even number of quotes before it. That is
    given up after the longest record there may be: one stray quote within a
    value must not bring the whole file into memory.
    """
    parts = [file.read(size), file.readline()]
    quotes = sum(part.count(b'"') for part in parts)
    while quotes % 2 and len(parts) < files.LONGEST_RECORD:
        if not (line := file.readline()):
            break
        parts.append(line)
        quotes += line.count(b'"')
    return b"".join(parts)
