"""Guns and bullets: muzzle blast, ballistic crack, what the place answers; hits, ricochets and passing bullets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.blast import SOUND, echoes, friedlander, n_wave, place_tail
from v2a_foley.generate.procedural.parts.bodies import Body, blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import puff, rub
from v2a_foley.generate.procedural.parts.filters import band, lowpass, once, slope
from v2a_foley.generate.procedural.parts.grains import bubbles, ticks
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, line, seconds, unit


@dataclass(frozen=True)
class Gunshot:
    """A gun fires: its calibre, the bullet's speed, from how far it is heard, where, how many rounds in a burst."""

    place: str = choice("field", "forest", "street", "room")
    calibre: float = span(9.0, 4.5, 155.0, unit="mm")
    velocity: float = span(400.0, 150.0, 1100.0, unit="m/s")
    distance: float = span(8.0, 1.0, 2000.0, unit="m")
    rounds: int = span(1, 1, 30, unit="rounds")
    suppressor: float = span(0.0)


_PLACES = {
    "field": (4, 1.1, 0.07, 900.0, 1.6, 0.12),
    "forest": (26, 0.7, 0.12, 1500.0, 1.2, 0.3),
    "street": (12, 0.45, 0.28, 3500.0, 1.5, 0.5),
    "room": (24, 0.06, 0.4, 6000.0, 0.55, 0.8),
}
"""Echoes, seconds in which they come, their level, their corner in hertz; seconds and level of the tail."""


def build_gunshot(params: Gunshot, studio: Studio) -> Instrument:
    """Build a gun in its place."""
    own = studio.rng("gun")
    count, late, loss, dull, tail, level = _PLACES[params.place]
    action = [held(body_of("metal", 0.25 + 0.1 * k, own), 0.6) for k in range(2)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        parts, at = [], 0.0
        pause = 60 / (950 - 2.5 * params.calibre)
        for _ in range(params.rounds):
            parts.append((at, _shot(params, action, strength, rng)))
            at += pause * around(rng, 1, 0.015)
        return place_tail(echoes(lay(parts), count, late, loss, rng, dull), tail, level, dull, rng)

    pause = 1.1 + 0.11 * params.rounds + 0.02 * params.calibre
    return Instrument(strike=strike, rhythm=steady(pause, 0.4))


def _shot(params: Gunshot, action: list[Body], strength: float, rng: np.random.Generator) -> Wave:
    """One round: the blast, the bullet's own shock where it is faster than sound, the action nearby."""
    grown = params.calibre / 9.0
    open_ = 1 - 0.93 * params.suppressor
    blast = friedlander(0.55 * grown**0.85 * (0.9 + 0.2 * strength), rng)
    long = 0.09 * grown**0.5
    n = seconds(2.2 * long)
    gas = once(rng.standard_normal(n), slope(-3.0), band(max(25.0, 260 / grown**0.8), 6500 / grown**0.35, 2)) * burst(
        n, 0.0003, long
    )
    mach = params.velocity / SOUND
    after = params.distance * max(0.0, 1 / SOUND - 1 / params.velocity) if mach > 1.02 else 0.0
    parts = [(after, open_ * 1.0 * unit(blast)), (after, open_ * 0.8 * unit(gas))]
    if grown > 2:
        m = seconds(0.25 + 0.35 * np.sqrt(grown))
        push = once(rng.standard_normal(m), slope(-4.0), lowpass(500 / grown**0.4, 1))
        parts.append((after, 0.8 * open_ * unit(push * burst(m, 0.004, len(push) / RATE))))
    if params.distance < 15:
        parts.append((after + 0.004, 0.05 * unit(blow(action[0], 0.9, 0.8, rng))))
        parts.append((after + 0.045 * around(rng, 1, 0.1), 0.035 * unit(blow(action[1], 0.9, 0.7, rng))))
        if params.suppressor > 0.3:
            parts.append((after, 0.12 * params.suppressor * puff(rng, 600, 4500, 0.06, 0.001)))
    parts = [(0.0, once(lay(parts), air(params.distance)))]
    if mach > 1.02:
        length = _whitham(params.calibre / 1000, mach, 0.15 * params.distance + 1)
        near = min(params.distance / 60, 1.0) / (1 + (params.distance / 400) ** 2)
        parts.append((0.0, (0.25 + 0.5 * min(after * 200, 1)) * near * n_wave(length)))
        parts.append((0.0, 0.2 * near * puff(rng, 2500, 14_000, 0.012, 0.0001)))
    return np.asarray(np.tanh(1.4 * lay(parts)))


def _whitham(calibre: float, mach: float, miss: float) -> float:
    """Milliseconds of a bullet's N wave by its calibre, Mach number and how many metres it misses (Whitham 1952)."""
    body = calibre / (4 * calibre) ** 0.25
    return float(1000 * 1.82 * mach * miss**0.25 * body / (SOUND * (mach**2 - 1) ** 0.375))


GUNSHOT = Family(
    "gunshot",
    "A gun fires: muzzle blast, the bullet's crack, and what the place answers; pistols to cannons.",
    Gunshot,
    build_gunshot,
    model=(
        "The gas that leaves the muzzle is a Friedlander wave whose length goes with the calibre, half a millisecond "
        "for a pistol, several for a cannon, with the noise of the jet behind it. A bullet faster than sound drags an "
        "N-shaped shock of a few tenths of a millisecond, which reaches a listener down range before the blast; the "
        "gap tells the distance. The air dulls what comes from afar. Ground, trees, house fronts or walls answer: few "
        "late echoes in a field, a dense short tail in a room. A suppressor leaves the crack and the action."
    ),
    source=(
        "Maher, Modeling and signal processing of acoustic gunshot recordings, IEEE DSP Workshop (2006); Beck, "
        "Nakasone & Marr, Variations in recorded acoustic gunshot waveforms generated by small firearms, JASA 129 "
        "(2011); Whitham, The flow pattern of a supersonic projectile, Comm. Pure Appl. Math. 5 (1952)."
    ),
    shown=(
        {"calibre": 5.6, "velocity": 330.0},
        {"calibre": 7.6, "velocity": 850.0, "distance": 150.0},
        {"calibre": 18.5, "velocity": 400.0},
        {"calibre": 105.0, "velocity": 500.0, "distance": 60.0},
        {"rounds": 8, "calibre": 7.6, "velocity": 800.0, "place": "street"},
        {"place": "room"},
        {"suppressor": 1.0, "velocity": 300.0},
    ),
)


@dataclass(frozen=True)
class Bullet:
    """A bullet arrives: whether it glances off, strikes, or passes; what it meets; how fast it is."""

    end: str = choice("ricochet", "hit", "pass")
    target: str = choice("stone", "metal", "wood", "earth", "water", "glass")
    velocity: float = span(500.0, 100.0, 1000.0, unit="m/s")


def build_bullet(params: Bullet, studio: Studio) -> Instrument:
    """Build what a bullet meets."""
    own = studio.rng("target")
    material = {"earth": "body", "water": "body"}.get(params.target, params.target)
    target = held(body_of(material, 0.55, own), 0.35)
    chips = ticks(own, 40, 1400, 8000, (0.001, 0.01))
    drops = bubbles(own, 30, 300, 2500)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.end == "pass":
            return _passing(params.velocity, rng)
        parts = [(0.0, unit(blow(target, 1.0, strength, rng)))]
        if params.target in ("earth", "water"):
            parts.append((0.0, 0.8 * puff(rng, 90, 1800, 0.07, 0.0005)))
        else:
            parts.append((0.0, 0.7 * puff(rng, 900, 12_000, 0.015, 0.0001)))
        for _ in range(int(14 * strength)):
            bank = drops if params.target == "water" else chips
            parts.append(
                (0.02 + 0.35 * rng.random() ** 1.5, 0.16 * rng.random() ** 2 * bank[int(rng.integers(len(bank)))])
            )
        if params.end == "ricochet":
            parts.append((0.006, 0.55 * _whine(params.velocity, rng)))
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(1.5, 0.4))


