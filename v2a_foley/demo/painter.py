"""Renders the shot with the falling blocks: textured faces, soft shadows, a polished table, motion blur.

A small projective renderer in linear light. Where the blocks are, and when, is the business of ``blocks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from v2a_foley.demo.blocks import FACES, LENGTH, Block, Camera, Points, default_blocks
from v2a_foley.demo.wood import block_faces, table_top

Pixels = NDArray[np.float32]

SHUTTER = Fraction(1, 100)
"""Seconds that each picture is exposed."""
_LIGHT = np.array([-0.75, -1.15, 1.45])
_LIGHT_RADIUS = 0.13
_EXPOSURES = 10
_SHADOW_RAYS = 40
_AMBIENT = 0.30
_POLISH = 0.16
_SUPER = 3


@dataclass(frozen=True)
class Patch:
    """A piece of picture: its upper left corner, premultiplied linear colour ``(h, w, 3)``, and cover ``(h, w, 1)``."""

    corner: tuple[int, int]
    colour: Pixels
    cover: Pixels


@dataclass(frozen=True)
class Marks:
    """What one block leaves in the picture: light it takes, closeness to the table, reflection, and itself."""

    shadow: Pixels
    contact: Pixels
    reflection: Patch | None
    body: Patch | None


class BlocksShot:
    """Renders the shot picture by picture; holds what does not change between pictures.

    Args:
        size: width and height in pixels.
        rate: pictures a second.
        length: seconds that the shot lasts.
    """

    def __init__(self, size: tuple[int, int], rate: Fraction, length: Fraction = LENGTH) -> None:
        """Light the empty table and paint the blocks."""
        self.camera = Camera(*size)
        self.rate, self.length = rate, length
        self.blocks = default_blocks()
        self._faces = {block.letter: block_faces(block.letter, block.paint) for block in self.blocks}
        self._direct, self._ambient = table_top(self.camera.rays(2), self.camera.place, _LIGHT, _AMBIENT)
        self._still: dict[frozenset[str], NDArray[np.uint8]] = {}
        self._resting: dict[str, Marks] = {}
        self._rays = _light_points(_SHADOW_RAYS)

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Yield every picture, ``uint8 (height, width, 3)`` RGB."""
        for number in range(round(self.length * self.rate)):
            yield self.frame(Fraction(number) / self.rate)

    def frame(self, time: Fraction) -> NDArray[np.uint8]:
        """Return the picture that starts at a time in the shot."""
        opened, closed = float(time), float(time + SHUTTER)
        resting = frozenset(block.letter for block in self.blocks if block.rests(opened))
        moving = [b for b in self.blocks if b.letter not in resting and not b.unseen(closed)]
        if moving:
            exposure = np.linspace(opened, closed, _EXPOSURES)
            return to_srgb(self._render([self._rested(letter) for letter in sorted(resting)], moving, exposure))
        if resting not in self._still:
            self._still[resting] = to_srgb(self._render([self._rested(letter) for letter in sorted(resting)], [], None))
        return self._still[resting]

    def _rested(self, letter: str) -> Marks:
        """Return the marks of a block that lies still; made once."""
        if letter not in self._resting:
            block = next(each for each in self.blocks if each.letter == letter)
            self._resting[letter] = self._marks(block, np.array([block.lands + 10]))
        return self._resting[letter]

    def _marks(self, block: Block, times: NDArray[np.float64]) -> Marks:
        """Return what a block leaves in the picture, averaged over an exposure."""
        return Marks(
            self._shadow(block, times), self._contact(block, float(times.mean())),
            self._drawn(block, times[::3], mirrored=True), self._drawn(block, times, mirrored=False),
        )  # fmt: skip

    def _render(self, still: list[Marks], moving: list[Block], exposure: NDArray[np.float64] | None) -> Pixels:
        """Return the picture in linear light, ``float32 (height, width, 3)``."""
        shown = still + [self._marks(block, exposure) for block in moving if exposure is not None]
        light = np.ones(self._direct.shape[:2], np.float32)
        nearby = np.ones_like(light)
        for marks in shown:
            light *= 1 - marks.shadow
            nearby *= 1 - 0.55 * marks.contact
        picture = self._direct * light[..., None] + self._ambient * nearby[..., None]
        for patch in [marks.reflection for marks in shown] + [marks.body for marks in shown]:
            if patch is not None:
                x, y = patch.corner
                part = picture[y : y + patch.colour.shape[0], x : x + patch.colour.shape[1]]
                part *= 1 - patch.cover
                part += patch.colour
        return picture

    def _shadow(self, block: Block, times: NDArray[np.float64]) -> Pixels:
        """Return how much of the light a block takes from each pixel of the table, 0 to 1."""
        import cv2

        height, width = self._direct.shape[:2]
        count = np.zeros((height // 2, width // 2), np.uint16)
        mask = np.zeros(count.shape, np.uint8)
        for number, light in enumerate(self._rays):
            corners = block.corners(block.height(float(times[number % len(times)])))
            reach = corners[:, 2:] / (light[2] - corners[:, 2:])
            outline = self.camera.project(corners + (corners - light) * reach) / 2
            mask[:] = 0
            hull = cv2.convexHull(outline.astype(np.float32))
            cv2.fillConvexPoly(mask, np.rint((hull - 0.5) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
            count += mask
        soft = cv2.GaussianBlur(count.astype(np.float32) / (255 * len(self._rays)), (0, 0), 1.0)
        return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)

    def _contact(self, block: Block, time: float) -> Pixels:
        """Return how much a block near the table hides the room's own light from it, 0 to 1."""
        import cv2

        height, width = self._direct.shape[:2]
        above = block.height(time)
        corners = block.corners(0.0)[:4]
        middle = corners.mean(axis=0)
        outline = self.camera.project(middle + (corners - middle) * (1.12 + 2 * above)) / 2
        mask = np.zeros((height // 2, width // 2), np.float32)
        cv2.fillConvexPoly(mask, np.rint((outline - 0.5) * 16).astype(np.int32), 1.0, cv2.LINE_AA, 4)
        reach = max(1.0, width / 1280 * (5 + 150 * above))
        soft = cv2.GaussianBlur(mask, (0, 0), reach) * (0.04 / (0.04 + above))
        return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)

    def _drawn(self, block: Block, times: NDArray[np.float64], *, mirrored: bool) -> Patch | None:
        """Return a block, or its reflection in the table, averaged over the exposure; None outside the picture."""
        import cv2

        frame = (self.camera.width, self.camera.height)
        spots = [block.corners(block.height(float(time)), mirrored=mirrored) for time in times]
        outlines = [self.camera.project(corners) for corners in spots]
        low = np.maximum(np.floor(np.min([o.min(axis=0) for o in outlines], axis=0)).astype(int) - 8, 0)
        high = np.minimum(np.ceil(np.max([o.max(axis=0) for o in outlines], axis=0)).astype(int) + 8, frame)
        if (high <= low).any():
            return None
        fine = 2 if mirrored or len(times) > 1 else _SUPER
        width, height = (int(n) for n in high - low)
        size = (width * fine, height * fine)
        total = np.zeros((size[1], size[0], 4), np.float32)
        for corners, outline in zip(spots, outlines, strict=True):
            total += self._layer(block, corners, (outline - low) * fine, size, mirrored=mirrored)
        mean = total / np.float32(len(spots))
        small = np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_AREA), np.float32)
        corner = (int(low[0]), int(low[1]))
        if mirrored:
            soft = cv2.GaussianBlur(small, (0, 0), 2.2 * frame[0] / 1280)
            blurred = np.asarray(soft, np.float32) * np.float32(_POLISH)
            return Patch(corner, blurred[..., :3], np.zeros_like(blurred[..., 3:]))
        return Patch(corner, small[..., :3], small[..., 3:])

    def _layer(
        self, block: Block, corners: Points, outline: Points, size: tuple[int, int], *, mirrored: bool
    ) -> Pixels:
        """Return a block at one moment as premultiplied RGBA in linear light, ``size`` pixels."""
        import cv2

        colour = np.zeros((size[1], size[0], 3), np.float32)
        weight = np.zeros((size[1], size[0]), np.float32)
        for name, numbers in FACES.items():
            quad = corners[list(numbers)]
            normal = np.cross(quad[1] - quad[0], quad[3] - quad[0])
            normal = normal / np.linalg.norm(normal) * (-1 if mirrored else 1)
            if mirrored and name == "top":
                continue
            if normal @ (np.array(self.camera.place) - quad[0]) <= 0:
                continue
            face = self._faces[block.letter][name] * self._brightness(normal, quad, mirrored=mirrored)
            edge = face.shape[0]
            texture = np.array([[0, edge], [edge, edge], [edge, 0], [0, 0]], np.float32) - np.float32(0.5)
            place = np.asarray(outline[list(numbers)] - 0.5, np.float32)
            move = cv2.getPerspectiveTransform(texture, place)
            shown = cv2.warpPerspective(face, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            mask = np.zeros((size[1], size[0]), np.uint8)
            cv2.fillConvexPoly(mask, np.rint(place * 16).astype(np.int32), 255, cv2.LINE_8, 4)
            cv2.copyTo(shown, mask, colour)
            weight[mask > 0] = 1
        return np.asarray(cv2.merge([*cv2.split(colour), weight]), np.float32)

    def _brightness(self, normal: Points, quad: Points, *, mirrored: bool) -> Pixels:
        """Return the light on a face over its height, ``float32 (n, 1, 1)`` from its upper to its lower edge."""
        middle = quad.mean(axis=0) * (1, 1, -1 if mirrored else 1)
        straight = normal * (1, 1, -1 if mirrored else 1)
        towards = _LIGHT - middle
        distance = float(np.linalg.norm(towards))
        direct = max(0.0, float(straight @ towards) / distance) * float(np.linalg.norm(_LIGHT) / distance) ** 2
        heights = np.abs(np.linspace(quad[3, 2], quad[0, 2], 256, dtype=np.float32))
        occluded = 1 - 0.55 * np.exp(-heights / 0.022) if abs(straight[2]) < 0.5 else np.ones(256, np.float32)
        bounce = 0.10 * np.exp(-heights / 0.08) * (1 - abs(straight[2]))
        lit = 1.25 * direct + (_AMBIENT + 0.10 * max(0.0, float(straight[2])) + bounce) * occluded
        return np.asarray(lit[:, None, None], np.float32)


def _light_points(count: int) -> Points:
    """Return points spread evenly over the disc of the light, facing the table's middle."""
    forward = -_LIGHT / np.linalg.norm(_LIGHT)
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    numbers = np.arange(count)
    radius, angle = _LIGHT_RADIUS * np.sqrt((numbers + 0.5) / count), numbers * np.pi * (3 - 5**0.5)
    return np.asarray(_LIGHT + np.outer(radius * np.cos(angle), right) + np.outer(radius * np.sin(angle), up))


def to_srgb(linear: Pixels) -> NDArray[np.uint8]:
    """Return linear light as 8-bit sRGB, highlights rolled off, with a fixed dither that keeps slopes free of bands."""
    steps = np.minimum((linear * (_STEPS / _BRIGHTEST)).astype(np.uint16), _STEPS - 1)
    return (_tones()[steps] + _dither(linear.shape[:2])[..., None]).astype(np.uint8)


_STEPS = 32_768
_BRIGHTEST = 2.0


@cache
def _tones() -> Pixels:
    """Return the code, 0 to 254.5, of each step of linear light from 0 to ``_BRIGHTEST``."""
    linear = (np.arange(_STEPS) + 0.5) * _BRIGHTEST / _STEPS
    soft = np.where(linear < 0.6, linear, 0.6 + 0.4 * np.tanh((linear - 0.6) / 0.4))
    code = np.where(soft <= 0.0031308, 12.92 * soft, 1.055 * soft ** (1 / 2.4) - 0.055)
    return np.asarray(np.clip(255 * code, 0, 254.5), np.float32)


@cache
def _dither(shape: tuple[int, int]) -> Pixels:
    return np.random.default_rng(7).random(shape, np.float32)
