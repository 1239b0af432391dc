"""Things that break and that come down: a fracture, its pieces, and how they fall. Single blows are in impact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held
from v2a_foley.generate.procedural.parts.contact import bounces, puff, shower
from v2a_foley.generate.procedural.parts.filters import highpass, lowpass, once, slope
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, lay, seconds, unit

_GRAVITY = 9.81


@dataclass(frozen=True)
class Breaking:
    """Something brittle breaks: of what, how large, and how far its pieces fall."""

    material: str = choice("glass", "ceramic", "wood", "stone", "ice", "plastic")
    size: float = span(0.5)
    height: float = span(0.8, 0.0, 5.0, unit="m")


@dataclass(frozen=True)
class _Fracture:
    """How a material breaks.

    Attributes:
        crack: band of the first crack in hertz.
        length: seconds in which the fracture runs, of a small and of a large thing.
        pieces: how many, of a small and of a large thing.
        shard: sizes of the pieces as bodies, smallest and largest.
        keep: coefficient of restitution on the floor.
        whole: level of the whole body before it gives way.
    """

    crack: tuple[float, float]
    length: tuple[float, float]
    pieces: tuple[int, int]
    shard: tuple[float, float]
    keep: float
    whole: float


_FRACTURES = {
    "glass": _Fracture((2500, 16_000), (0.03, 0.22), (22, 150), (-0.35, 0.3), 0.42, 0.35),
    "ceramic": _Fracture((1200, 11_000), (0.015, 0.08), (8, 40), (0.0, 0.5), 0.38, 0.8),
    "wood": _Fracture((600, 7000), (0.1, 0.7), (14, 70), (0.0, 0.5), 0.3, 0.7),
    "stone": _Fracture((300, 7000), (0.03, 0.25), (12, 60), (0.15, 0.75), 0.3, 0.9),
    "ice": _Fracture((1200, 12_000), (0.03, 0.35), (10, 60), (0.1, 0.6), 0.4, 0.6),
    "plastic": _Fracture((900, 8000), (0.01, 0.06), (5, 22), (0.0, 0.5), 0.45, 0.9),
}


def build_breaking(params: Breaking, studio: Studio) -> Instrument:
    """Build a thing that breaks anew with each blow."""
    how, own = _FRACTURES[params.material], studio.rng("thing")
    size = params.size
    whole = held(body_of(params.material, 0.3 + 0.7 * size, own), 0.6)
    small, large = how.shard
    sizes = small + (large - small) * (0.25 + 0.75 * size) * own.random(26) ** 1.6
    bodies = [held(body_of(params.material, float(one), own), 0.15) for one in sizes]
    bank = [unit(blow(body, 0.9, 0.8, own)) for body in bodies for _ in range(2)]
    snaps = [puff(own, *how.crack, around(own, 0.012, 0.5), 0.0001) for _ in range(24)]
    fall = float(np.sqrt(2 * params.height / _GRAVITY))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = how.length[0] + (how.length[1] - how.length[0]) * size
        pieces = int((how.pieces[0] + (how.pieces[1] - how.pieces[0]) * size**1.3) * (0.5 + 0.6 * strength))
        cracks = np.r_[0.0, length * rng.random(pieces) ** (1.2 if params.material == "wood" else 2.0)]
        loud = np.r_[1.0, rng.random(pieces) ** 2]
        parts = [
            (0.0, 0.9 * unit(shower(cracks, loud, snaps, rng))),
            (0.0, how.whole * unit(blow(whole, 0.8, strength, rng))),
            (0.0, 0.8 * unit(shower(cracks[1:], 0.6 * loud[1:], bank, rng))),
        ]
        if params.height > 0.02:
            at, level = _landings(pieces, fall, how.keep, rng)
            parts.append((0.0, (0.75 if params.material != "wood" else 0.5) * unit(shower(at, level, bank, rng))))
        return lay(parts)

    return Instrument(strike=strike, rhythm=steady(2.4 + 1.5 * size, 0.35))


def _landings(pieces: int, fall: float, keep: float, rng: np.random.Generator) -> tuple[Wave, Wave]:
    """Seconds and levels at which pieces reach the floor and bounce on it; some were thrown up first."""
    at: list[float] = []
    level: list[float] = []
    for _ in range(pieces):
        lands = fall * (1 + 0.5 * rng.random() ** 2) + 0.02 * rng.random()
        loud = rng.random() ** 2.2
        for late, speed in bounces(rng, 2 * keep * fall * between(rng, 0.3, 1.0), keep, 5, spread=0.3):
            at.append(lands + late)
            level.append(loud * speed**1.5)
    return np.array(at), np.array(level)


BREAKING = Family(
    "breaking",
    "Something brittle breaks: a crack that branches, then pieces that fall and bounce.",
    Breaking,
    build_breaking,
    model=(
        "A first crack is followed by many more while the fracture runs through the body: bursts of noise whose sizes "
        "are mostly small. The body itself rings for the moment that it is whole. Each piece is then a smaller body of "
        "the same material with modes of its own; the pieces reach the floor after the time that a fall from their "
        "height takes, and bounce with the material's restitution, each bounce weaker and sooner. Wood breaks slowly, "
        "fibre by fibre; glass at once, into many."
    ),
    source=(
        "Rath & Rocchesso, Continuous sonic feedback from a rolling ball, IEEE MultiMedia 12 (2005), and Rath's "
        "breaking as bouncing pieces in The Sounding Object (2003); Warren & Verbrugge, Auditory perception of "
        "breaking and bouncing events, J. Exp. Psychol. HPP 10 (1984)."
    ),
)


@dataclass(frozen=True)
class Collapse:
    """A heap of matter comes down: of what, how much, for how long."""

    material: str = choice("stone", "wood", "metal", "earth", "ice")
    mass: float = span(0.5)
    duration: float = span(2.5, 0.5, 8.0, unit="s")


def build_collapse(params: Collapse, studio: Studio) -> Instrument:
    """Build a heap that comes down anew each time."""
    own = studio.rng("heap")
    solid = params.material if params.material != "earth" else "stone"
    tight = 0.95 if params.material == "earth" else 0.3 if params.material == "metal" else 0.45
    sizes = own.random(22) ** (1.8 - params.mass)
    bodies = [held(body_of(solid, float(0.15 + 0.85 * one), own), tight) for one in sizes]
    bank = [unit(blow(body, 0.6, 0.8, own)) * (0.3 + 0.7 * one) for body, one in zip(bodies, sizes, strict=True)]
    dull = {"earth": 900.0, "wood": 3500.0}.get(params.material, 7000.0)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        length = params.duration * around(rng, 1, 0.1)
        count = int((40 + 260 * params.mass) * (0.6 + 0.4 * strength) * np.sqrt(length / 2.5))
        at = np.r_[0.0, length * rng.beta(1.1, 2.4, count)]
        level = np.r_[1.0, np.minimum(0.12 * (1 + rng.pareto(1.6, count)), 1.0)] * np.exp(-1.2 * at / length)
        n = seconds(length * 1.2)
        shape = burst(n, 0.02, 2.2 * length)
        rumble = once(rng.standard_normal(n), slope(-4.0), highpass(32), lowpass(260 - 150 * params.mass)) * shape
        dust = once(rng.standard_normal(n), highpass(300, 1), lowpass(dull, 1)) * shape
        return lay(
            [
                (0.0, once(unit(shower(at, level, bank, rng)), lowpass(dull * 1.5, 1))),
                (0.0, (0.25 + 0.7 * params.mass) * unit(rumble)),
                (0.0, 0.16 * unit(dust)),
            ]
        )

    return Instrument(strike=strike, rhythm=steady(params.duration + 2.0, 0.3))


COLLAPSE = Family(
    "collapse",
    "A heap comes down: hundreds of blows of unlike bodies over a rumble, dying away.",
    Collapse,
    build_collapse,
    model=(
        "Blows come in a crowd that is densest soon after the start and thins out; their sizes follow a power law, as "
        "in avalanches, so that a few large ones stand over very many small ones. Each is a body of the material, the "
        "larger the lower, damped by what lies on it. Beneath lies the rumble of the mass, deeper the more of it there "
        "is, and over it the hiss of what is ground to dust."
    ),
    source=(
        "Farnell, Designing Sound (2010); Cook, Physically informed sonic modeling (PhISM), CMJ 21 (1997); Bak, Tang & "
        "Wiesenfeld, Self-organized criticality, Phys. Rev. Lett. 59 (1987)."
    ),
)
