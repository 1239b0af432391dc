"""How every drawing looks, and how it becomes SVG that a page can hold. What is drawn stands beside this file.

Words stay words (they can be searched, and read aloud), lines and words take the colour of the text around them, and
the ground is transparent, so that one drawing does for a light page and a dark one. matplotlib's own settings, the
user's among them, are left as they are: ours hold while a drawing is made, by one thread at a time.
"""

from __future__ import annotations

import hashlib
import io
import re
import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from v2a_foley.errors import DependencyMissing
from v2a_foley.files import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (460.0, 300.0)
"""Width and height of a drawing, in the units of its letters: small enough for a telephone to show it readably."""
LETTERS = 13.0
COLOURS = ("#1f78c1", "#d15a00", "#008f68", "#b0559a", "#a07400", "#5f6fd0")
"""Of series, in their order: told apart by the colour-blind, and at least 3 : 1 against a white page and a dark one."""
MARKERS = ("o", "s", "^", "D", "v", "P")
"""Of series, in their order, so that colour is never the only difference."""
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), (0, (8, 3)), (0, (3, 1.5)))
"""Of lines, in the order of their series."""
INK = "#010203"
"""Stands for the colour of the text around the drawing until it is done."""
FAINT = 0.16
"""How opaque the grid is."""
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif"
_LIGHT, _DARK = ("#1c1f24", "#ffffff"), ("#ebeff4", "#161b22")
"""Ink and ground of a drawing that stands alone."""
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LINE = 60
"""Letters of a legend that go into one line of it."""
_REFERRING = {"href", "clip-path"}
"""The attributes by which one part of a drawing names another."""
_NAMED = re.compile(r"#([\w-]+)")
_ONE = threading.Lock()
_SETTINGS: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "both",
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.labelsize": LETTERS,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "figure.dpi": 72,
    "figure.facecolor": "none",
    "font.family": ["DejaVu Sans"],  # it comes with matplotlib: the same room for words everywhere
    "font.size": LETTERS,
    "grid.alpha": FAINT,
    "grid.color": INK,
    "grid.linewidth": 0.8,
    "legend.fontsize": LETTERS - 1,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.labelcolor": INK,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
    "savefig.dpi": 72,
    "svg.fonttype": "none",
    "svg.hashsalt": "v2a_foley",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "xtick.labelsize": LETTERS - 1,
    "ytick.color": INK,
    "ytick.labelsize": LETTERS - 1,
}


