from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.callers import Login, Register, Stranger

PDF = b"%PDF-1.7\n" + b"x" * 3000


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "attachments").rglob("*") if path.is_file()]


@pytest.fixture
async def here(register: Register) -> str:
    return f"{(await register())['links']['self']}/attachments"


async def test_file_is_kept_whole_and_given_back(here: str, portal: Stranger, tmp_path: Path) -> None:
    added = await portal.post(here, files={"file": ("../征地 协议.pdf", PDF, "text/html")})
    assert added.status_code == 201, added.text
    told = added.json()
    assert (told["name"], told["media_type"], told["size"]) == ("征地 协议.pdf", "application/pdf", len(PDF))
    back = await portal.get(added.headers["location"])
    assert back.content == PDF
    assert back.headers["content-type"] == "application/pdf"
    assert back.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert back.headers["x-content-type-options"] == "nosniff"
    assert [path.name for path in files(tmp_path)] == [told["sha256"]]


async def test_same_file_again_is_the_same_attachment(here: str, portal: Stranger, tmp_path: Path) -> None:
    one = await portal.post(here, files={"file": ("a.pdf", PDF)})
    two = await portal.post(here, files={"file": ("b.pdf", PDF)})
    assert one.json() == two.json()
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("协议.pdf", b"<html>no pdf</html>", 415),
        ("program.exe", b"MZ\x90\x00" + b"\0" * 100, 415),
        ("archive.zip", b"PK\x03\x04" + b"\0" * 100, 415),
        ("page.html", b"<script>alert(1)</script>", 415),
        ("notes.txt", b"a\0b", 415),
        ("empty.pdf", b"", 422),
    ],
)
async def test_unfit_file_is_refused(
    here: str, portal: Stranger, tmp_path: Path, name: str, content: bytes, status: int
) -> None:
    answer = await portal.post(here, files={"file": (name, content)})
    assert answer.status_code == status, answer.text
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("照片", b"\xff\xd8\xff\xe0" + b"0" * 20, "image/jpeg"),
        ("录音.m4a", b"\0\0\0\x20ftypM4A " + b"0" * 20, "audio/mp4"),
        ("说明.txt", "补充说明".encode(), "text/plain"),
        ("说明.txt", "补充说明".encode("gb18030"), "text/plain"),
        ("旧表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 20, "application/vnd.ms-excel"),
    ],
)
async def test_fit_file_is_known_by_its_content(
    here: str, portal: Stranger, name: str, content: bytes, kind: str
) -> None:
    assert (await portal.post(here, files={"file": (name, content)})).json()["media_type"] == kind


async def test_file_above_the_limit_is_refused(here: str, portal: Stranger, tmp_path: Path) -> None:
    large = PDF + b"0" * (20 * 1024 * 1024)
    declared = await portal.post(here, files={"file": ("big.pdf", large)})
    assert (declared.status_code, declared.json()["code"]) == (413, "body_too_large")
    barely = PDF[:9] + b"0" * (20 * 1024 * 1024)
    assert (await portal.post(here, files={"file": ("big.pdf", barely)})).status_code == 413

    async def unending() -> AsyncIterator[bytes]:
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        yield head + PDF
        for _ in range(25):
            yield b"0" * 1024 * 1024

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await portal.post(here, content=unending(), headers=kind)).status_code == 413
    assert files(tmp_path) == []


async def test_request_without_a_file_is_named(here: str, portal: Stranger) -> None:
    answer = await portal.post(here, files={"other": ("a.pdf", PDF)})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")
    assert (await portal.post(here, json={})).status_code == 415
    broken = await portal.post(here, content=b"--x", headers={"Content-Type": "multipart/form-data"})
    assert (broken.status_code, broken.json()["code"]) == (400, "body_unreadable")


async def test_foreign_attachment_looks_like_none(here: str, portal: Stranger, login: Login) -> None:
    added = await portal.post(here, files={"file": ("a.pdf", PDF)})
    other = await login("other-portal")
    theirs = await other.get(added.headers["location"])
    nobodys = await other.get("/v1/attachments/0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e")
    assert theirs.status_code == 404
    assert theirs.json()["detail"] == nobodys.json()["detail"]
    assert (await other.post(here, files={"file": ("a.pdf", PDF)})).status_code == 404
