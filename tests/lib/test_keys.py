import stat
from concurrent.futures import ThreadPoolExecutor

from liaison_crm.lib.keys import environment_or_made_once, missing_from_environment


def test_the_environment_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("HASH_KEY", "given")

    assert environment_or_made_once("HASH_KEY", tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_for_its_owner_only(monkeypatch, tmp_path):
    monkeypatch.delenv("HASH_KEY", raising=False)

    first = environment_or_made_once("HASH_KEY", tmp_path / "keys")
    second = environment_or_made_once("HASH_KEY", tmp_path / "keys")

    assert first == second
    assert len(first) == 64
    mode = (tmp_path / "keys" / "HASH_KEY").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_processes_that_start_together_agree(monkeypatch, tmp_path):
    monkeypatch.delenv("HASH_KEY", raising=False)

    with ThreadPoolExecutor(16) as pool:
        made = set(
            pool.map(
                lambda _: environment_or_made_once("HASH_KEY", tmp_path), range(64)
            )
        )

    assert len(made) == 1


def test_the_keys_that_are_missing_are_named(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a")
    monkeypatch.delenv("FIELD_KEYS", raising=False)
    monkeypatch.setenv("HASH_KEY", "")

    assert missing_from_environment() == ["FIELD_KEYS", "HASH_KEY"]
