"""Personal data under lock: fields encrypted in place, blind indexes to find them, secrets kept as hashes.

A ciphertext is ``key version (2 bytes) ‖ nonce (12) ‖ AES-256-GCM text and tag (16)``. The place it stands in
(table, column, row id, key version) is bound in, so that it opens nowhere else.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.adapters.keys import KeyProvider

INDEX_BYTES = 16
_VERSION_BYTES = 2
_NONCE_BYTES = 12
_HEADER_BYTES = _VERSION_BYTES + _NONCE_BYTES
_TAG_BYTES = 16


class DecryptError(Exception):
    """A ciphertext does not open: altered, cut short, moved to another place, or made with another key."""


class FieldCipher:
    """Encrypts single fields. Its overhead is 30 bytes a field; the length of the text is not hidden."""

    def __init__(self, keys: KeyProvider) -> None:
        self._keys = keys
        self._ciphers: dict[int, AESGCM] = {}

    def encrypt(self, table: str, column: str, row_id: UUID | str, plaintext: str | bytes) -> bytes:
        """The ciphertext of a field, under the current key and a nonce of its own."""
        version = self._keys.current
        nonce = os.urandom(_NONCE_BYTES)
        data = plaintext.encode() if isinstance(plaintext, str) else plaintext
        sealed = self._cipher(version).encrypt(nonce, data, _place(table, column, row_id, version))
        return version.to_bytes(_VERSION_BYTES, "big") + nonce + sealed

    def encrypt_row(
        self, table: str, row_id: UUID | str, texts: Sequence[tuple[str, bytes]]
    ) -> dict[str, bytes]:
        """Several columns of one row, each as :meth:`encrypt` does it; their nonces are drawn at once."""
        version = self._keys.current
        seal, head = self._cipher(version).encrypt, version.to_bytes(_VERSION_BYTES, "big")
        chance = os.urandom(_NONCE_BYTES * len(texts))
        above, below = f"{table}|", f"|{row_id}|{version}"
        sealed = {}
        for number, (column, text) in enumerate(texts):
            nonce = chance[number * _NONCE_BYTES : (number + 1) * _NONCE_BYTES]
            sealed[column] = head + nonce + seal(nonce, text, f"{above}{column}{below}".encode())
        return sealed

    def decrypt(self, table: str, column: str, row_id: UUID | str, ciphertext: bytes) -> bytes:
        """The bytes of a field. Raises ``DecryptError``; ``KeyFault`` when the key's version is not there."""
        if len(ciphertext) < _HEADER_BYTES + _TAG_BYTES:
            raise DecryptError(f"{table}.{column} of {row_id}: too short for a ciphertext")
        version = key_version(ciphertext)
        nonce, sealed = ciphertext[_VERSION_BYTES:_HEADER_BYTES], ciphertext[_HEADER_BYTES:]
        try:
            return self._cipher(version).decrypt(nonce, sealed, _place(table, column, row_id, version))
        except InvalidTag:
            raise DecryptError(f"{table}.{column} of {row_id}: does not open with key {version}") from None

    def _cipher(self, version: int) -> AESGCM:
        cipher = self._ciphers.get(version)
        if cipher is None:
            cipher = self._ciphers[version] = AESGCM(self._keys.data_key(version))
        return cipher


class BlindIndex:
    """Finds an encrypted value again by its exact, normalised form; each column has a key of its own.

    Not for columns of few values (a gender, a district): how often each occurs would give it away.
    """

    def __init__(self, keys: KeyProvider) -> None:
        self._keys = keys
        self._by_column: dict[str, bytes] = {}

    def index(self, column: str, normalised: str) -> bytes:
        """Sixteen bytes that say nothing without the key."""
        key = self._by_column.get(column)
        if key is None:
            key = self._by_column[column] = _keyed(self._keys.index_key, f"index|{column}")
        return _keyed(key, normalised)[:INDEX_BYTES]


def key_version(ciphertext: bytes) -> int:
    """The version of the data key that a ciphertext was made with."""
    return int.from_bytes(ciphertext[:_VERSION_BYTES], "big")


def code_hash(keys: KeyProvider, code: str) -> bytes:
    """What is stored of a normalised query code. Keyed, for its 16 digits could be tried one by one."""
    return _keyed(keys.code_pepper, f"query code|{code}")


def secret_hash(keys: KeyProvider, secret: str) -> bytes:
    """What is stored of a client's secret. 256 random bits need no slow hash."""
    return _keyed(keys.code_pepper, f"client secret|{secret}")


def new_secret() -> str:
    """A client's secret, 256 random bits as 43 characters that fit into a URL."""
    return secrets.token_urlsafe(32)


def same(left: bytes, right: bytes) -> bool:
    """Whether two hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left, right)


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _place(table: str, column: str, row_id: UUID | str, version: int) -> bytes:
    return f"{table}|{column}|{row_id}|{version}".encode()
