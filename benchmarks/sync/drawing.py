"""Drawing aids that every kind of scene shares: colours, and anti-aliased shapes at sub-pixel places.

Pictures are ``uint8 (height, width, 3)`` RGB and are drawn on in place; places and sizes are floats in pixels, from the
left and from the top; the centre of the first pixel is (0, 0). Backgrounds live in ``backgrounds``.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

Colour = tuple[int, int, int]
Point = tuple[float, float]

_SHIFT = 4
_FAR = 20_000.0
"""Pixels; what lies further out is drawn at this distance, within what OpenCV's integers hold."""


def colour(rng: np.random.Generator, *, dark: float = 0.0, light: float = 1.0, vivid: float = 1.0) -> Colour:
    """Return a random colour: its lightness between two bounds (0..1), its saturation up to ``vivid`` (0..1)."""
    red, green, blue = colorsys.hls_to_rgb(rng.uniform(), rng.uniform(dark, light), rng.uniform(0, vivid))
    return round(255 * red), round(255 * green), round(255 * blue)


def contrasting(rng: np.random.Generator, ground: np.ndarray, *, least: float = 60.0) -> Colour:
    """Return a random colour that stands out from a picture's mean by a distance in RGB (best of 20 tries)."""
    mean = ground.reshape(-1, 3).mean(axis=0)
    best: Colour = (255, 255, 255)
    furthest = -1.0
    for _ in range(20):
        tried = colour(rng, dark=0.05, light=0.95)
        away = float(np.linalg.norm(np.array(tried) - mean))
        if away >= least:
            return tried
        if away > furthest:
            best, furthest = tried, away
    return best


def shade(base: Colour, factor: float) -> Colour:
    """Return a colour made darker (factor under 1) or lighter (over 1)."""
    red, green, blue = (int(min(255, max(0, round(c * factor)))) for c in base)
    return red, green, blue


def _fixed(value: float) -> int:
    return round(min(_FAR, max(-_FAR, value)) * 2**_SHIFT)


def disc(picture: np.ndarray, x: float, y: float, radius: float, fill: Colour) -> None:
    """Draw a filled circle."""
    if radius > 0:
        cv2.circle(picture, (_fixed(x), _fixed(y)), _fixed(radius), fill, -1, cv2.LINE_AA, _SHIFT)


def ring(picture: np.ndarray, x: float, y: float, radius: float, fill: Colour, thickness: int = 1) -> None:
    """Draw a circle's line, some whole pixels thick."""
    if radius > 0:
        cv2.circle(picture, (_fixed(x), _fixed(y)), _fixed(radius), fill, thickness, cv2.LINE_AA, _SHIFT)


def ball(picture: np.ndarray, x: float, y: float, radius: float, fill: Colour, turn: float = 0.0) -> None:
    """Draw a ball with a lit side and a seam that shows how far it has turned (radians)."""
    disc(picture, x, y, radius, shade(fill, 0.7))
    disc(picture, x - radius * 0.08, y - radius * 0.08, radius * 0.9, fill)
    seam = (radius * 0.8 * np.cos(turn), radius * 0.8 * np.sin(turn))
    capsule(picture, (x - seam[0], y - seam[1]), (x + seam[0], y + seam[1]), radius * 0.16, shade(fill, 0.5))
    disc(picture, x - radius * 0.35, y - radius * 0.4, radius * 0.25, shade(fill, 1.6))


