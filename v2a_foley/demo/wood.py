"""The surfaces of the rendered shot: a planked table under a lamp, and painted maple blocks. Linear light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]

_FACE = 256
_PER_METRE = 640


def grain(width: int, height: int, seed: int, *, along: int, across: float) -> Pixels:
    """Return wood grain, ``float32 (height, width)`` around 0 with a spread of about 1, running along the width.

    Args:
        width: pixels along the grain.
        height: pixels across it.
        seed: which piece of wood.
        along: pixels over which a streak lasts.
        across: pixels of a fine streak's thickness.
    """
    import cv2

    rng = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for octave, weight in ((1, 0.8), (3, 0.7), (9, 0.6)):
        coarse = rng.standard_normal((max(4, int(height / across / octave)), max(4, 2 * width // (along * octave))))
        total += weight * cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(total / max(float(total.std()), 1e-6), np.float32)


def table_top(
    rays: NDArray[np.float64], eye: tuple[float, float, float], lamp: NDArray[np.float64], ambient: float
) -> tuple[Pixels, Pixels]:
    """Return the empty table as the camera sees it, at half the rays' fineness.

    Args:
        rays: directions ``(2 h, 2 w, 3)``.
        eye: where they start, metres.
        lamp: where the light is, metres.
        ambient: light from everywhere, against the lamp's at the middle of the table.

    Returns:
        What the lamp alone makes of it, and what the room's light makes of it with the dark behind, each
        ``float32 (h, w, 3)``, linear.
    """
    import cv2

    rays = rays.astype(np.float32)
    down = np.minimum(rays[..., 2], np.float32(-1e-4))
    reach = -eye[2] / down
    x, y = eye[0] + rays[..., 0] * reach, eye[1] + rays[..., 1] * reach
    planks, span = _planks(), 4.0
    where_x = ((y + 1.6) % span * _PER_METRE).astype(np.float32)
    where_y = ((x + span / 2) % span * _PER_METRE).astype(np.float32)
    wood = cv2.remap(planks, where_x, where_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    away = np.stack([lamp[0] - x, lamp[1] - y, np.full_like(x, lamp[2])], axis=-1)
    distance = np.linalg.norm(away, axis=-1)
    full = float(np.linalg.norm(lamp))
    direct = 1.25 * away[..., 2] / distance * (full / distance) ** 2
    pool = np.exp(-((x / 1.25) ** 2) - (np.maximum(y, 0) / 1.0) ** 2 - (np.minimum(y, 0) / 1.6) ** 2)
    fade = np.clip((y - 0.75) / 1.6, 0, 1) ** 1.2
    fade = np.where(rays[..., 2] < -1e-4, fade, 1.0)
    tilt = np.clip(rays[..., 2] / np.linalg.norm(rays, axis=-1) + 0.10, -0.15, 0.3)
    wall = np.array([0.020, 0.017, 0.016]) * (1 + 2.2 * np.exp(-((tilt / 0.11) ** 2)))[..., None]
    keep = (1 - fade)[..., None]
    size = (rays.shape[1] // 2, rays.shape[0] // 2)

    def small(picture: NDArray[np.float64]) -> Pixels:
        return np.asarray(cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)

    lit = small(wood * (direct * pool)[..., None] * keep)
    room = small(wood * (ambient * (0.35 + 0.65 * pool))[..., None] * keep + wall * fade[..., None])
    return lit, room


def _planks() -> Pixels:
    """Return a table of oiled oak planks, 4 m square, ``float32 (n, n, 3)``; the grain runs along the rows."""
    size, wide = 4 * _PER_METRE, int(0.16 * _PER_METRE)
    rng = np.random.default_rng(11)
    wood = np.zeros((size, size, 3), np.float32)
    base = np.array([0.30, 0.155, 0.072], np.float32)
    for number, top in enumerate(range(0, size, wide)):
        rows = min(wide, size - top)
        streaks = grain(size, rows, 100 + number, along=220, across=2.2)
        tone = 1 + 0.16 * float(rng.standard_normal())
        shade = tone * np.exp(0.17 * streaks)[..., None] * np.array([1.0, 1.0 + 0.02 * tone, 1.0], np.float32)
        wood[top : top + rows] = base * shade
        edge = np.minimum(np.arange(rows), np.arange(rows)[::-1]).astype(np.float32)
        wood[top : top + rows] *= (1 - 0.75 * np.exp(-((edge / 1.3) ** 2)))[:, None, None]
    return wood


def block_faces(letter: str, paint: tuple[float, float, float]) -> dict[str, Pixels]:
    """Return the painted faces of a block by name, each ``float32 (256, 256, 3)``, upright as seen from outside."""
    names = ("front", "right", "back", "left", "top")
    return {name: _face(letter, paint, 17 * ord(letter) + number) for number, name in enumerate(names)}


def _face(letter: str, paint: tuple[float, float, float], seed: int) -> Pixels:
    """Return one face: maple, a painted frame, the letter, and edges worn bright."""
    import cv2
    from PIL import Image, ImageDraw, ImageFont

    fine = 4 * _FACE
    maple = (
        np.array([0.66, 0.47, 0.27], np.float32)
        * np.exp(0.09 * grain(_FACE, _FACE, seed, along=90, across=3))[..., None]
    )
    stencil = Image.new("L", (fine, fine), 0)
    draw = ImageDraw.Draw(stencil)
    draw.rounded_rectangle((0.075 * fine, 0.075 * fine, 0.925 * fine, 0.925 * fine), 0.06 * fine, fill=255)
    draw.rounded_rectangle((0.145 * fine, 0.145 * fine, 0.855 * fine, 0.855 * fine), 0.03 * fine, fill=0)
    font = ImageFont.load_default(0.66 * fine)
    draw.text((fine / 2, fine / 2), letter, font=font, fill=255, anchor="mm", stroke_width=fine // 48)
    ink = np.asarray(stencil.resize((_FACE, _FACE), Image.Resampling.BOX), np.float32)[..., None] / 255
    worn = 0.93 + 0.05 * grain(_FACE, _FACE, seed + 5, along=40, across=2)[..., None]
    face = maple * (1 - ink) + np.array(paint, np.float32) * worn * ink
    reach = np.minimum(np.arange(_FACE), np.arange(_FACE)[::-1]).astype(np.float32)
    edge = np.minimum.outer(reach, reach)[..., None]
    face = face * (1 + 0.45 * np.exp(-(((edge - 3) / 3) ** 2))) * (1 - 0.25 * np.exp(-((edge / 1.5) ** 2)))
    return np.asarray(cv2.GaussianBlur(face, (0, 0), 0.6), np.float32)
