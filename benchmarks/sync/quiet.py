"""Scenes in which nothing is heard: still pictures, things that drift, sway, swing and pass without touching."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from benchmarks.sync import drawing
from benchmarks.sync.backgrounds import background, photo
from benchmarks.sync.scene import Kind, Scene

Size = tuple[int, int]
Draw = Callable[[float], np.ndarray]
Swing = Callable[[float], float]
SILENCE = "silence"
"""The prompt of a scene in which nothing is heard."""


def _quiet(name: str, make: Callable[[np.random.Generator, Size, float], Draw]) -> Kind:
    def kind(rng: np.random.Generator, canvas: Size, seconds: float) -> Scene:
        return Scene(name, SILENCE, seconds, make(rng, canvas, seconds), ())

    return kind


def _swing(rng: np.random.Generator, slowest: float = 0.05, quickest: float = 0.6) -> Swing:
    """Return a smooth way to and fro, within -1..1: two sines."""
    rates = rng.uniform(slowest, quickest, 2)
    phases = rng.uniform(0, 2 * np.pi, 2)
    share = float(rng.uniform(0.5, 1.0))
    return lambda t: (
        share * float(np.sin(2 * np.pi * rates[0] * t + phases[0]))
        + (1 - share) * float(np.sin(2 * np.pi * rates[1] * t + phases[1]))
    )


def still(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return a world in which nothing moves; cameras and looks bring the rest."""
    ground = background(rng, size)
    if rng.uniform() < 0.4:
        for _ in range(int(rng.integers(1, 8))):
            x, y, reach = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(0.03, 0.15) * size[1]
            drawing.shadow(ground, x, y + reach, reach, reach * 0.3)
            drawing.ball(ground, x, y, reach, drawing.colour(rng), float(rng.uniform(0, 3)))
    return lambda _: ground.copy()


