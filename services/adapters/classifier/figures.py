"""The evaluation as a picture: does the confidence keep its word, and which labels are taken for which."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from services.adapters.classifier.calibration import bands
from services.adapters.classifier.scores import Judged
from services.adapters.papers.fonts import FOLDER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CHINESE = ("FandolHei", "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei")
"""Sans-serif faces with Chinese, those of ``script/fonts`` first; then what the machine has."""
STAND_INS = ("Noto Serif CJK SC", "Noto Serif CJK JP", "Source Han Serif SC", "SimHei", "DejaVu Sans")
PAIRS = 15
LONGEST_LABEL = 14


def draw(judged: Judged, path: Path, *, title: str) -> None:
    """Write a PNG. Needs no display."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    # Chinese faces have no U+2212: a hyphen stands for it.
    with pyplot.rc_context(
        {"font.family": "sans-serif", "font.sans-serif": _faces(), "axes.unicode_minus": False}
    ):
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(14, 6), width_ratios=(1, 1.2))
        figure.suptitle(title)
        _reliability(left, judged)
        _confusion(right, judged)
        figure.tight_layout()
        figure.savefig(path, dpi=110)
        pyplot.close(figure)


def _faces() -> list[str]:
    """The faces that are there, those fetched for the papers too."""
    from matplotlib.font_manager import fontManager

    if FOLDER.is_dir():
        for file in sorted(FOLDER.glob("*Hei-Regular.otf")):
            fontManager.addfont(file)
    known = {font.name for font in fontManager.ttflist}
    return [name for name in (*CHINESE, *STAND_INS) if name in known]


def _reliability(axes: Axes, judged: Judged) -> None:
    parts = bands(judged.confidence)
    promised = [float(judged.confidence[rows].mean()) for rows in parts]
    kept = [float(judged.right[rows].mean()) for rows in parts]
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle="--")
    axes.plot(promised, kept, marker="o", color="#1f5fa8")
    for x, y, rows in zip(promised, kept, parts, strict=True):
        axes.annotate(
            str(len(rows)), (x, y), textcoords="offset points", xytext=(8, -10), fontsize=8, color="0.35"
        )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="所给的把握 · confidence", ylabel="实际正确的比例 · right")
    axes.set_title("把握与实际(数字为件数)· reliability (rows)")
    axes.set_aspect("equal")
    axes.grid(color="0.92")


def _confusion(axes: Axes, judged: Judged) -> None:
    """The pairs that are mixed up most, each with the share of the true label's rows that it costs."""
    true = Counter(judged.truth)
    answered = ((label, best[0]) for label, best in zip(judged.truth, judged.ranked, strict=True) if best)
    worst = Counter(pair for pair in answered if pair[0] != pair[1]).most_common(PAIRS)[::-1]
    axes.set_title("最常混淆的类别:应为 → 判为 · worst pairs: true → taken for")
    if not worst:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "没有混淆 · nothing was confused", ha="center", va="center")
        return
    places = np.arange(len(worst))
    axes.barh(places, [count for _, count in worst], color="#c2563b")
    axes.set_yticks(places, [f"{_short(label)} → {_short(taken)}" for (label, taken), _ in worst])
    for place, ((label, _), count) in zip(places, worst, strict=True):
        axes.annotate(f"{count} ({count / true[label]:.0%})", (count, place), xytext=(4, 0),
                      textcoords="offset points", va="center", fontsize=8)  # fmt: skip
    axes.margins(x=0.15)
    axes.set_xlabel("件数(占该类的比例)· rows (share of the true label)")


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
