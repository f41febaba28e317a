"""Encrypted fields open in their place only; keys stay out of sight."""

from __future__ import annotations

import json
import multiprocessing
import stat
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.crypto import (
    BlindIndex,
    DecryptError,
    FieldCipher,
    code_hash,
    key_version,
    new_secret,
    same,
    secret_hash,
)
from services.adapters.keys import KeyFault, KeyRing, from_settings, load_or_create, new_ring

RING = new_ring()
CIPHER = FieldCipher(RING)
ROW = UUID(int=1)
PLACE = ("petitioners", "name", ROW)
SECRETS = ("index_key", "code_pepper", "cursor_key", "token_key", "event_key")


@given(st.text() | st.binary())
def test_what_was_encrypted_is_read_back(plaintext: str | bytes) -> None:
    sealed = CIPHER.encrypt(*PLACE, plaintext)
    expected = plaintext.encode() if isinstance(plaintext, str) else plaintext
    assert CIPHER.decrypt(*PLACE, sealed) == expected
    assert len(sealed) == len(expected) + 30


def test_a_uuid_and_its_text_are_the_same_row() -> None:
    assert CIPHER.decrypt("petitioners", "name", str(ROW), CIPHER.encrypt(*PLACE, "张三")).decode() == "张三"


@pytest.mark.parametrize(
    "place",
    [("opinions", "name", ROW), ("petitioners", "address", ROW), ("petitioners", "name", UUID(int=2))],
)
def test_a_ciphertext_opens_in_no_other_place(place: tuple[str, str, UUID]) -> None:
    sealed = CIPHER.encrypt(*PLACE, "张三")
    with pytest.raises(DecryptError, match="does not open"):
        CIPHER.decrypt(*place, sealed)


COLUMNS = ("name", "phone", "address", "document_number", "particulars")


def test_the_columns_of_a_row_are_sealed_each_in_its_place() -> None:
    row = CIPHER.encrypt_row("petitioners", ROW, [(column, column.encode()) for column in COLUMNS])
    assert tuple(row) == COLUMNS
    for column, sealed in row.items():
        assert CIPHER.decrypt("petitioners", column, ROW, sealed) == column.encode()
        assert len(sealed) == len(column) + 30
        assert key_version(sealed) == RING.current
        for other in set(COLUMNS) - {column}:
            with pytest.raises(DecryptError):
                CIPHER.decrypt("petitioners", other, ROW, sealed)


def test_no_two_fields_of_a_row_share_any_part_of_a_nonce() -> None:
    """Under one nonce twice, AES-GCM gives away both texts and the key of their tags."""
    seen: set[bytes] = set()
    for _ in range(50):
        row = CIPHER.encrypt_row("petitioners", ROW, [(column, b"") for column in COLUMNS])
        for sealed in row.values():
            nonce = sealed[2:14]
            parts = {nonce[start : start + 6] for start in range(7)}
            assert len(parts) == 7
            assert seen.isdisjoint(parts)
            seen |= parts


def test_every_changed_byte_is_noticed() -> None:
    ring = replace(
        RING, data_keys={n: RING.data_keys[1] if n == 1 else new_ring().index_key for n in range(1, 3)}
    )
    cipher = FieldCipher(ring)
    sealed = cipher.encrypt(*PLACE, "张三")
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 3  # of the version's last byte, this makes version 2, which there is
        with pytest.raises((DecryptError, KeyFault)):
            cipher.decrypt(*PLACE, bytes(altered))


@pytest.mark.parametrize("length", [0, 1, 2, 14, 29])
def test_a_cut_ciphertext_is_refused(length: int) -> None:
    with pytest.raises(DecryptError, match="too short"):
        CIPHER.decrypt(*PLACE, CIPHER.encrypt(*PLACE, "")[:length])


def test_another_ring_opens_nothing() -> None:
    with pytest.raises(DecryptError):
        FieldCipher(new_ring()).decrypt(*PLACE, CIPHER.encrypt(*PLACE, "张三"))


