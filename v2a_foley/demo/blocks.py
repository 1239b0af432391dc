"""The rendered shot: five wooden letter blocks fall onto a table, one after the other, at times that are known exactly.

A block falls freely and lands flat with a hop too small to see. The picture is a small
projective renderer: textured faces, an area light with soft shadows, a polished table, motion blur. No sound here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from v2a_foley.demo.wood import block_faces, table_top

Pixels = NDArray[np.float32]
Points = NDArray[np.float64]

GRAVITY = 9.81
"""Metres a second squared."""
SIDE = 0.1
"""Edge of a block, in metres."""
DROP = 0.5
"""How far a block falls, in metres: it lands at 3.1 m/s."""
RESTITUTION = 0.04
"""Speed after landing over speed before: its hop is under 1 mm high and lasts 26 ms."""
LETTERS = "FOLEY"
LANDINGS = tuple(Fraction(n, 1000) for n in (730, 1517, 2241, 2808, 3655))
"""When each block lands, in seconds from the start of the shot."""
SHUTTER = Fraction(1, 100)
"""Seconds that each picture is exposed."""
LENGTH = Fraction(24, 5)
"""Seconds that the shot lasts."""

_LIGHT = np.array([-0.75, -1.15, 1.45])
_LIGHT_RADIUS = 0.13
_EXPOSURES = 10
_SHADOW_RAYS = 40
_AMBIENT = 0.30
_POLISH = 0.16
_SUPER = 3


@dataclass(frozen=True)
class Block:
    """One block: its letter, where it lands, how it is turned, its paint (linear RGB), and when it lands."""

    letter: str
    x: float
    y: float
    yaw: float
    paint: tuple[float, float, float]
    lands: float

    def height(self, time: float) -> float:
        """Return how high its lower face is above the table, in metres, at a time in the shot."""
        since = time - self.lands
        if since <= 0:
            return DROP - 0.5 * GRAVITY * max(0.0, since + (2 * DROP / GRAVITY) ** 0.5) ** 2
        up = RESTITUTION * (2 * GRAVITY * DROP) ** 0.5
        return max(0.0, up * since - 0.5 * GRAVITY * since**2)

    def unseen(self, time: float) -> bool:
        """Tell whether it has not been let go yet; it hangs above the picture then."""
        return time < self.lands - (2 * DROP / GRAVITY) ** 0.5

    def rests(self, time: float) -> bool:
        """Tell whether it lies still for good."""
        return time > self.lands + 2 * RESTITUTION * (2 * DROP / GRAVITY) ** 0.5

    def corners(self, height: float, *, mirrored: bool = False) -> Points:
        """Return its eight corners ``(8, 3)`` in metres: the lower four, then the upper four, counter-clockwise."""
        half = SIDE / 2
        square = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
        turn = np.array([[np.cos(self.yaw), np.sin(self.yaw)], [-np.sin(self.yaw), np.cos(self.yaw)]])
        flat = square @ turn + (self.x, self.y)
        low, high = (-height, -height - SIDE) if mirrored else (height, height + SIDE)
        return np.vstack([np.column_stack([flat, np.full(4, z)]) for z in (low, high)])


_FACES = {"front": (0, 1, 5, 4), "right": (1, 2, 6, 5), "back": (2, 3, 7, 6), "left": (3, 0, 4, 7), "top": (4, 5, 6, 7)}
"""The corners of each face, from its lower left, counter-clockwise as seen from outside."""


def default_blocks() -> tuple[Block, ...]:
    """Return the five blocks of the demonstration."""
    paints = [(0.55, 0.035, 0.03), (0.02, 0.14, 0.40), (0.62, 0.27, 0.015), (0.03, 0.22, 0.09), (0.20, 0.04, 0.26)]
    places = [(-0.33, 0.00), (-0.165, -0.045), (0.0, -0.01), (0.165, -0.05), (0.33, 0.005)]
    turns = [0.16, -0.10, 0.06, -0.17, 0.11]
    return tuple(
        Block(letter, x, y, yaw, paint, float(lands))
        for letter, (x, y), yaw, paint, lands in zip(LETTERS, places, turns, paints, LANDINGS, strict=True)
    )


@dataclass(frozen=True)
class Camera:
    """A pinhole camera with a level horizon; ``place`` and ``target`` in metres, ``view`` the width as an angle."""

    width: int
    height: int
    place: tuple[float, float, float] = (0.0, -1.42, 0.50)
    target: tuple[float, float, float] = (0.0, 0.0, 0.165)
    view: float = 0.74

    @cached_property
    def axes(self) -> Points:
        """Right, down and forward as rows, unit length."""
        forward = np.subtract(self.target, self.place)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        return np.array([right, np.cross(forward, right), forward])

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        return self.width / 2 / float(np.tan(self.view / 2))

    def project(self, points: Points) -> Points:
        """Return where points ``(n, 3)`` appear, ``(n, 2)`` in pixels from the upper left corner of the picture."""
        seen = (points - np.array(self.place)) @ self.axes.T
        middle = np.array([self.width / 2, self.height / 2])
        return np.asarray(seen[:, :2] / seen[:, 2:] * self.focal + middle)

    def rays(self, scale: int = 1) -> Points:
        """Return the direction through each pixel's middle ``(height, width, 3)``, ``scale`` times as fine."""
        u = (np.arange(self.width * scale) + 0.5) / scale - self.width / 2
        v = (np.arange(self.height * scale) + 0.5) / scale - self.height / 2
        grid = np.stack([*np.meshgrid(u, v), np.full((len(v), len(u)), self.focal)], axis=-1)
        return np.asarray(grid @ self.axes)


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

    @staticmethod
    def landings(length: Fraction) -> tuple[Fraction, ...]:
        """Return when a block lands, in seconds from the start of a shot of a length."""
        return tuple(time for time in LANDINGS if time < length)

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
        size = tuple(int(n) for n in (high - low) * fine)
        total = np.zeros((size[1], size[0], 4), np.float32)
        for corners, outline in zip(spots, outlines, strict=True):
            total += self._layer(block, corners, (outline - low) * fine, size, mirrored=mirrored)
        small = cv2.resize(total / len(spots), tuple(int(n) for n in high - low), interpolation=cv2.INTER_AREA)
        corner = (int(low[0]), int(low[1]))
        if mirrored:
            blurred = _POLISH * cv2.GaussianBlur(small, (0, 0), 2.2 * frame[0] / 1280)
            return Patch(corner, blurred[..., :3], np.zeros_like(blurred[..., 3:]))
        return Patch(corner, small[..., :3], small[..., 3:])

    def _layer(
        self, block: Block, corners: Points, outline: Points, size: tuple[int, int], *, mirrored: bool
    ) -> Pixels:
        """Return a block at one moment as premultiplied RGBA in linear light, ``size`` pixels."""
        import cv2

        colour = np.zeros((size[1], size[0], 3), np.float32)
        weight = np.zeros((size[1], size[0]), np.float32)
        for name, numbers in _FACES.items():
            quad = corners[list(numbers)]
            normal = np.cross(quad[1] - quad[0], quad[3] - quad[0])
            normal = normal / np.linalg.norm(normal) * (-1 if mirrored else 1)
            if mirrored and name == "top":
                continue
            if normal @ (np.array(self.camera.place) - quad[0]) <= 0:
                continue
            face = self._faces[block.letter][name] * self._brightness(normal, quad, mirrored=mirrored)
            edge = face.shape[0]
            texture = np.float32([[0, edge], [edge, edge], [edge, 0], [0, 0]]) - 0.5
            place = outline[list(numbers)].astype(np.float32) - 0.5
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
        distance = np.linalg.norm(towards)
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
