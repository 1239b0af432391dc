"""Rotors: helicopters, propellers and drones, from their blades' number, speed and span, and what turns them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import Block, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import air
from v2a_foley.generate.procedural.parts.filters import Filter, Pole, band, coloured, highpass, peak, slope
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around
from v2a_foley.generate.procedural.parts.tables import read
from v2a_foley.generate.procedural.parts.turning import Orders, Shaft, train

_SOUND = 343.0
_TABLE = 4096


@dataclass(frozen=True)
class Rotor:
    """Blades that beat the air: how many, how fast, how long, how many rotors, what drives them, how far off."""

    blades: int = span(4, 1, 12)
    rpm: float = span(390.0, 60.0, 30_000.0, unit="rpm")
    diameter: float = span(11.0, 0.03, 40.0, unit="m")
    rotors: int = span(1, 1, 8)
    slap: float = span(0.5)
    drive: str = choice("turbine", "piston", "electric")
    distance: float = span(40.0, 1.0, 3000.0, unit="m")


def _turn(params: Rotor, own: np.random.Generator) -> Wave:
    """The pressure of one turn, ``(4097,)``: Gutin's loading tones of every blade, and the slap as it meets a wake."""
    from scipy import special

    mach = min(np.pi * params.diameter * params.rpm / 60 / _SOUND, 0.95)
    share = np.arange(_TABLE + 1) / _TABLE
    wave = np.zeros(_TABLE + 1)
    top = max(2, min(40, int(9000 / max(params.rpm / 60 * params.blades, 1.0))))
    for blade in range(params.blades):
        level = np.exp(0.1 * own.standard_normal())
        late = (blade + 0.012 * own.standard_normal()) / params.blades
        for m in range(1, top + 1):
            order = m * params.blades
            steady = float(special.jv(order, 0.8 * order * mach)) * m
            unsteady = 0.05 * m**-1.1
            wave += level / params.blades * (steady + unsteady) * np.cos(2 * np.pi * order * (share - late))
        part = ((share - late) % 1) * params.blades
        slap = params.slap * 0.5 * mach**2 * level
        wave += slap * (np.exp(-(((part - 0.35) / 0.05) ** 2)) - 0.8 * np.exp(-(((part - 0.43) / 0.06) ** 2)))
    return np.asarray(wave - wave[:-1].mean())


def build(params: Rotor, studio: Studio) -> Instrument:
    """Build rotors; the drive is their speed and pull."""
    own = studio.rng("rotor")
    shafts = [Shaft(studio, f"shaft {k}", 0.004 + 0.006 * (params.rotors > 1)) for k in range(params.rotors)]
    tables = [_turn(params, own) for _ in shafts]
    pace = [params.rpm / 60 * around(own, 1, 0.012 + 0.03 * (params.rotors > 1)) for _ in shafts]
    mach = min(np.pi * params.diameter * params.rpm / 60 / _SOUND, 0.95)
    chord = params.diameter / 14
    vortex = float(np.clip(0.2 * 0.7 * mach * _SOUND / (0.2 * chord), 150, 6000))
    noise = Noise(studio.rng("wash"), studio.channels)
    wash = coloured(slope(-3.0), band(0.35 * vortex, 3.0 * vortex))
    sway, gust = Slow(studio.rng("sway"), 0.8), Slow(studio.rng("gust"), 2.0)
    extra = _drive(params, studio)
    far = Filter(highpass(18, 1), air(params.distance))
    inertia = Pole(0.3)
    opening = np.exp(2.2 * (np.cos(2 * np.pi * np.arange(_TABLE + 1) / _TABLE) - 1))

    def play(block: Block) -> Wave:
        n = block.samples
        pull = inertia(block.drive)
        tone, open_part = np.zeros(n), np.zeros(n)
        for shaft, table, hertz in zip(shafts, tables, pace, strict=True):
            turns = shaft(hertz * (0.55 + 0.45 * pull))
            tone += read(table, turns)
            open_part += read(opening, params.blades * turns)
        white = noise(n)
        beat = open_part / params.rotors * (1 + 0.15 * gust(n))
        level = (0.12 + 0.88 * pull**1.6) * (1 + 0.12 * sway(n))
        broad = wash(white) * (0.25 + 1.1 * beat)
        out = tone * 2.2 / np.sqrt(params.rotors) + (0.12 + 0.18 * (1 - params.slap)) * broad
        return np.asarray(far((out + extra(n, pull)) * level))

    return Instrument(play=play, inertia=0.3, follows=True, rest=0.85, burst=2.0)