def test_the_same_name_never_looks_the_same() -> None:
    assert len({CIPHER.encrypt(*PLACE, "张三") for _ in range(2_000)}) == 2_000


def test_a_fault_never_quotes_the_text() -> None:
    with pytest.raises(DecryptError) as caught:
        CIPHER.decrypt("petitioners", "phone", ROW, CIPHER.encrypt(*PLACE, "张三"))
    assert "张三" not in str(caught.value)


def test_after_rotation_old_and_new_are_read() -> None:
    old = CIPHER.encrypt(*PLACE, "张三")
    rotated = RING.rotated()
    cipher = FieldCipher(rotated)
    new = cipher.encrypt(*PLACE, "张三")
    assert (key_version(old), key_version(new)) == (1, 2)
    assert cipher.decrypt(*PLACE, old) == cipher.decrypt(*PLACE, new)
    assert (rotated.index_key, rotated.code_pepper) == (RING.index_key, RING.code_pepper)


def test_without_the_old_key_the_version_is_named() -> None:
    new = FieldCipher(RING.rotated()).encrypt(*PLACE, "张三")
    with pytest.raises(KeyFault, match="第2版"):
        CIPHER.decrypt(*PLACE, new)


def test_an_index_finds_the_same_value_in_the_same_column() -> None:
    index = BlindIndex(RING)
    found = index.index("phone", "+8613912345678")
    assert found == BlindIndex(RING).index("phone", "+8613912345678")
    assert len(found) == 16
    assert found != index.index("document_number", "+8613912345678")
    assert found != index.index("phone", "+8613912345679")
    assert found != BlindIndex(new_ring()).index("phone", "+8613912345678")


def test_hashes_depend_on_key_and_purpose() -> None:
    code = "1234567890123456"
    assert same(code_hash(RING, code), code_hash(RING, code))
    assert not same(code_hash(RING, code), code_hash(RING, "1234567890123457"))
    assert not same(code_hash(RING, code), secret_hash(RING, code))
    assert not same(code_hash(RING, code), code_hash(new_ring(), code))


def test_secrets_are_long_and_never_repeat() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {43}


def test_a_printed_ring_shows_no_key() -> None:
    assert repr(RING) == str(RING) == "KeyRing(current=1)"


def test_a_ring_survives_its_text() -> None:
    ring = RING.rotated()
    assert from_settings(ring.to_json()) == ring


def edited(**changes: object) -> str:
    return json.dumps(json.loads(RING.to_json()) | changes)


BROKEN = [
    "", "[]", "null", "{", '{"current": 1}', edited(data_keys=[]), edited(data_keys={"0": "AAAA"}),
    edited(data_keys={"x": "AAAA"}), edited(current=2), edited(current=None), edited(index_key="短"),
    edited(index_key="AAAA"), edited(index_key=7),
]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_ring_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(KeyFault) as caught:
        from_settings(text)
    assert "密钥" in str(caught.value)
    assert "AAAA" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_one_key_serves_one_purpose() -> None:
    with pytest.raises(KeyFault, match="两种用途"):
        replace(RING, index_key=RING.code_pepper)
    with pytest.raises(KeyFault, match="32"):
        replace(RING, index_key=b"short")


def test_the_first_run_makes_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys.json"
    ring = load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create(path) == ring
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    load_or_create(path)
    path.chmod(mode)
    with pytest.raises(KeyFault, match="chmod 600"):
        load_or_create(path)


def test_a_broken_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("{")
    path.chmod(0o600)
    with pytest.raises(KeyFault):
        load_or_create(path)
    assert path.read_text() == "{"


def ring_in(path: Path) -> KeyRing:
    return load_or_create(path)


def test_processes_that_start_together_share_one_ring(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        rings = pool.map(ring_in, [tmp_path / "keys.json"] * 8, chunksize=1)
    assert all(ring == rings[0] for ring in rings)


def test_every_key_is_its_own() -> None:
    keys = [RING.data_key(1), *(getattr(RING, name) for name in SECRETS)]
    assert len(set(keys)) == 6
