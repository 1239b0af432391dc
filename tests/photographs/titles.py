"""Frames on which nothing is seen that sounds: titles, credits, slates, colour bars, black. Drawn, not photographed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SIZE = (640, 360)
CREDITS = [
    "DIRECTED BY",
    "A. Nobody",
    "",
    "WRITTEN BY",
    "B. Nobody",
    "",
    "CAMERA",
    "C. Nobody",
    "",
    "SOUND",
    "D. Nobody",
]


def titles() -> dict[str, NDArray[np.uint8]]:
    """Return drawn frames ``uint8 (360, 640, 3)`` RGB by what they are."""
    return {name: np.asarray(image.convert("RGB")) for name, image in (*_cards(), *_blanks())}


def _cards() -> Iterator[tuple[str, Image.Image]]:
    yield "the end, white on black", _lines("black", "white", ["THE END"], 64, "Serif")
    yield "the end, with a line of credit", _lines("black", "white", ["THE END", "", "directed by nobody"], 32)
    yield "a title in italics on dark red", _lines("#400a0a", "#e8d8b0", ["A Winter's Tale"], 56, "Serif-Italic")
    yield "a bold title that fills the frame", _lines("black", "white", ["NOISE"], 170, "Sans-Bold")
    yield "black on white", _lines("white", "black", ["Chapter One", "in which little happens"], 40, "Serif")
    yield "a title on dark blue", _lines("#101c40", "#f0f0f0", ["Ten Years Later"], 44)
    yield "a title on grey", _lines("#30404a", "#f0d020", ["THANKS FOR WATCHING"], 30, "Sans-Bold")
    yield "two lines on green", _lines("#0e3b2e", "white", ["PART II", "the return"], 48, "Serif-Bold")
    yield "credits in one column", _lines("black", "white", CREDITS, 18, "Serif")
    yield "credits in small print", _lines("black", "#cccccc", [" ".join(CREDITS)] * 14, 9)
    yield "a subtitle on black", _at("black", "white", (120, 310), "I never said that it would be easy.", 24)
    yield "a yellow subtitle on black", _at("black", "#ffee40", (170, 318), "What was that sound?", 26)
    yield "typed letters on black", _lines("black", "#40ff60", ["> 06:42 LONDON_"], 34, "SansMono")
    yield "a quotation", _lines("#181818", "#dddddd", ['"We hear with our eyes."', "", "an editor"], 30, "Serif-Italic")
    yield "a title over a gradient", _over(_gradient("#0a0a2a", "#a04010"), "SUNRISE", 60)
    yield "a title with a rule", _ruled()
    yield "a slate with its lines", _slate()
    yield "a countdown", _countdown()
    yield "the name of a company", _company()
    yield "a caption in a bar", _caption()


def _blanks() -> Iterator[tuple[str, Image.Image]]:
    yield "black", Image.new("RGB", SIZE)
    yield "not quite black", Image.new("RGB", SIZE, "#0c0c0c")
    yield "white", Image.new("RGB", SIZE, "white")
    yield "grey", Image.new("RGB", SIZE, "#808080")
    yield "a fade of grey", _gradient("black", "#606060")
    yield "blue screen", Image.new("RGB", SIZE, "#0000c0")
    grain = np.random.default_rng(5).normal(12, 5, (SIZE[1], SIZE[0], 1)).clip(0, 255).repeat(3, axis=2)
    yield "black with grain", Image.fromarray(grain.astype(np.uint8))
    yield "colour bars", _bars()


def _font(size: int, style: str = "Sans") -> ImageFont.FreeTypeFont:
    """One of the DejaVu fonts that matplotlib brings."""
    name = f"matplotlib/mpl-data/fonts/ttf/DejaVu{style}.ttf"
    return ImageFont.truetype(str(Path(distribution("matplotlib").locate_file(name))), size)


def _lines(paper: str, ink: str, lines: list[str], size: int, style: str = "Sans") -> Image.Image:
    return _over(Image.new("RGB", SIZE, paper), "\n".join(lines), size, style, ink)


def _over(image: Image.Image, text: str, size: int, style: str = "Sans", ink: str = "white") -> Image.Image:
    middle = (SIZE[0] / 2, SIZE[1] / 2)
    ImageDraw.Draw(image).multiline_text(middle, text, ink, _font(size, style), anchor="mm", align="center")
    return image


def _at(paper: str, ink: str, place: tuple[int, int], text: str, size: int) -> Image.Image:
    image = Image.new("RGB", SIZE, paper)
    ImageDraw.Draw(image).text(place, text, ink, _font(size))
    return image


def _gradient(top: str, bottom: str) -> Image.Image:
    share = Image.linear_gradient("L").resize(SIZE)
    return Image.composite(Image.new("RGB", SIZE, bottom), Image.new("RGB", SIZE, top), share)


def _ruled() -> Image.Image:
    image = _lines("black", "white", ["NORTH", "a film in four parts"], 36)
    ImageDraw.Draw(image).line((200, 110, 440, 110), "white", 2)
    ImageDraw.Draw(image).line((200, 250, 440, 250), "white", 2)
    return image


def _slate() -> Image.Image:
    image = Image.new("RGB", SIZE, "#202020")
    draw = ImageDraw.Draw(image)
    for row, text in enumerate(("PROD  Nobody's film", "SCENE 12   TAKE 3", "CAM A   25 fps", "23 NOV 2026")):
        draw.rectangle((80, 60 + 60 * row, 560, 112 + 60 * row), outline="white", width=2)
        draw.text((95, 72 + 60 * row), text, "white", _font(24, "SansMono"))
    return image


def _countdown() -> Image.Image:
    image = _lines("#b0b0b0", "black", ["3"], 190, "Sans-Bold")
    draw = ImageDraw.Draw(image)
    for radius in (120, 140):
        draw.ellipse((320 - radius, 180 - radius, 320 + radius, 180 + radius), outline="black", width=4)
    draw.line((0, 180, 640, 180), "black", 2)
    draw.line((320, 0, 320, 360), "black", 2)
    return image


def _company() -> Image.Image:
    image = _at("#0a0a0a", "#d0d0d0", (235, 240), "NOBODY PICTURES", 20)
    ImageDraw.Draw(image).polygon([(320, 90), (380, 210), (260, 210)], outline="#d0d0d0", width=6)
    return image


def _caption() -> Image.Image:
    image = Image.new("RGB", SIZE, "#101010")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 270, 640, 330), "#b01020")
    draw.text((40, 284), "NEWS   nothing has happened today", "white", _font(26, "Sans-Bold"))
    return image


def _bars() -> Image.Image:
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for number, colour in enumerate(("#c0c0c0", "#c0c000", "#00c0c0", "#00c000", "#c000c0", "#c00000", "#0000c0")):
        draw.rectangle((number * 640 / 7, 0, (number + 1) * 640 / 7, 270), colour)
    draw.rectangle((100, 270, 200, 360), "white")
    return image
