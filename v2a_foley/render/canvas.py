"""A surface to draw reports on: smooth shapes, and lettering that fits its place. What is drawn is decided elsewhere.

Everything is drawn at twice its size and reduced, since Pillow's shapes have hard edges. Pillow's own typeface knows
little more than ASCII; a text that needs more is set in one of the system's, and where there is none, its accents go.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Point = tuple[float, float]

_TWICE = 2
_SYSTEM_FONTS = (
    "NotoSans-Regular.ttf",
    "DejaVuSans.ttf",
    "Arial Unicode.ttf",
    "Arial.ttf",
    "arial.ttf",
    "segoeui.ttf",
    "LiberationSans-Regular.ttf",
    "Helvetica.ttc",
    "NotoSansCJK-Regular.ttc",
)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def _own(size: int) -> Font:
    return ImageFont.load_default(size)


@cache
def _system(size: int) -> tuple[ImageFont.FreeTypeFont, ...]:
    found = []
    for name in _SYSTEM_FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(found)


@cache
def _has(font: Font, letter: str) -> bool:
    """Tell whether a typeface has a letter: its picture is not that of a letter which nobody has."""
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


def lettering(text: str, size: int) -> tuple[Font, str]:
    """Return the typeface for a text at a size in pixels, and the text as that typeface can set it."""
    shown = unicodedata.normalize("NFC", "".join(letter if letter.isprintable() else " " for letter in text))
    for font in (_own(size), *_system(size)):
        if all(_has(font, letter) for letter in set(shown)):
            return font, shown
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(letter))
    font = _own(size)
    return font, "".join(letter if _has(font, letter) else "?" for letter in plain)


def text_width(text: str, size: int) -> float:
    """Return how wide a text is, in pixels."""
    font, shown = lettering(text, size)
    return float(font.getlength(shown))


def fitted(text: str, size: int, width: float) -> str:
    """Shorten a text, with an ellipsis, until it is at most ``width`` pixels wide."""
    if text_width(text, size) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip(" ,") + "…", size) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip(" ,") + "…" if low else ""


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """Return a colour between two; ``share`` is the first one's, 0 to 1."""
    red, green, blue = (round(share * a + (1 - share) * b) for a, b in zip(colour, other, strict=True))
    return red, green, blue


class Canvas:
    """A picture of a size in pixels, on which coordinates are pixels and may be fractions."""

    def __init__(self, width: int, height: int, ground: Colour) -> None:
        """Begin with one colour."""
        self.width, self.height, self.ground = width, height, ground
        self._image = Image.new("RGB", (width * _TWICE, height * _TWICE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, width: float, height: float, fill: Colour, *, radius: float = 0) -> None:
        """Fill a rectangle, with rounded corners where asked for; one that is nowhere is left out."""
        if width <= 0 or height <= 0:
            return
        corners = _doubled([(left, top), (left + width, top + height)])
        right, bottom = corners[1][0] - 1, corners[1][1] - 1
        area = (*corners[0], max(corners[0][0], right), max(corners[0][1], bottom))
        self._draw.rounded_rectangle(area, radius * _TWICE, fill)

    def frame(self, left: float, top: float, width: float, height: float, line: Colour, *, radius: float = 0) -> None:
        """Draw the outline of a rectangle, one pixel and a half thick."""
        corners = _doubled([(left, top), (left + width, top + height)])
        self._draw.rounded_rectangle((*corners[0], *corners[1]), radius * _TWICE, None, line, 3)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """Fill a polygon."""
        if len(points) >= 3:
            self._draw.polygon(_doubled(points), fill)

    def line(self, points: Sequence[Point], colour: Colour, *, width: float = 1) -> None:
        """Draw a line through points."""
        self._draw.line(_doubled(points), colour, max(1, round(width * _TWICE)), joint="curve")

    def disc(self, centre: Point, radius: float, fill: Colour) -> None:
        """Fill a circle."""
        (x, y), r = centre, radius
        self._draw.ellipse([value for point in _doubled([(x - r, y - r), (x + r, y + r)]) for value in point], fill)

    def text(self, place: Point, text: str, size: int, colour: Colour, *, anchor: str = "ls", room: float = 0) -> float:
        """Write a text and return its width.

        Args:
            place: where its anchor lies.
            text: one line.
            size: in pixels.
            colour: of the letters.
            anchor: Pillow's two letters; ``ls`` is left and on the baseline, ``rs`` right, ``ms`` in the middle.
            room: width that it must fit in, shortened with an ellipsis; 0 for as much as it takes.
        """
        shown = fitted(text, size, room) if room > 0 else text
        font, shown = lettering(shown, size * _TWICE)
        self._draw.text((place[0] * _TWICE, place[1] * _TWICE), shown, colour, font, anchor)
        return float(font.getlength(shown)) / _TWICE

    def picture(
        self, frame: NDArray[np.uint8], left: float, top: float, width: int, height: int, *, radius: int = 0
    ) -> None:
        """Paste a picture ``uint8 (h, w, 3)``, scaled to a size, with rounded corners."""
        size = (width * _TWICE, height * _TWICE)
        scaled = Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS)
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius * _TWICE, 255)
        self._image.paste(scaled, (round(left * _TWICE), round(top * _TWICE)), mask)

    def finished(self) -> Image.Image:
        """Return the picture at its size."""
        return self._image.resize((self.width, self.height), Image.Resampling.BOX)


def _doubled(points: Sequence[Point]) -> list[tuple[float, float]]:
    return [(x * _TWICE, y * _TWICE) for x, y in points]
