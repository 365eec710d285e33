"""Text encrypted per field: AES-256-GCM, bound to what it is and where it lies.

A value reads `v1.<key id>.<nonce>.<ciphertext>`. FIELD_KEYS lists the keys as hex
(32 bytes each, separated by commas): the first encrypts, all decrypt, so a key is
rotated by putting the new one in front. Blank stays blank.
"""

import base64
import binascii
import functools
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32


class Tampered(ValueError):
    """The value was changed, belongs elsewhere, or its key is not in FIELD_KEYS."""


def encrypt(text: str, *, context: str) -> str:
    """`text`, readable only with the same `context` ("model.field.row")."""
    if not text:
        return ""
    key_id, key = next(iter(_keys(settings.FIELD_KEYS).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _bound_to(key_id, context))
    return ".".join((VERSION, key_id, _text(nonce), _text(sealed)))


def decrypt(value: str, *, context: str) -> str:
    """The text of `value`. Raises Tampered rather than answer with garbage."""
    if not value:
        return ""
    try:
        version, key_id, nonce, sealed = value.split(".")
        key = _keys(settings.FIELD_KEYS)[key_id]
        if version != VERSION:
            raise Tampered("This value has an unknown form.")
        return (
            AESGCM(key)
            .decrypt(_bytes(nonce), _bytes(sealed), _bound_to(key_id, context))
            .decode()
        )
    except (KeyError, ValueError, binascii.Error, InvalidTag) as error:
        raise Tampered("This value cannot be read with the keys at hand.") from error


@functools.lru_cache(maxsize=4)
def _keys(listed: str) -> dict[str, bytes]:
    keys = [bytes.fromhex(key.strip()) for key in listed.split(",") if key.strip()]
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError("FIELD_KEYS takes keys of 64 hex digits, comma-separated.")
    return {hashlib.sha256(key).hexdigest()[:8]: key for key in keys}


def _bound_to(key_id: str, context: str) -> bytes:
    return f"{VERSION}.{key_id}.{context}".encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_", validate=True)
