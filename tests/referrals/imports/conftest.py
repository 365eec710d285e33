import csv
import io

import pytest

from tests.referrals.imports.registry_rows import HEADER


@pytest.fixture
def register(bring_in):
    """`register(person(), group(), ...)`: import these rows, all quoted."""

    def import_rows(*rows, header=HEADER, **fields):
        text = io.StringIO()
        writer = csv.DictWriter(
            text, header, quoting=csv.QUOTE_ALL, extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)
        return bring_in("nppes", text.getvalue(), **fields)

    return import_rows