def ellipse(
    picture: np.ndarray, x: float, y: float, across: float, down: float, fill: Colour, turn: float = 0.0
) -> None:
    """Draw a filled ellipse: its half axes, turned by radians (clockwise on the screen)."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    u, v = across * np.cos(angle), down * np.sin(angle)
    cos, sin = np.cos(turn), np.sin(turn)
    polygon(picture, np.stack([x + u * cos - v * sin, y + u * sin + v * cos], axis=1), fill)


def polygon(picture: np.ndarray, points: np.ndarray | Sequence[Point], fill: Colour) -> None:
    """Draw a filled polygon of any shape: ``(n, 2)`` corners."""
    corners = np.round(np.clip(np.asarray(points, np.float64), -_FAR, _FAR) * 2**_SHIFT).astype(np.int32)
    cv2.fillPoly(picture, [corners], fill, cv2.LINE_AA, _SHIFT)


def box(picture: np.ndarray, x: float, y: float, width: float, height: float, fill: Colour, turn: float = 0.0) -> None:
    """Draw a filled rectangle about its centre, turned by radians (clockwise on the screen)."""
    cos, sin = np.cos(turn) / 2, np.sin(turn) / 2
    along, across = np.array([width * cos, width * sin]), np.array([-height * sin, height * cos])
    centre = np.array([x, y])
    polygon(picture, np.array([centre - along - across, centre + along - across,
                               centre + along + across, centre - along + across]), fill)  # fmt: skip


def capsule(picture: np.ndarray, start: Point, end: Point, width: float, fill: Colour) -> None:
    """Draw a line with round ends: a limb, a stick, a cable; its width in pixels may be a fraction."""
    (x, y), (u, v) = start, end
    length = float(np.hypot(u - x, v - y))
    half = width / 2
    if length > 0:
        side = (-(v - y) / length * half, (u - x) / length * half)
        polygon(picture, [(x + side[0], y + side[1]), (u + side[0], v + side[1]),
                          (u - side[0], v - side[1]), (x - side[0], y - side[1])], fill)  # fmt: skip
    disc(picture, x, y, half, fill)
    disc(picture, u, v, half, fill)


def limb(picture: np.ndarray, joints: Sequence[Point], width: float, fill: Colour) -> None:
    """Draw a chain of capsules through its joints: an arm, a leg."""
    for start, end in pairwise(joints):
        capsule(picture, start, end, width, fill)


def knee(hip: Point, foot: Point, thigh: float, shin: float, forward: float = 1.0) -> Point:
    """Return where a two-part limb bends between its ends; ``forward`` (1 or -1) says to which side."""
    gap = np.array(foot, float) - np.array(hip, float)
    length = float(np.clip(np.hypot(*gap), 1e-6, thigh + shin - 1e-6))
    along = (thigh**2 - shin**2 + length**2) / (2 * length)
    away = max(0.0, thigh**2 - along**2) ** 0.5
    unit = gap / max(float(np.hypot(*gap)), 1e-6)
    x, y = np.array(hip) + unit * along + forward * away * np.array([unit[1], -unit[0]])
    return float(x), float(y)


def shadow(picture: np.ndarray, x: float, y: float, across: float, down: float, darkness: float = 0.4) -> None:
    """Darken a soft ellipse (half axes in pixels; 0..1) as a thing's shadow on the floor."""
    blend_soft(picture, x, y, across, down, (0, 0, 0), darkness)


def glow(picture: np.ndarray, x: float, y: float, radius: float, fill: Colour, strength: float = 0.8) -> None:
    """Lighten a soft disc towards a colour (strength 0..1): a lamp, a spark, a flash."""
    blend_soft(picture, x, y, radius, radius, fill, strength)


def blend_soft(
    picture: np.ndarray, x: float, y: float, across: float, down: float, fill: Colour, strength: float
) -> None:
    """Blend a soft ellipse of one colour into the picture: full at its centre, nothing at its half axes."""
    if across <= 0 or down <= 0 or strength <= 0:
        return
    height, width = picture.shape[:2]
    left, right = max(0, int(x - across)), min(width, int(x + across) + 2)
    top, bottom = max(0, int(y - down)), min(height, int(y + down) + 2)
    if left >= right or top >= bottom:
        return
    u = ((np.arange(left, right, dtype=np.float32) - x) / across) ** 2
    v = ((np.arange(top, bottom, dtype=np.float32) - y) / down) ** 2
    part = strength * np.clip(1 - (v[:, None] + u[None, :]), 0, 1)[..., None]
    patch = picture[top:bottom, left:right]
    patch[:] = (patch + part * (np.array(fill, np.float32) - patch)).astype(np.uint8)


def stamp(picture: np.ndarray, sprite: np.ndarray, x: float, y: float, turn: float = 0.0, scale: float = 1.0) -> None:
    """Lay a sprite, ``uint8 (h, w, 4)`` RGBA, about its centre on a place, turned by radians and scaled.

    The way to draw what has a texture; cost grows with the sprite's area, not with the canvas's.
    """
    height, width = sprite.shape[:2]
    reach = float(np.hypot(width, height)) / 2 * scale + 2
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    right, bottom = min(picture.shape[1], int(x + reach) + 2), min(picture.shape[0], int(y + reach) + 2)
    if left >= right or top >= bottom:
        return
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    u, v = (width - 1) / 2, (height - 1) / 2
    matrix = np.array([[cos, -sin, x - left - cos * u + sin * v], [sin, cos, y - top - sin * u - cos * v]])
    moved = cv2.warpAffine(sprite, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR).astype(np.float32)
    part = moved[..., 3:] / 255
    patch = picture[top:bottom, left:right]
    patch[:] = (patch * (1 - part) + moved[..., :3] * part + 0.5).astype(np.uint8)
