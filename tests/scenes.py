"""Rendered scenes whose moments of contact are known: bounces, strokes, and movements that touch nothing.

Each scene is its frames, ``uint8 (height, width, 3)``, and the seconds of its contacts. Contacts fall between frames
as they would before a camera.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import cv2
import numpy as np

from tests.footage import texture

SIZE = (320, 180)
_SHIFT = 4


@dataclass(frozen=True)
class Scene:
    """Moving pictures and the truth about them.

    Attributes:
        rate: frames a second.
        frames: the pictures.
        contacts: seconds of the contacts.
    """

    rate: Fraction
    frames: list[np.ndarray]
    contacts: list[float]


def _rendered(rate: str, seconds: float, draw: Callable[[float], np.ndarray], contacts: list[float]) -> Scene:
    count = int(Fraction(rate) * Fraction(str(seconds)))
    frames = [draw(float(n / Fraction(rate))) for n in range(count)]
    return Scene(Fraction(rate), frames, [c for c in contacts if c < seconds])


def _noisy(picture: np.ndarray, time: float, grain: float) -> np.ndarray:
    if not grain:
        return picture
    number = round(time * 1000)
    shift = (number * 37 % picture.shape[0], number * 91 % picture.shape[1])
    return cv2.add(picture, np.roll(_grain(grain), shift, (0, 1)), dtype=cv2.CV_8U)


@cache
def _grain(strength: float) -> np.ndarray:
    return np.random.default_rng(7).normal(0, strength, (SIZE[1], SIZE[0], 3)).astype(np.int16)


def _disc(picture: np.ndarray, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
    centre = (round(x * 2**_SHIFT), round(y * 2**_SHIFT))
    cv2.circle(picture, centre, round(radius * 2**_SHIFT), colour, -1, cv2.LINE_AA, _SHIFT)
    light = (round((x - radius / 3) * 2**_SHIFT), round((y - radius / 3) * 2**_SHIFT))
    cv2.circle(picture, light, round(radius / 3 * 2**_SHIFT), (250, 250, 240), -1, cv2.LINE_AA, _SHIFT)


def bounces(seconds: float, height: float, gravity: float, keeps: float) -> Iterator[tuple[float, float, float]]:
    """Yield (start, speed, end) of each flight of a ball that falls from a height and bounces."""
    time, speed = 0.0, 0.0
    fall = (2 * height / gravity) ** 0.5
    yield 0.0, 0.0, fall
    time, speed = fall, gravity * fall * keeps
    while time < seconds and speed > 12:
        end = time + 2 * speed / gravity
        yield time, speed, end
        time, speed = end, speed * keeps


def ball(
    rate: str, *, seconds: float = 4.0, keeps: float = 0.8, seed: int = 1, grain: float = 2.0, radius: float = 12.0,
    drift: float = 20.0, delay: float = 0.0, colour: tuple[int, int, int] = (220, 40, 30),
) -> Scene:  # fmt: skip
    """Return a ball that falls on the floor and bounces in parabolas until it lies."""
    floor, gravity = 165 - radius, 900.0
    height = floor - radius - 8
    ground = texture(seed, SIZE)
    ground[165:] = ground[165:] // 2
    flights = [(s + delay, v, e + delay) for s, v, e in bounces(seconds, height, gravity, keeps)]

    def draw(time: float) -> np.ndarray:
        up = 0.0
        for start, speed, end in flights:
            if start <= time < end:
                rest = time - start
                up = speed * rest - gravity / 2 * rest**2 + (height if start == delay else 0.0)
        if time < delay:
            up = height
        picture = ground.copy()
        _disc(picture, 60 + drift * time, floor - up, radius, colour)
        return _noisy(picture, time, grain)

    return _rendered(rate, seconds, draw, [end for _, _, end in flights])


def hammer(rate: str, *, seconds: float = 4.0, period: float = 0.8, seed: int = 5, grain: float = 2.0) -> Scene:
    """Return a hammer that swings down fast, stops dead on an anvil, rests a moment and is lifted slowly."""
    ground = texture(seed, SIZE)
    pivot, reach = np.array([60.0, 150.0]), 120.0
    strike = 0.15 * period

    def angle(time: float) -> float:
        phase = time % period
        if phase < strike:
            return 70.0 * (1 - (phase / strike) ** 2)
        rest = strike + 0.2 * period
        if phase < rest:
            return 0.0
        part = (phase - rest) / (period - rest)
        return 70.0 * (0.5 - 0.5 * np.cos(np.pi * part))

    def draw(time: float) -> np.ndarray:
        picture = ground.copy()
        turn = np.deg2rad(angle(time))
        head = pivot + reach * np.array([np.cos(turn), -np.sin(turn)])
        points = [tuple(round(c * 2**_SHIFT) for c in p) for p in (pivot, head)]
        cv2.line(picture, points[0], points[1], (90, 60, 30), 8, cv2.LINE_AA, _SHIFT)
        across = np.array([np.sin(turn), np.cos(turn)])
        corners = [head + a * 14 * across + b * 9 * np.array([np.cos(turn), -np.sin(turn)]) for a, b in
                   ((-1, -1), (1, -1), (1, 1), (-1, 1))]  # fmt: skip
        cv2.fillPoly(
            picture, [np.round(np.array(corners) * 2**_SHIFT).astype(np.int32)], (40, 40, 50), cv2.LINE_AA, _SHIFT
        )
        return _noisy(picture, time, grain)

    count = int(seconds / period) + 1
    return _rendered(rate, seconds, draw, [n * period + strike for n in range(count)])


def wall(rate: str, *, seconds: float = 4.0, speed: float = 190.0, seed: int = 9, grain: float = 2.0) -> Scene:
    """Return a puck that slides to and fro between two walls."""
    ground = texture(seed, SIZE)
    ground[:, :30] //= 2
    ground[:, 290:] //= 2
    left, right = 30 + 14.0, 290 - 14.0

    def draw(time: float) -> np.ndarray:
        way = (speed * time + 60) % (2 * (right - left))
        x = left + (way if way < right - left else 2 * (right - left) - way)
        picture = ground.copy()
        _disc(picture, x, 100, 14, (30, 200, 90))
        return _noisy(picture, time, grain)

    contacts = [((n + 1) * (right - left) - 60) / speed for n in range(int(seconds * speed / (right - left)) + 2)]
    return _rendered(rate, seconds, draw, [c for c in contacts if c > 0])


def drop(rate: str, *, seconds: float = 3.0, seed: int = 13, grain: float = 2.0) -> Scene:
    """Return a box that falls, lands without a bounce, and lies; then another."""
    ground = texture(seed, SIZE)
    landings = [0.7, 1.9]

    def draw(time: float) -> np.ndarray:
        picture = ground.copy()
        for number, landing in enumerate(landings):
            fallen = min(1.0, max(0.0, 1 - (landing - time) / 0.55))
            y = 140 - 190 * (1 - fallen**2)
            x = 70 + 130 * number
            if y > -40:
                box = np.round(np.array([[x, y - 30], [x + 46, y - 30], [x + 46, y], [x, y]]) * 2**_SHIFT).astype(
                    np.int32
                )
                cv2.fillPoly(picture, [box], (150, 100, 40), cv2.LINE_AA, _SHIFT)
                lid = np.round(np.array([[x, y - 22], [x + 46, y - 22]]) * 2**_SHIFT).astype(np.int32)
                cv2.polylines(picture, [lid], False, (60, 40, 20), 2, cv2.LINE_AA, _SHIFT)
        return _noisy(picture, time, grain)

    return _rendered(rate, seconds, draw, landings)


def still(rate: str, *, seconds: float = 3.0, seed: int = 17, grain: float = 4.0) -> Scene:
    """Return a shot in which nothing moves but the grain."""
    ground = texture(seed, SIZE)
    return _rendered(rate, seconds, lambda time: _noisy(ground, time, grain), [])


def pan(rate: str, *, seconds: float = 3.0, speed: float = 60.0, seed: int = 21, grain: float = 2.0) -> Scene:
    """Return a camera that pans evenly over a wide picture."""
    wide = texture(seed, (SIZE[0] * 3, SIZE[1]))

    def draw(time: float) -> np.ndarray:
        shift = np.array([[1, 0, -speed * time], [0, 1, 0]], np.float32)
        return _noisy(cv2.warpAffine(wide, shift, SIZE, borderMode=cv2.BORDER_REFLECT), time, grain)

    return _rendered(rate, seconds, draw, [])


def pan_stops(rate: str, *, seconds: float = 3.0, seed: int = 22, grain: float = 2.0) -> Scene:
    """Return a camera that pans and comes to rest within half a second, as cameramen do."""
    wide = texture(seed, (SIZE[0] * 3, SIZE[1]))

    def draw(time: float) -> np.ndarray:
        rest = min(max(time - 1.0, 0.0), 0.5)
        way = 80 * min(time, 1.0) + 80 * (rest - rest**2)
        shift = np.array([[1, 0, -way], [0, 1, 0]], np.float32)
        return _noisy(cv2.warpAffine(wide, shift, SIZE, borderMode=cv2.BORDER_REFLECT), time, grain)

    return _rendered(rate, seconds, draw, [])


def zoom(rate: str, *, seconds: float = 3.0, seed: int = 23, grain: float = 2.0) -> Scene:
    """Return a slow zoom."""
    ground = texture(seed, SIZE)

    def draw(time: float) -> np.ndarray:
        turned = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), 0, 1 + 0.15 * time)
        return _noisy(cv2.warpAffine(ground, turned, SIZE), time, grain)

    return _rendered(rate, seconds, draw, [])


def blinking(rate: str, *, seconds: float = 3.0, seed: int = 25, grain: float = 2.0) -> Scene:
    """Return a lamp that goes on and off: nothing moves, nothing touches."""
    ground = texture(seed, SIZE)

    def draw(time: float) -> np.ndarray:
        picture = ground.copy()
        cv2.circle(picture, (220, 70), 20, (255, 250, 200) if time % 0.6 < 0.3 else (60, 50, 40), -1, cv2.LINE_AA)
        return _noisy(picture, time, grain)

    return _rendered(rate, seconds, draw, [])


def pendulum(rate: str, *, seconds: float = 4.0, seed: int = 27, grain: float = 2.0) -> Scene:
    """Return a pendulum: it turns round softly and touches nothing."""
    ground = texture(seed, SIZE)

    def draw(time: float) -> np.ndarray:
        turn = np.deg2rad(50) * np.cos(2 * np.pi * time / 1.6)
        picture = ground.copy()
        _disc(picture, 160 + 120 * np.sin(turn), 20 + 120 * np.cos(turn), 14, (40, 60, 220))
        return _noisy(picture, time, grain)

    return _rendered(rate, seconds, draw, [])


def passing(rate: str, *, seconds: float = 4.0, seed: int = 29, grain: float = 2.0) -> Scene:
    """Return things that cross the picture and leave it."""
    ground = texture(seed, SIZE)

    def draw(time: float) -> np.ndarray:
        picture = ground.copy()
        _disc(picture, -30 + 150 * time, 60, 16, (230, 120, 20))
        _disc(picture, 380 - 190 * (time - 0.6), 120, 20, (20, 150, 200))
        return _noisy(picture, time, grain)

    return _rendered(rate, seconds, draw, [])


def water(rate: str, *, seconds: float = 3.0, seed: int = 31, grain: float = 2.0) -> Scene:
    """Return a surface that waves all over, without end and without a blow."""
    ground = texture(seed, SIZE)
    y, x = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32)

    def draw(time: float) -> np.ndarray:
        dx = 4 * np.sin(x / 23 + 3.1 * time) + 3 * np.sin(y / 17 - 4.3 * time + 1)
        dy = 3 * np.sin(x / 31 - 2.7 * time + 2) + 3 * np.sin(y / 11 + 5.1 * time)
        return _noisy(cv2.remap(ground, x + dx.astype(np.float32), y + dy.astype(np.float32), cv2.INTER_LINEAR,
                                borderMode=cv2.BORDER_REFLECT), time, grain)  # fmt: skip

    return _rendered(rate, seconds, draw, [])


STRIKES: dict[str, Callable[[str], Scene]] = {"ball": ball, "hammer": hammer, "wall": wall, "drop": drop}
"""Scenes with contacts."""

CALM: dict[str, Callable[[str], Scene]] = {
    "still": still, "pan": pan, "pan_stops": pan_stops, "zoom": zoom, "blinking": blinking, "pendulum": pendulum,
    "passing": passing, "water": water,
}  # fmt: skip
"""Scenes without any."""


def matched(contacts: list[float], peaks: list[float], tolerance: float) -> tuple[int, int, int]:
    """Return (hits, misses, false alarms), pairing each contact with at most one peak within the tolerance."""
    left = sorted(peaks)
    hits = 0
    for contact in sorted(contacts):
        near = [p for p in left if abs(p - contact) <= tolerance]
        if near:
            hits += 1
            left.remove(min(near, key=lambda p: abs(p - contact)))
    return hits, len(contacts) - hits, len(left)
