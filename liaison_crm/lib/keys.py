"""Secret keys: from the environment, else made once under VAR_DIR."""

import os
import secrets
from pathlib import Path

NAMES = ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY")


def environment_or_made_once(name: str, folder: Path) -> str:
    """The value of `name` in the environment, else of the file made for it.

    The file is created readable by its owner only, and exactly once even when
    several processes start together.
    """
    if value := os.environ.get(name):
        return value
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def missing_from_environment() -> list[str]:
    """The keys that a web server outside the demo must be given, and is not."""
    return [name for name in NAMES if not os.environ.get(name)]
