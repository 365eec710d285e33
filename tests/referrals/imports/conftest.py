import pytest

from referrals.imports import execution


@pytest.fixture
def bring_in(db, tmp_path):
    """`bring_in("roster", text)`: import it as a file; the ended run.

    `text` is a list of lines, a string, or bytes. Further fields are the run's.
    """

    def import_text(kind, text, **fields):
        if isinstance(text, list):
            text = "\n".join(text) + "\n"
        path = tmp_path / fields.setdefault("file_name", f"{kind}.csv")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        run = execution.begin(by=None, kind=kind, path=str(path), **fields)
        return execution.execute(run)

    return import_text


@pytest.fixture
def counts():
    """`counts(run)`: (read, created, updated, unchanged, rejected)."""
    return lambda run: tuple(execution.summary(run)["rows"].values())
