"""Seeded backgrounds of many sorts, for scenes to happen before: ``uint8 (height, width, 3)`` RGB, nothing moves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from benchmarks.sync import drawing
from v2a_foley.errors import DependencyMissing

Size = tuple[int, int]
"""Width and height in pixels."""


def background(rng: np.random.Generator, size: Size, sort: str | None = None) -> np.ndarray:
    """Return a background of a named sort (see ``SORTS``), or of any."""
    return SORTS[sort or str(rng.choice(list(SORTS)))](rng, size)


def texture(rng: np.random.Generator, size: Size, base: drawing.Colour, rough: float = 0.15) -> np.ndarray:
    """Return one material: a colour with seeded roughness (0..1) of a random grain, for floors and things."""
    grain = _field(rng, size, float(rng.uniform(0.6, 2.0)))[..., None]
    return _picture(np.array(base, np.float32) * (1 + rough * grain))


def photograph(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return colour noise with the spectrum of photographs (amplitude falls with frequency), lit unevenly."""
    slope = float(rng.uniform(0.9, 1.7))
    light, red, blue = (_field(rng, size, slope + extra) for extra in (0.0, 0.3, 0.3))
    base, spread = rng.uniform(60, 180), rng.uniform(15, 55)
    tint = rng.uniform(-25, 25, 3)
    planes = [light + 0.5 * red, light, light + 0.5 * blue]
    return _picture(np.stack([base + tint[i] + spread * planes[i] for i in range(3)], axis=2))