def drawn(paint: Callable[[Figure], None], *, size: tuple[float, float] = SIZE) -> str:
    """Return what is painted on an empty figure, as one ``<svg>`` element; the same numbers give the same text.

    Args:
        paint: is given the figure, whose parts arrange themselves (constrained layout).
        size: width and height; words are ``LETTERS`` high in the same units.

    Raises:
        DependencyMissing: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DependencyMissing(
            "Plots need matplotlib, which is not installed.", hint="Run: pip install 'v2a-foley[train]'"
        ) from error
    with _ONE, mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)  # the reader's fonts have it
        mpl.rcParams.update({name: value for name, value in mpl.rcParamsDefault.items() if _is_looks(name)})
        mpl.rcParams.update(_SETTINGS)
        figure = Figure(figsize=(size[0] / 72, size[1] / 72), layout="constrained")
        paint(figure)
        written = io.BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _cleaned(written.getvalue(), size)


def plain(figure: Figure, *, x: str, y: str, grid: str = "both") -> Axes:
    """Return the axes of a figure that has one pair of them.

    Args:
        figure: an empty one.
        x: what lies across.
        y: what lies up.
        grid: ``both``, ``x`` or ``y``: which values have lines.
    """
    axes = figure.add_subplot()
    axes.set_xlabel(word(x))
    axes.set_ylabel(word(y))
    for each in {"x", "y"} - ({"x", "y"} if grid == "both" else {grid}):
        getattr(axes, f"{each}axis").grid(visible=False)
    axes.tick_params(length=0, pad=5)
    return axes


def legend(figure: Figure, *axes: Axes) -> None:
    """Name the series above the drawing, where they hide nothing."""
    named = [pair for each in axes for pair in zip(*each.get_legend_handles_labels(), strict=True)]
    if named:
        widest, all_of_them = max(len(label) for _, label in named), sum(len(label) + 5 for _, label in named)
        figure.legend(
            [handle for handle, _ in named],
            [label for _, label in named],
            loc="outside upper left",
            ncols=len(named) if all_of_them < _LINE else max(1, _LINE // (widest + 6)),
            columnspacing=1.4,
        )


def word(name: str) -> str:
    """Return a name as a drawing can hold it; matplotlib leaves out of a legend what begins with an underscore."""
    shown = "".join(letter if letter.isprintable() else " " for letter in readable(name))
    return f"\u200b{shown}" if shown.startswith("_") else shown


def colour(number: int) -> str:
    """Return the colour of a series."""
    return COLOURS[number % len(COLOURS)]


def standalone(svg: str) -> str:
    """Return a drawing as the content of a file of its own, with a ground, for light and dark surroundings."""
    (ink, ground), (dark_ink, dark_ground) = _LIGHT, _DARK
    looks = (
        f"<style>:root{{color:{ink};background:{ground}}}"
        f"@media (prefers-color-scheme:dark){{:root{{color:{dark_ink};background:{dark_ground}}}}}</style>"
    )
    opening, bracket, rest = svg.partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{opening}{bracket}{looks}{rest}\n'


def _is_looks(name: str) -> bool:
    """Tell whether a setting of matplotlib's decides how a drawing looks, and not where it goes."""
    return not name.startswith(("backend", "interactive", "toolbar", "tk.", "webagg", "keymap", "savefig.directory"))


def _cleaned(written: bytes, size: tuple[float, float]) -> str:
    """Return matplotlib's file as one element for a page: names of its own, our fonts, the text's colour."""
    root = ET.fromstring(written)  # noqa: S314 - written a moment ago by matplotlib, from our numbers
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style"):  # a style would reach beyond the drawing
                parent.remove(child)
        _share_style(parent)
    named = {each.get("id", "") for each in root.iter()}
    used = {name for each in root.iter() for name in _NAMED.findall("\n".join(each.attrib.values())) if name in named}
    own = f"p{hashlib.sha256(written).hexdigest()[:8]}"
    short = {name: f"{own}-{number}" for number, name in enumerate(sorted(used))}
    for each in root.iter():
        each.tag = each.tag.removeprefix(_SVG)
        if _HREF in each.attrib:
            each.set("href", each.attrib.pop(_HREF))
        name = each.attrib.pop("id", "")
        if name in short:
            each.set("id", short[name])
        for key, value in each.attrib.items():
            mine = _NAMED.sub(lambda found: f"#{short.get(found[1], found[1])}", value) if key in _REFERRING else value
            each.set(key, mine.replace(INK, "currentColor").replace(" font-family: 'DejaVu Sans';", ""))
    root.attrib.clear()
    root.attrib.update(
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {size[0]:g} {size[1]:g}",
            "class": "plot",
            "stroke-linejoin": "round",
            "font-family": _FONT,
        }
    )
    result = ET.tostring(root, encoding="unicode")
    result = re.sub(r"\s+(?=[<>]|z?\s*\")", "", re.sub(r">\s+<", "><", result))
    return _rounded(result)


def _share_style(group: ET.Element) -> None:
    """Say once for a group how its points look, where all of them look the same."""
    looks = {each.get("style") for each in group}
    if len(group) > 1 and len(looks) == 1 and None not in looks and {each.tag for each in group} == {f"{_SVG}use"}:
        for each in group:
            group.set("style", each.attrib.pop("style"))


def _rounded(svg: str) -> str:
    """Return a drawing whose places are given to a hundredth; words are left as they are."""
    pieces = re.split(r"(<text\b.*?</text>)", svg, flags=re.DOTALL)
    shorter = [
        re.sub(r"(?<=\d\.\d\d)\d+", "", piece) if not number % 2 else piece for number, piece in enumerate(pieces)
    ]
    return "".join(shorter)
