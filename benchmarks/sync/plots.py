"""Draws what was measured: how far sounds lie from their pictures, and one film as a strip. Measures nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.sync.figures import Line, film_of, whole
from benchmarks.sync.scoring import WIDE, offsets
from v2a_foley.files import write_text
from v2a_foley.plots.spread import histograms
from v2a_foley.plots.style import INK, colour, drawn, plain, standalone

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OFFSETS, STRIP = "sync-offsets.svg", "sync-film.svg"
_STRIP_SIZE = (640.0, 240.0)


def write_plots(lines: Sequence[Line], folder: Path) -> list[Path]:
    """Write both drawings into a folder, each if there is something to draw; return what was written."""
    written = []
    for name, drawing in ((OFFSETS, offset_plot(lines)), (STRIP, strip_plot(lines))):
        if drawing is not None:
            folder.mkdir(parents=True, exist_ok=True)
            write_text(folder / name, standalone(drawing))
            written.append(folder / name)
    return written


def offset_plot(lines: Sequence[Line]) -> str | None:
    """Return the histogram of sound minus picture, matches within ±50 ms, a system a colour; None without a match."""
    found: dict[str, list[float]] = {}
    for line in whole(lines):
        heard = line["generator"] != "silent"
        if heard == any(one["generator"] != "silent" for one in lines):
            late = offsets([film_of(line, heard=heard)], WIDE)
            found.setdefault(line["system"], []).extend(1000 * each for each in late)
    shown = {name: late for name, late in found.items() if len(late) >= 5}
    return histograms(shown, x="sound minus picture (ms)", between=(-50, 50), bins=40) if shown else None


def strip_plot(lines: Sequence[Line]) -> str | None:
    """Return the strip of the film with most true events: true, hits, heard and level; None where nothing is heard."""
    sounding = [line for line in whole(lines) if line["heard"] and line["truth"] and line["levels"]]
    preferred = [line for line in sounding if line["system"] in ("net", "hand")] or sounding
    if not preferred:
        return None
    chosen = max(preferred, key=lambda line: (len(line["truth"]), line["film"]))

    def paint(figure: Figure) -> None:
        axes = plain(figure, x=f"seconds of {chosen['kind'].replace('_', ' ')}, {chosen['system']}", y="", grid="x")
        levels = np.array(chosen["levels"])
        part = np.clip((levels - levels.max() + 50) / 50, 0, 1)
        times = (np.arange(len(levels)) + 0.5) * 0.05
        axes.fill_between(times, 0, 0.9 * part, color=colour(2), alpha=0.4, linewidth=0)
        strips = (("heard", [t for t, _ in chosen["heard"]]), ("hits", [t for t, _ in chosen["hits"]]),
                  ("true", chosen["truth"]))  # fmt: skip
        for number, (_, each) in enumerate(strips, start=1):
            axes.vlines(each, number, number + 0.8, color=INK if number == 3 else colour(number - 1), linewidth=2)
        axes.set_yticks([0.45, 1.4, 2.4, 3.4], ["level", *(name for name, _ in strips)])
        axes.set_xlim(0, chosen["seconds"])
        axes.set_ylim(0, 4)

    return drawn(paint, size=_STRIP_SIZE)
