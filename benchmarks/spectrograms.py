"""Draws the spectrogram pictures of ``docs/procedural.md``: one sheet a family, made from the true generator.

Usage: ``python benchmarks/spectrograms.py [FAMILY …]``; writes ``docs/pictures/procedural/FAMILY.png``.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import signal

from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import FAMILIES, Procedural
from v2a_foley.project import Event, Kind, Layer

RATE = 48_000
WIDTH, HEIGHT, BAR = 300, 150, 14
LOW, HIGH = 40.0, 20_000.0
PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "procedural"

SHEETS: dict[str, list[tuple[str, float, dict[str, float | str]]]] = {
    "impact": [("impulse", 2, {"material": m}) for m in ("wood", "metal", "glass", "stone", "drum", "body")],
    "footsteps": [("impulse", 3, {"surface": s}) for s in ("concrete", "wood", "gravel", "snow", "metal", "water")],
    "rain": [("ambience", 4, {"surface": s}) for s in ("ground", "roof", "leaves", "window")],
    "wind": [
        ("ambience", 20, {"howl": 0.0}),
        ("ambience", 20, {"howl": 0.8}),
        ("ambience", 20, {"leaves": 0.8, "howl": 0.0}),
    ],
    "water": [
        ("continuous", 20 if k == "surf" else 4, {"kind": k})
        for k in ("stream", "surf", "drip", "splash", "waterfall", "bubbles", "pour", "underwater")
    ],
    "fire": [("continuous", 5, {"size": s}) for s in (0.1, 0.4, 0.9)],
    "engine": [
        ("ramp", 6, {"kind": k, "cylinders": c, "idle_rpm": i, "rev_rpm": r})
        for k, c, i, r in (
            ("car", 4, 800.0, 4500.0),
            ("motorcycle", 2, 1000.0, 6000.0),
            ("truck", 6, 600.0, 2200.0),
            ("propeller", 6, 900.0, 2500.0),
            ("lawnmower", 1, 1800.0, 3200.0),
            ("chainsaw", 1, 2800.0, 9500.0),
        )
    ],
    "bell": [("impulse", 6, {"kind": k}) for k in ("church", "hand", "bicycle", "wind_chime", "gong", "triangle")],
    "clock": [("continuous", 3, {"rate": 2.0, "size": 0.3}), ("continuous", 3, {"rate": 1.0, "size": 0.9})],
    "voice": [
        ("impulse", 4, {"species": s})
        for s in (
            "dog",
            "cat",
            "cow",
            "sheep",
            "horse",
            "lion",
            "wolf",
            "bear",
            "pig",
            "monkey",
            "elephant",
            "frog",
            "owl",
            "rooster",
            "goose",
            "duck",
            "seal",
            "baby",
        )
    ],
    "birds": [
        ("continuous", 5, {"species": s})
        for s in ("songbird", "gull", "crow", "pigeon", "parrot", "chick", "eagle", "cuckoo")
    ],
    "insects": [("continuous", 3, {"kind": k}) for k in ("cricket", "cicada", "bee", "fly", "mosquito", "grasshopper")],
    "jet": [("ramp", 8, {"kind": k}) for k in ("jet", "rocket", "helicopter")],
    "roomtone": [("ambience", 6, {"hum": 0.0}), ("ambience", 6, {"hum": 0.6})],
    "city": [("ambience", 25, {"density": 0.6, "horns": 0.5})],
    "forest": [("ambience", 12, {"birds": 0.6})],
    "whoosh": [("impulse", 3, {"speed": s}) for s in (0.1, 0.5, 0.9)],
    "machine": [
        ("continuous", 4, {"kind": k})
        for k in ("motor", "fan", "drill", "vacuum", "washing", "printer", "sewing", "saw", "projector")
    ],
    "crowd": [("continuous", 5, {"kind": k}) for k in ("babble", "applause", "cheer", "laughter")],
    "rolling": [
        ("continuous", 5, {"kind": k}) for k in ("cart", "bicycle", "train", "skateboard", "wheelchair", "tank")
    ],
    "clicks": [("impulse", 1.5, {"kind": k}) for k in ("typing", "camera", "switch", "gears", "zip", "coins")],
    "strings": [("continuous", 4, {"kind": k}) for k in ("guitar", "piano", "violin", "harp", "banjo", "cello")],
    "wind_instrument": [
        ("continuous", 4, {"kind": k}) for k in ("flute", "trumpet", "sax", "organ", "harmonica", "accordion")
    ],
    "cloth": [("impulse", 3, {"kind": k}) for k in ("rustle", "paper", "leather", "bag")],
    "electric": [
        ("continuous", 5, {"kind": k}) for k in ("siren", "telephone", "alarm", "beep", "buzz", "spark", "horn")
    ],
    "explosion": [("impulse", 5, {"kind": k, "size": 0.7}) for k in ("boom", "thunder", "gunshot", "firework")],
}


def sound(family: str, kind: str, seconds: float, params: dict[str, float | str], seed: int = 1) -> np.ndarray:
    """Make one channel of a sound; the kind ``ramp`` is a continuous sound that is driven up and down."""
    samples = int(seconds * RATE)
    ramp = ((0, 0.0), (int(samples * 0.2), 0.05), (int(samples * 0.65), 1.0), (samples, 0.3)) if kind == "ramp" else ()
    what = Kind.CONTINUOUS if kind == "ramp" else Kind(kind)
    event = Event("x", "x", "X", "X", "X", what, Layer.FX, -23.0, family, params=params)
    request = SoundRequest(event, samples, channels=1, seed=seed, intensity=ramp)
    return np.concatenate(list(Procedural().make(request).blocks), axis=1)[0]


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


def sheet(family: str, columns: int = 3) -> Image.Image:
    """Draw all examples of one family, labelled."""
    cells = SHEETS[family]
    columns = min(columns, len(cells))
    rows = -(-len(cells) // columns)
    image = Image.new("RGB", (columns * (WIDTH + 4), rows * (HEIGHT + BAR + 4)), (24, 24, 28))
    draw = ImageDraw.Draw(image)
    for k, (kind, seconds, params) in enumerate(cells):
        x, y = (k % columns) * (WIDTH + 4), (k // columns) * (HEIGHT + BAR + 4)
        image.paste(spectrogram(sound(family, kind, seconds, params)), (x, y + BAR))
        words = ", ".join(f"{key} {value}" for key, value in params.items())
        draw.text((x + 3, y + 1), f"{words}  ({seconds:g} s)"[:48], fill=(230, 230, 230))
    return image


def main(families: list[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    missing = set(FAMILIES) - set(SHEETS)
    if missing:
        raise SystemExit(f"no pictures planned for {', '.join(sorted(missing))}")
    for family in families or list(SHEETS):
        path = PICTURES / f"{family}.png"
        picture = sheet(family)
        for colours in (64, 32, 16, 8, 6):
            picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size < 60_000:
                break
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
