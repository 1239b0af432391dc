"""Makes the pages and pictures of the procedural families anew, from the families themselves and their true sounds.

Usage: ``python docs/pictures/refresh_procedural.py [FAMILY …]``; without families all of them, and the table of
``docs/procedural.md``. Pages of families that are gone are removed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import signal

from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import FAMILIES, Family, Procedural
from v2a_foley.generate.procedural.family import Studio
from v2a_foley.generate.procedural.page import family_page, index_rows, shown
from v2a_foley.project import Event, Kind, Layer, default_vocabulary

RATE = 48_000
WIDTH, HEIGHT, BAR = 272, 130, 14
LOW, HIGH = 40.0, 20_000.0
LARGEST = 45_000
"""Bytes of a picture, above which it gets fewer colours."""
DOCS = Path(__file__).resolve().parents[1]
PAGES, PICTURES, INDEX = DOCS / "procedural", DOCS / "pictures" / "procedural", DOCS / "procedural.md"
BEGIN, END = "<!-- families: made by docs/pictures/refresh_procedural.py -->", "<!-- end of families -->"


def sound(family: Family, params: Mapping[str, float | str], seed: int = 1) -> np.ndarray:
    """Make one channel of a sound: one strike of what is struck; what lasts is driven up and down if it follows."""
    built = family.build(family.parse(params), Studio(1, (0, 2)))
    request: dict[str, object] = {}
    if built.play is None:
        kind, samples = Kind.IMPULSE, 3 * RATE
        request["hits"] = ((RATE // 10, 0.9),)
    else:
        kind, samples = Kind.CONTINUOUS, (7 if built.follows else 5) * RATE
        if built.follows:
            request["intensity"] = ((0, 0.05), (samples // 2, 1.0), (samples, 0.3))
    event = Event("x", "x", "X", "X", "X", kind, Layer.FX, -23.0, family.name, params=params)
    made = Procedural().make(SoundRequest(event, samples, channels=1, seed=seed, **request))
    return np.concatenate(list(made.blocks), axis=1)[0]


def spectrogram(wave: np.ndarray) -> Image.Image:
    """Draw 40 Hz to 20 kHz on a logarithmic axis, 75 dB deep, loudest white."""
    hop = max(1, len(wave) // WIDTH)
    size = 4096 if len(wave) > 3 * RATE else 2048
    pad = np.pad(wave, (size // 2, size))
    frames = np.lib.stride_tricks.sliding_window_view(pad, size)[: WIDTH * hop : hop][:WIDTH] * signal.windows.hann(
        size
    )
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges = np.geomspace(LOW, HIGH, HEIGHT + 1) / RATE * size
    rows = []
    for low, high in pairwise(edges):
        first, last = int(low), max(int(low) + 1, int(np.ceil(high)))
        rows.append(power[:, first:last].max(axis=1))
    level = 10 * np.log10(np.array(rows)[::-1] + 1e-12)
    shade = np.clip((level - level.max() + 75) / 75, 0, 1)
    red, green = np.clip(1.6 * shade - 0.3, 0, 1), np.clip(1.9 * shade - 0.9, 0, 1) * 0.95
    blue = np.clip(np.where(shade < 0.5, 1.2 * shade, 1.2 - 1.2 * shade) + np.clip(4 * shade - 3, 0, 1), 0, 1)
    image = Image.fromarray((255 * np.stack([red, green, blue], axis=2)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for hertz in (100, 1000, 10_000):
        y = int(HEIGHT * (1 - np.log(hertz / LOW) / np.log(HIGH / LOW)))
        draw.line((0, y, 5, y), fill=(255, 255, 255))
        draw.text((7, y - 5), f"{hertz // 1000}k" if hertz >= 1000 else str(hertz), fill=(200, 200, 200))
    return image


def sheet(family: Family, columns: int = 3) -> Image.Image:
    """Draw all that is shown of one family, labelled."""
    cells = shown(family)
    columns = min(columns, len(cells))
    rows = -(-len(cells) // columns)
    image = Image.new("RGB", (columns * (WIDTH + 4), rows * (HEIGHT + BAR + 4)), (24, 24, 28))
    draw = ImageDraw.Draw(image)
    for k, params in enumerate(cells):
        x, y = (k % columns) * (WIDTH + 4), (k // columns) * (HEIGHT + BAR + 4)
        wave = sound(family, params)
        image.paste(spectrogram(wave), (x, y + BAR))
        words = ", ".join(f"{key} {value}" for key, value in params.items()) or "as it is"
        draw.text((x + 3, y + 1), f"{words}  ({len(wave) / RATE:g} s)"[:44], fill=(230, 230, 230))
    return image


def main(names: list[str]) -> None:
    """Make the pages and pictures of some families, or of all, and the index."""
    events = tuple(default_vocabulary())
    for folder, suffix in ((PAGES, ".md"), (PICTURES, ".png")):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"*{suffix}"):
            if old.stem not in FAMILIES:
                old.unlink()
    for name in names or list(FAMILIES):
        (PAGES / f"{name}.md").write_text(family_page(FAMILIES[name], events), encoding="utf-8")
        path = PICTURES / f"{name}.png"
        picture = sheet(FAMILIES[name])
        for colours in (32, 16, 8, 6):
            picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size < LARGEST:
                break
        sys.stdout.write(f"{path.name}: {path.stat().st_size / 1000:.0f} kB\n")
    before, rest = INDEX.read_text(encoding="utf-8").split(BEGIN)
    table = "\n".join(index_rows(FAMILIES.values(), events))
    INDEX.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