def _whine(velocity: float, rng: np.random.Generator) -> Wave:
    """The tumbling bullet: a tone at the rate of its turns that falls as it loses speed and goes away, beating."""
    n = seconds(around(rng, 0.75, 0.2))
    top = (1200 + 2.6 * velocity) * around(rng, 1, 0.2)
    fall = top * (0.32 + 0.68 * np.exp(-np.linspace(0, 2.6, n)))
    phase = 2 * np.pi * np.cumsum(fall) / RATE
    wobble = 1 + 0.45 * np.sin(phase / between(rng, 24, 50))
    tone = np.sin(phase) + 0.35 * np.sin(2 * phase + 1) + 0.15 * np.sin(3 * phase + 2)
    slow = once(rng.standard_normal(n), lowpass(260))
    air = slow / (np.std(slow) + 1e-9) * np.sin(phase * 1.02)
    shape = line(((0, 0.3), (0.08, 1), (0.4, 0.6), (1, 0)), n)
    return unit((tone * wobble + 0.5 * air) * shape)


def _passing(velocity: float, rng: np.random.Generator) -> Wave:
    """A bullet passes: its shock where it is faster than sound, and the hiss of its wake, which falls."""
    n = seconds(around(rng, 0.32, 0.15) * (700 / (velocity + 200)))
    shape = line(((0, 0.35), (0.22, 1), (0.5, 0.3), (1, 0)), n)
    hiss = rub(rng, 1800, 11_000, shape, 0.3)
    parts = [(0.0, 0.5 * once(hiss, lowpass(6500, 1)))]
    if velocity > 1.02 * SOUND:
        crack = lay([(0.0, n_wave(0.25)), (0.0, 0.6 * puff(rng, 1500, 14_000, 0.02, 0.0001))])
        parts.append((0.0, unit(crack)))
    return lay(parts)


BULLET = Family(
    "bullet",
    "A bullet strikes, glances off, or passes.",
    Bullet,
    build_bullet,
    model=(
        "The hit is a very short blow on the target's modes with chips, spray or dust. What glances off tumbles: its "
        "tone is the rate of its turns with some overtones and beats; it falls as the bullet slows down and flies "
        "away. A bullet that passes is the crack of its own shock, if it is faster than sound, and the hiss of its "
        "wake."
    ),
    source=(
        "Maher, IEEE DSP Workshop (2006), on shock waves of bullets; Whitham (1952); van den Doel & Pai, Presence 7 "
        "(1998), on the target; derived besides: the spin of a tumbling bullet."
    ),
)