def photograph(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return a real photograph."""
    ground = photo(rng, size)
    return lambda _: ground.copy()


def floating(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return balloons or specks that drift on smooth ways, before and behind each other."""
    ground = background(rng, size)
    things = [
        (rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(0.02, 0.14) * size[1], drawing.colour(rng),
         _swing(rng), _swing(rng), rng.uniform(0.02, 0.4) * size[0], rng.uniform(0, 0.3) * size[1])
        for _ in range(int(rng.integers(1, 9)))
    ]  # fmt: skip

    def draw(t: float) -> np.ndarray:
        picture = ground.copy()
        for x, y, radius, fill, across, down, wide, tall in things:
            drawing.ball(picture, x + wide * across(t), y + tall * down(t), radius, fill, across(t))
        return picture

    return draw


def clouds(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return a sky or fog that drifts over a landscape."""
    width, height = size
    ground = background(rng, size, str(rng.choice(["outdoors", "gradient", "photo", "plain"])))
    veil = background(rng, (2 * width, height), "cloudy").mean(axis=2)
    veil = (veil - veil.min()) / max(float(np.ptp(veil)), 1e-6)
    veil *= np.linspace(1.0, rng.uniform(0, 1), height)[:, None] * rng.uniform(0.3, 0.9)
    mirrored = np.concatenate([veil, veil[:, ::-1]], axis=1).astype(np.float32)
    pace, start = rng.uniform(-40, 40), rng.uniform(0, width)
    white = np.array(drawing.colour(rng, dark=0.6, vivid=0.2), np.float32)

    def draw(t: float) -> np.ndarray:
        at = (start + pace * t) % (3 * width)
        matrix = np.array([[1.0, 0, -at], [0, 1, 0]])
        part = cv2.warpAffine(mirrored, matrix, size, borderMode=cv2.BORDER_WRAP)[..., None]
        return (ground + part * (white - ground)).astype(np.uint8)

    return draw


def trees(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return branches with leaves in the wind."""
    ground = background(rng, size)
    width, height = size
    gust, bark = _swing(rng, 0.1, 0.8), drawing.colour(rng, dark=0.1, light=0.4, vivid=0.4)
    stems = []
    for _ in range(int(rng.integers(2, 9))):
        leaves = rng.normal(0, 1, (int(rng.integers(6, 25)), 2)) * np.array([0.06, 0.09]) * height
        stems.append((rng.uniform(0, width), rng.uniform(0.3, 0.9) * height, leaves, rng.uniform(0.02, 0.05) * height,
                      drawing.colour(rng, dark=0.15, light=0.6, vivid=0.7), _swing(rng, 0.3, 2.5)))  # fmt: skip
    bend = rng.uniform(0.01, 0.08) * width

    def draw(t: float) -> np.ndarray:
        picture = ground.copy()
        for x, tall, leaves, reach, fill, flutter in stems:
            top = (x + bend * (gust(t) + 0.3 * flutter(t)), height - tall)
            drawing.capsule(picture, (x, height), top, reach * 0.6, bark)
            for number, (u, v) in enumerate(leaves):
                lift = 0.15 * bend * flutter(t + 0.13 * number)
                drawing.disc(
                    picture,
                    top[0] + u + lift,
                    top[1] + v + lift,
                    reach,
                    drawing.shade(fill, 0.7 + 0.04 * (number % 12)),
                )
        return picture

    return draw


def pendulum(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return pendulums, swings or lamps that hang and swing freely."""
    ground = background(rng, size)
    width, height = size
    hung = [
        (rng.uniform(0.1, 0.9) * width, rng.uniform(-0.1, 0.2) * height, rng.uniform(0.3, 0.7) * height,
         rng.uniform(0.1, 0.9), rng.uniform(0.3, 1.3), rng.uniform(0, 6), rng.uniform(0.03, 0.1) * height,
         drawing.colour(rng))
        for _ in range(int(rng.integers(1, 4)))
    ]  # fmt: skip

    def draw(t: float) -> np.ndarray:
        picture = ground.copy()
        for x, y, long, wide, rate, phase, radius, fill in hung:
            turn = wide * np.sin(2 * np.pi * rate * t + phase)
            end = (x + long * np.sin(turn), y + long * np.cos(turn))
            drawing.capsule(picture, (x, y), end, max(1.5, radius * 0.15), drawing.shade(fill, 0.4))
            drawing.ball(picture, *end, radius, fill, -turn)
        return picture

    return draw


def passers(rng: np.random.Generator, size: Size, seconds: float) -> Draw:
    """Return shapes that glide past each other at their own pace: boats, people from the waist up, far cars."""
    ground = background(rng, size)
    width, height = size
    things = []
    for _ in range(int(rng.integers(1, 6))):
        wide, tall = rng.uniform(0.05, 0.3) * width, rng.uniform(0.1, 0.6) * height
        pace = rng.choice([-1, 1]) * rng.uniform(0.05, 0.6) * width
        meets = rng.uniform(0, seconds)
        things.append((rng.uniform(0, width) - pace * meets, rng.uniform(0.4, 1.1) * height, wide, tall, pace,
                       drawing.colour(rng), drawing.colour(rng), int(rng.integers(3)), _swing(rng)))  # fmt: skip

    def draw(t: float) -> np.ndarray:
        picture = ground.copy()
        for x, y, wide, tall, pace, fill, second, shape, sway in things:
            at = x + pace * t
            lift = y + 0.02 * tall * sway(t)
            if shape == 0:
                drawing.box(picture, at, lift, wide, tall, fill)
                drawing.box(picture, at, lift - tall * 0.15, wide * 0.7, tall * 0.3, second)
            elif shape == 1:
                drawing.ellipse(picture, at, lift, wide / 2, tall / 2, fill)
                drawing.disc(picture, at, lift - tall * 0.6, tall * 0.2, second)
            else:
                drawing.polygon(picture, [(at - wide / 2, lift), (at + wide / 2, lift), (at, lift - tall)], fill)
        return picture

    return draw


def ripples(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return a surface of water: the picture wavers."""
    ground = background(rng, size)
    v, u = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    waves = [(rng.uniform(0.02, 0.2), rng.uniform(0.05, 0.5), rng.uniform(0.2, 1.5), rng.uniform(0.5, 3))
             for _ in range(3)]  # fmt: skip
    top = float(rng.uniform(0, 0.7)) * size[1]
    depth = np.clip((v - top) / (0.1 * size[1]), 0, 1)

    def draw(t: float) -> np.ndarray:
        shift = sum(s * np.sin(a * u + b * v + 2 * np.pi * r * t) for a, b, r, s in waves) * depth
        return cv2.remap(ground, u + shift, v + 0.5 * shift, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)

    return draw


def flag(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return a flag or curtain in the wind."""
    ground = background(rng, size)
    width, height = size
    columns = 40
    x0, y0 = rng.uniform(0, 0.4) * width, rng.uniform(0, 0.4) * height
    wide, tall = rng.uniform(0.3, 0.6) * width, rng.uniform(0.2, 0.5) * height
    rate, length, lift = rng.uniform(0.4, 2.0), rng.uniform(4, 12), rng.uniform(0.03, 0.12) * height
    stripes = [drawing.colour(rng) for _ in range(int(rng.integers(2, 5)))]

    def draw(t: float) -> np.ndarray:
        picture = ground.copy()
        along = np.linspace(0, 1, columns + 1)
        wave = lift * along * np.sin(length * along - 2 * np.pi * rate * t)
        x, y = x0 + wide * along, y0 + wave
        for number, fill in enumerate(stripes):
            top, foot = y + tall * number / len(stripes), y + tall * (number + 1) / len(stripes)
            for left in range(0, columns, 2):
                light = 1 + 0.25 * np.cos(length * along[left] - 2 * np.pi * rate * t) * along[left]
                part = slice(left, left + 3)
                edge = np.concatenate([np.stack([x[part], top[part]], 1), np.stack([x[part], foot[part]], 1)[::-1]])
                drawing.polygon(picture, edge, drawing.shade(fill, float(light)))
        drawing.capsule(picture, (x0, y0 - 5), (x0, height), 4, (60, 50, 40))
        return picture

    return draw


def titles(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return credits that scroll over black or over a picture."""
    width, height = size
    ground = background(rng, size) // 3 if rng.uniform() < 0.5 else np.zeros((height, width, 3), np.uint8)
    fill = drawing.colour(rng, dark=0.7)
    roll = np.zeros((height * 3, width), np.uint8)
    scale = height / 400 * float(rng.uniform(0.7, 1.4))
    letters = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM  "))
    for line in range(int(height * 3 / (30 * scale))):
        text = "".join(rng.choice(letters, int(rng.integers(0, 20))))
        at = (int(rng.uniform(0.1, 0.4) * width), int((line + 1) * 30 * scale))
        cv2.putText(roll, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale * 0.8, 255, 1, cv2.LINE_AA)
    pace = float(rng.uniform(10, 70))

    def draw(t: float) -> np.ndarray:
        matrix = np.array([[1.0, 0, 0], [0, 1, height * 0.7 - pace * t]])
        part = cv2.warpAffine(roll, matrix, size)[..., None].astype(np.float32) / 255
        return (ground + part * (np.array(fill, np.float32) - ground)).astype(np.uint8)

    return draw


def dissolve(rng: np.random.Generator, size: Size, seconds: float) -> Draw:
    """Return pictures that give way to each other, or to black, slowly."""
    pictures = [background(rng, size) for _ in range(int(rng.integers(2, 4)))]
    if rng.uniform() < 0.3:
        pictures[int(rng.integers(len(pictures)))][:] = 0
    lasts = float(rng.uniform(0.4, 1.0))
    each = seconds / len(pictures)

    def draw(t: float) -> np.ndarray:
        place = min(max(t / each, 0.0), len(pictures) - 1e-6)
        number = int(place)
        part = min(max((place - number - 1 + lasts) / lasts, 0.0), 1.0)
        if number + 1 == len(pictures):
            return pictures[number].copy()
        return cv2.addWeighted(pictures[number], 1 - part, pictures[number + 1], part, 0)

    return draw


def logo(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return a sign that turns, grows or shrinks evenly."""
    ground = background(rng, size)
    width, height = size
    sides = int(rng.integers(3, 9))
    reach, spin = rng.uniform(0.1, 0.4) * height, rng.uniform(-3, 3)
    fill, second, breath = drawing.colour(rng), drawing.colour(rng), _swing(rng, 0.05, 0.4)
    inner, flat = float(rng.uniform(0.3, 0.9)), bool(rng.integers(2))
    x, y = rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height

    def draw(t: float) -> np.ndarray:
        picture = ground.copy()
        angle = np.linspace(0, 2 * np.pi, 2 * sides, endpoint=False) + (0 if flat else spin * t)
        radius = reach * (1 + 0.3 * breath(t)) * np.tile([1.0, inner], sides)
        squeeze = float(np.cos(spin * t)) if flat else 1.0
        star = np.stack([x + squeeze * radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
        drawing.polygon(picture, star, fill)
        drawing.polygon(picture, (star + np.array([x, y])) / 2, second)
        return picture

    return draw


def dimming(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return light that slowly comes and goes: the sun behind clouds, a lamp on a dimmer."""
    ground = background(rng, size)
    light = _swing(rng, 0.03, 0.4)
    depth = float(rng.uniform(0.1, 0.6))
    x, y, reach = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(0.3, 1.0) * size[0]
    local = rng.uniform() < 0.4

    def draw(t: float) -> np.ndarray:
        part = depth * (0.5 + 0.5 * light(t))
        if not local:
            return cv2.convertScaleAbs(ground, alpha=1 - part)
        picture = ground.copy()
        drawing.glow(picture, x, y, reach, (255, 245, 210), part)
        return picture

    return draw


def turning(rng: np.random.Generator, size: Size, _: float) -> Draw:
    """Return wheels, fans and mills that turn evenly."""
    ground = background(rng, size)
    width, height = size
    wheels = [
        (rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height, rng.uniform(0.1, 0.35) * height,
         int(rng.integers(2, 9)), rng.uniform(-5, 5), drawing.colour(rng))
        for _ in range(int(rng.integers(1, 4)))
    ]  # fmt: skip

    def draw(t: float) -> np.ndarray:
        picture = ground.copy()
        for x, y, radius, spokes, spin, fill in wheels:
            for spoke in range(spokes):
                turn = spin * t + 2 * np.pi * spoke / spokes
                end = (x + radius * np.cos(turn), y + radius * np.sin(turn))
                drawing.capsule(picture, (x, y), end, radius * 0.12, fill)
            drawing.disc(picture, x, y, radius * 0.15, drawing.shade(fill, 0.6))
        return picture

    return draw


QUIET: dict[str, Kind] = {
    make.__name__: _quiet(f"quiet {make.__name__}", make)
    for make in (still, photograph, floating, clouds, trees, pendulum, passers, ripples, flag, titles, dissolve, logo,
                 dimming, turning)
}  # fmt: skip
"""Every kind of silent scene by name."""