def _drive(params: Rotor, studio: Studio) -> Callable[[int, Wave], Wave]:
    """What turns the rotor, from the number of samples and the pull at each."""
    own = studio.rng("drive")
    if params.drive == "piston":
        shaft, chance = Shaft(studio, "crank", 0.006), studio.rng("shots")
        strength = np.exp(0.14 * own.standard_normal(4))
        pipe = Filter(peak(95, 2, 8), peak(240, 3, 6), peak(620, 3, 4), band(50, 2400))

        def firing(n: int, pull: Wave) -> Wave:
            turns = shaft(params.rpm / 120 * (0.55 + 0.45 * pull))
            at, which = shaft.passed(turns, np.arange(4) / 4)
            return pipe(4.0 * train(n, at, strength[which] * np.exp(0.08 * chance.standard_normal(len(at)))))

        return firing
    if params.drive == "electric":
        poles = params.rpm / 60 * 7
        whine = Orders(studio, "poles", ((1, 0.5), (2, 1.0), (6, 0.5), (12, 0.12)))
        shafts = Shaft(studio, "motor", 0.012)
        return lambda n, pull: 0.05 * whine(shafts(poles * (0.55 + 0.45 * pull)))
    hertz = around(own, 4600, 0.08)
    whine, shaft = Orders(studio, "turbine", ((1, 1.0), (0.39, 0.7), (1.43, 0.3))), Shaft(studio, "turbine", 0.003)
    mesh = Orders(studio, "mesh", ((1, 0.8), (2, 0.5), (3, 0.2)))
    gearbox = Shaft(studio, "gearbox", 0.004)
    tooth = around(own, 560, 0.1)

    def turbine(n: int, pull: Wave) -> Wave:
        return 0.018 * whine(shaft(hertz * (0.7 + 0.3 * pull))) + 0.03 * mesh(gearbox(tooth * (0.55 + 0.45 * pull)))

    return turbine


ROTOR = Family(
    "rotor",
    "Rotors: helicopters, propellers and drones, blade by blade.",
    Rotor,
    build,
    model="One turn of the rotor is computed from Gutin's theory: each blade's steady load gives tones at multiples "
    "of the blade rate whose levels are Bessel functions of the tip's Mach number (from rpm and diameter), "
    "its unsteady load adds a slow series, and a double pulse stands for the slap where a blade meets its "
    "wake. Blades differ a little, so the shaft's own rate is heard. Vortex noise at Strouhal 0.2 of the "
    "chord opens once a blade. Several rotors run at speeds of their own and beat. A turbine whines and its "
    "gearbox meshes, a piston engine fires, an electric motor sings at its poles.",
    source="Gutin, On the sound field of a rotating propeller (1936, NACA TM 1195, 1948); Lowson & Ollerhead, A "
    "theoretical study of helicopter rotor noise, JSV 9 (1969); Brooks, Pope & Marcolini, Airfoil self-noise "
    "and prediction, NASA RP 1218 (1989); Schmitz & Yu, Helicopter impulsive noise (1983).",
    shown=(
        {},
        {"blades": 2, "rpm": 324.0, "diameter": 14.6, "slap": 1.0},
        {"blades": 3, "rpm": 2400.0, "diameter": 1.9, "slap": 0.1, "drive": "piston"},
        {"blades": 2, "rpm": 6500.0, "diameter": 0.24, "rotors": 4, "slap": 0.1, "drive": "electric", "distance": 8.0},
    ),
)