def gradient(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return a smooth run of two or three colours in some direction."""
    u, v = _places(size)
    turn = rng.uniform(0, 2 * np.pi)
    way = np.cos(turn) * u + np.sin(turn) * v
    way = (way - way.min()) / max(float(np.ptp(way)), 1e-6)
    stops = [np.array(drawing.colour(rng, vivid=0.6), np.float32) for _ in range(int(rng.integers(2, 4)))]
    at = np.linspace(0, 1, len(stops))
    return _picture(np.stack([np.interp(way, at, [s[i] for s in stops]) for i in range(3)], axis=2))


def cloudy(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return blurred noise between two colours."""
    part = 1 / (1 + np.exp(-2 * _field(rng, size, float(rng.uniform(1.6, 2.4)))))[..., None]
    first, second = (np.array(drawing.colour(rng, vivid=0.7), np.float32) for _ in range(2))
    return _picture(first + part * (second - first))


def bricks(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return a wall of bricks or tiles."""
    width, height = size
    tall = float(rng.uniform(0.03, 0.12)) * height
    wide = tall * float(rng.uniform(1.0, 3.0))
    base, joint = drawing.colour(rng, dark=0.2, light=0.8, vivid=0.6), drawing.colour(rng, vivid=0.2)
    picture = texture(rng, size, joint, 0.1)
    offset = float(rng.choice([0.0, 0.5]))
    gap = max(1.0, tall * float(rng.uniform(0.04, 0.15)))
    for row in range(int(height / tall) + 2):
        for column in range(-1, int(width / wide) + 2):
            centre = ((column + 0.5 + offset * (row % 2)) * wide, (row + 0.5) * tall)
            fill = drawing.shade(base, float(rng.uniform(0.8, 1.2)))
            drawing.box(picture, *centre, wide - gap, tall - gap, fill)
    return _grained(rng, picture, 0.06)


def wood(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return boards of wood with their grain, lying or standing."""
    width, height = size
    across = bool(rng.integers(2))
    long, wide = (width, height) if across else (height, width)
    boards = int(rng.integers(3, 10))
    base = np.array([rng.uniform(90, 200), rng.uniform(60, 140), rng.uniform(30, 90)], np.float32)
    rows = []
    for edges in np.array_split(np.arange(wide), boards):
        bend = 4 * _field(rng, (long, len(edges)), 2.2)
        rings = np.sin((np.arange(len(edges))[:, None] + bend) * rng.uniform(0.3, 1.2) + rng.uniform(0, 6))
        plank = (base * rng.uniform(0.8, 1.15)) * (1 + 0.08 * rings[..., None])
        plank[-1:] *= 0.6
        rows.append(plank)
    picture = np.concatenate(rows)
    return _picture(picture if across else picture.transpose(1, 0, 2))


def indoors(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return a room: wall, floor, a skirting, some frames and furniture as plain shapes."""
    width, height = size
    line = int(height * rng.uniform(0.55, 0.85))
    picture = texture(rng, size, drawing.colour(rng, dark=0.4, light=0.9, vivid=0.35), 0.05)
    picture[line:] = texture(rng, size, drawing.colour(rng, dark=0.15, light=0.6, vivid=0.5), 0.2)[line:]
    drawing.box(picture, width / 2, line, width + 4, height * 0.02, drawing.colour(rng, vivid=0.2))
    for _ in range(int(rng.integers(0, 5))):
        x, wide, tall = rng.uniform(0, width), rng.uniform(0.05, 0.25) * width, rng.uniform(0.1, 0.4) * height
        y = line - tall / 2 if rng.uniform() < 0.5 else rng.uniform(0.1, 0.45) * height
        fill = drawing.colour(rng, dark=0.15, light=0.8, vivid=0.5)
        drawing.box(picture, x, y, wide, tall, fill)
        drawing.box(picture, x, y, wide * 0.85, tall * 0.85, drawing.shade(fill, float(rng.uniform(0.7, 1.3))))
    return _lit(rng, _grained(rng, picture, 0.04))


def outdoors(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return a landscape: sky, hills or houses on the horizon, ground."""
    width, height = size
    line = int(height * rng.uniform(0.4, 0.75))
    blue = np.linspace(rng.uniform(0.6, 0.9), 1.0, height)[:, None, None]
    sky = np.array([rng.uniform(110, 200), rng.uniform(150, 215), rng.uniform(190, 250)], np.float32)
    clouds = np.clip(_field(rng, size, 1.9), 0, 2)[..., None]
    picture = _picture(blue * sky + 30 * rng.uniform(0, 1.2) * clouds)
    for depth in range(int(rng.integers(1, 4))):
        fill = drawing.colour(rng, dark=0.15 + 0.1 * depth, light=0.5, vivid=0.45)
        if rng.uniform() < 0.5:
            x = np.linspace(0, width, 60)
            hills = line - height * rng.uniform(0.02, 0.25) * (1 + np.sin(x / width * rng.uniform(3, 14) + 6 * depth))
            drawing.polygon(
                picture, np.concatenate([np.stack([x, hills], 1), [[width, line + 2], [0, line + 2]]]), fill
            )
        else:
            for _ in range(int(rng.integers(2, 8))):
                x, wide, tall = rng.uniform(0, width), rng.uniform(0.04, 0.2) * width, rng.uniform(0.05, 0.4) * height
                drawing.box(picture, x, line - tall / 2, wide, tall, drawing.shade(fill, float(rng.uniform(0.7, 1.3))))
    green = drawing.colour(rng, dark=0.2, light=0.5, vivid=0.5)
    picture[line:] = texture(rng, size, green, float(rng.uniform(0.1, 0.4)))[line:]
    return _grained(rng, picture, 0.05)


def pattern(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return scattered shapes of many colours over a ground: wallpaper, foliage, a crowd seen from afar."""
    width, height = size
    picture = cloudy(rng, size)
    reach = float(rng.uniform(0.01, 0.08)) * height
    vivid = float(rng.uniform(0.1, 0.9))
    for _ in range(int(rng.integers(20, 160))):
        x, y, fill = rng.uniform(0, width), rng.uniform(0, height), drawing.colour(rng, vivid=vivid)
        long, wide, turn = reach * rng.uniform(0.5, 2), reach * rng.uniform(0.5, 2), rng.uniform(0, np.pi)
        draw = drawing.box if rng.uniform() < 0.5 else drawing.ellipse
        draw(picture, x, y, long, wide, fill, turn)
    return picture


def plain(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return one colour, from black to white."""
    width, height = size
    return np.full((height, width, 3), drawing.colour(rng, vivid=0.5), np.uint8)


def photo(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Return a part of a real photograph that scikit-image brings, sometimes mirrored and in other colours."""
    picture = _photo(str(rng.choice(_PHOTOS)))
    height, width = picture.shape[:2]
    share = float(rng.uniform(0.5, 1.0)) * min(width / size[0], height / size[1])
    wide, tall = int(size[0] * share), int(size[1] * share)
    left, top = int(rng.integers(0, width - wide + 1)), int(rng.integers(0, height - tall + 1))
    part = picture[top : top + tall, left : left + wide]
    if rng.uniform() < 0.5:
        part = part[:, ::-1]
    part = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    if rng.uniform() < 0.5:
        part = part[..., rng.permutation(3)] * rng.uniform(0.6, 1.2, 3)
    return _picture(part)


SORTS: dict[str, Callable[[np.random.Generator, Size], np.ndarray]] = {
    "photograph": photograph, "gradient": gradient, "cloudy": cloudy, "bricks": bricks, "wood": wood,
    "indoors": indoors, "outdoors": outdoors, "pattern": pattern, "plain": plain,
    "photo": photo,
}  # fmt: skip
"""Every sort of background by name."""


_PHOTOS = (
    "astronaut.png", "brick.png", "chelsea.png", "coffee.png", "coins.png", "grass.png", "gravel.png",
    "hubble_deep_field.jpg", "motorcycle_left.png", "rocket.jpg",
)  # fmt: skip


@cache
def _photo(name: str) -> np.ndarray:
    from PIL import Image

    folder = find_spec("skimage")
    if folder is None or folder.origin is None:
        raise DependencyMissing("scikit-image is not installed.", hint="Run: pip install 'v2a-foley[demo]'")
    with Image.open(Path(folder.origin).parent / "data" / name) as picture:
        return np.asarray(picture.convert("RGB"))


def _field(rng: np.random.Generator, size: Size, slope: float) -> np.ndarray:
    """Return smooth noise, ``float32 (height, width)`` of mean 0 and deviation 1: amplitude ~ 1 / frequency^slope."""
    width, height = size
    spectrum = np.fft.rfft2(rng.standard_normal((height, width), dtype=np.float32))
    reach = np.hypot(np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width)[None, :] * height)
    spectrum /= np.maximum(reach, 1.0) ** slope
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(height, width)).astype(np.float32)
    return field / max(float(field.std()), 1e-6)


def _places(size: Size) -> tuple[np.ndarray, np.ndarray]:
    width, height = size
    v, u = np.mgrid[0:height, 0:width].astype(np.float32)
    return u / width, v / height


def _picture(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.clip(values, 0, 255).astype(np.uint8))


def _grained(rng: np.random.Generator, picture: np.ndarray, rough: float) -> np.ndarray:
    grain = _field(rng, (picture.shape[1], picture.shape[0]), 1.0)[..., None]
    return _picture(picture * (1 + rough * grain))


def _lit(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    u, v = _places((picture.shape[1], picture.shape[0]))
    x, y = rng.uniform(0, 1, 2)
    light = 1.15 - rng.uniform(0.1, 0.6) * np.hypot(u - x, v - y)
    return _picture(cv2.GaussianBlur(picture, (3, 3), 0) * light[..., None])
