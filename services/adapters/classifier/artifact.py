"""A model as a file: a ZIP of a JSON header, the tokens, and plain arrays. Nothing in it can run.

``header.json`` says what it is and carries the SHA-256 over all the other members, so that damage is found
before anything is used. Weights are kept in half precision, which loses far less than training leaves open.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from services.adapters.classifier.calibration import Curve
from services.adapters.classifier.features import Block, Columns, Reader
from services.adapters.classifier.model import About, TextModel
from services.adapters.classifier.trust import MEASURES, Trust
from services.adapters.classifier.vectors import Vocabulary
from services.domain.refusal import Refusal

FORMAT, EARLIER = 3, 2
"""3: the file says what a heading weighs. 2, which is still read: runs of up to three characters, days as
cuts, and more measures of trust."""
VOICE_OF_EARLIER = 0.5
HEADER, TOKENS = "header.json", "tokens.json"
ARRAYS = ("rarity", "weights", "bias", "trust", "curve_raw", "curve_right")
HALF = frozenset({"weights"})
MOST_BYTES = 1 << 30
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What reading a damaged archive may raise; RuntimeError covers encryption and unknown compression."""
STAMP = (1980, 1, 1, 0, 0, 0)

Array = npt.NDArray[Any]


class ModelRefused(Refusal):
    """模型不能采用:{reason}。原有的模型不受影响。"""

    english = "The model is refused: {reason}. The one in use goes on."


def to_bytes(model: TextModel) -> bytes:
    """The file; the same model gives the same bytes."""
    members = {TOKENS: _json({block: list(held) for block, held in model.vocabulary.columns.items()})}
    for name, array in _arrays(model).items():
        buffer = io.BytesIO()
        kept = array.astype(np.float16 if name in HALF else np.float32)
        np.lib.format.write_array(buffer, np.ascontiguousarray(kept), allow_pickle=False)
        members[f"{name}.npy"] = buffer.getvalue()
    header = {
        "format": FORMAT,
        "sha256": _digest(members),
        "labels": list(model.labels),
        "columns": asdict(model.reader.columns),
        "voice": model.voice,
        "places": sorted(model.reader.places),
        "cuts": list(model.reader.cuts),
        "usual": model.trust.usual,
        "sharpness": model.trust.sharpness,
        "trust_bias": model.trust.bias,
        "about": asdict(model.about),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {HEADER: _json(header), **members}.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def from_bytes(content: bytes) -> TextModel:
    """The model of a file. Raises ``ModelRefused`` for one that is damaged or of another format."""
    members = _members(content)
    header = _header(members.pop(HEADER, b""))
    if header.get("format") not in (FORMAT, EARLIER):
        raise ModelRefused(reason=f"格式版本为{header.get('format')},本系统读取的是{FORMAT},请重新训练")
    if header.get("sha256") != _digest(members):
        raise ModelRefused(reason="内容与校验值不符,文件已损坏")
    try:
        model = _model(header, members)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelRefused(reason=f"内容不完整({error})") from error
    _check_shapes(model)
    return model


def _arrays(model: TextModel) -> dict[str, Array]:
    return {
        "rarity": model.vocabulary.rarity,
        "weights": model.weights,
        "bias": model.bias,
        "trust": model.trust.weights,
        "curve_raw": model.trust.curve.raw,
        "curve_right": model.trust.curve.right,
    }


def _members(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise ModelRefused(reason="解压后超过1GB")
            return {name: archive.read(name) for name in archive.namelist()}
    except UNREADABLE as error:
        raise ModelRefused(reason="不是模型文件,或已损坏") from error


def _header(content: bytes) -> dict[str, Any]:
    try:
        header = json.loads(content)
    except ValueError as error:
        raise ModelRefused(reason="缺少文件头,或文件头已损坏") from error
    if not isinstance(header, dict):
        raise ModelRefused(reason="文件头已损坏")
    return header


def _model(header: Mapping[str, Any], members: Mapping[str, bytes]) -> TextModel:
    arrays = {name: _array(members[f"{name}.npy"]) for name in ARRAYS}
    columns = header["columns"]
    tokens = json.loads(members[TOKENS])
    held: dict[Block, dict[str, int]] = {}
    for block in Block:
        start = sum(map(len, held.values()))
        held[block] = {token: start + index for index, token in enumerate(tokens[block])}
    return TextModel(
        labels=tuple(header["labels"]),
        reader=Reader(
            Columns(
                text=tuple(columns["text"]),
                given=tuple(columns["given"]),
                heading=columns["heading"],
                reference=columns["reference"],
            ),
            frozenset(header["places"]),
            tuple(header["cuts"]),
        ),
        vocabulary=Vocabulary(held, arrays["rarity"]),
        weights=arrays["weights"],
        bias=arrays["bias"],
        trust=Trust(
            float(header["usual"]),
            float(header["sharpness"]),
            arrays["trust"],
            float(header["trust_bias"]),
            Curve(arrays["curve_raw"], arrays["curve_right"]),
        ),
        about=About(**header["about"]),
        voice=float(header["voice"]) if header["format"] == FORMAT else VOICE_OF_EARLIER,
    )


def _array(content: bytes) -> Array:
    array: Array = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False).astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError("数值无效")
    return array


def _check_shapes(model: TextModel) -> None:
    labels, tokens = len(model.labels), sum(map(len, model.vocabulary.columns.values()))
    expected = {
        "rarity": (tokens,),
        "weights": (tokens, labels),
        "bias": (labels,),
        "trust": (MEASURES + 2 * labels,),
    }
    wrong = [name for name, shape in expected.items() if _arrays(model)[name].shape != shape]
    curve = model.trust.curve
    if (
        wrong
        or labels < 2
        or curve.raw.shape != curve.right.shape
        or curve.raw.ndim != 1
        or not curve.raw.size
    ):
        raise ModelRefused(reason="各部分的大小不一致")


def _digest(members: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(members):
        digest.update(f"{name}:{len(members[name])}:".encode())
        digest.update(members[name])
    return digest.hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8")
