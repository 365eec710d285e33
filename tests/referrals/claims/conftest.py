"""Claims files made on the spot, brought into a lake of the test's own."""

from types import SimpleNamespace

import duckdb
import pytest

from referrals.claims import lake, lines
from referrals.imports import files
from tests.referrals.claims.plain import COLUMNS


@pytest.fixture(autouse=True)
def own_lake(settings, tmp_path):
    settings.CLAIMS_LAKE_URL = str(tmp_path / "lake")


def as_text(rows, columns=COLUMNS, delimiter=","):
    """Rows (dictionaries of text) as a file with a header."""
    return "\n".join(
        [
            delimiter.join(columns),
            *(delimiter.join(row.get(name, "") for name in columns) for row in rows),
            "",
        ]
    )


class Source:
    """Files of one source, brought in one after the other and published."""

    def __init__(self, folder, name="default"):
        self.folder, self.name = folder, name
        self.imports, self.rejected = [], []

    def bring_in(self, text, *, sequence=None, is_taken=False):
        path = self.folder / "claims.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        number = sequence or len(self.imports) + 1
        task = lines.Task(
            path=str(path),
            inspection=files.inspect(path),
            folder=f"lines/{self.name}-{number}",
            source=self.name,
            hash_key="a key of the tests",
            known=list(self.imports),
            is_taken=is_taken,
        )
        self.rejected = []
        brought = lines.bring_in(task, beat=lambda _: None, reject=self._reject)
        if brought.lines:
            self.imports.append(
                SimpleNamespace(source=self.name, sequence=number, folder=task.folder)
            )
        return brought

    def _reject(self, line, reason, values):
        self.rejected.append((line, reason, values))

    def lines(self, columns="*"):
        """All lines of the source, in the order they came."""
        parts = " UNION ALL ".join(
            f"SELECT *, {part.sequence} AS sequence FROM "
            f"read_parquet('{lake.path(part.folder)}/*/*.parquet', "
            "hive_partitioning = false)"
            for part in self.imports
        )
        query = f"SELECT {columns} FROM ({parts}) ORDER BY sequence, row"
        return duckdb.connect().execute(query).fetchall()


@pytest.fixture
def source(tmp_path):
    return Source(tmp_path)
