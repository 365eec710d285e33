"""What is made once and kept."""

import gzip
from concurrent.futures import ThreadPoolExecutor

from liaison_crm.lib.shapes import kept


def test_it_is_made_once_for_a_version(fresh_var):
    kept.content("TN-zips", "one", lambda: b"first")

    assert kept.content("TN-zips", "one", lambda: b"second") == b"first"


def test_another_version_takes_its_place(fresh_var):
    kept.content("TN-zips", "one", lambda: b"first")

    assert kept.content("TN-zips", "two", lambda: b"second") == b"second"
    assert len(list((fresh_var / "shapes").iterdir())) == 1


def test_others_are_left_alone(fresh_var):
    kept.content("TN-zips", "one", lambda: b"zips")
    kept.content("TN-counties", "two", lambda: b"counties")

    assert kept.content("TN-zips", "one", lambda: b"") == b"zips"


def test_many_at_once_leave_one_whole_file(fresh_var):
    long = b"a shape " * 100_000

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: kept.content("TN", "1", lambda: long), range(8)))

    (path,) = (fresh_var / "shapes").iterdir()
    assert found == {long}
    assert gzip.decompress(path.read_bytes()) == long


def test_a_failure_leaves_nothing(fresh_var):
    for _ in range(2):
        try:
            kept.content("TN", "1", lambda: 1 / 0)
        except ZeroDivisionError:
            continue

    assert not (fresh_var / "shapes").exists()
