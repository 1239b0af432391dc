"""Science fiction that fires, hums and moves: laser guns and beams, force fields, teleports, warps, scanners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import (
    RATE,
    Block,
    Family,
    Instrument,
    Play,
    Studio,
    Wave,
    choice,
    span,
    steady,
)
from v2a_foley.generate.procedural.parts.filters import Filter, band, highpass, lowpass, once, peak
from v2a_foley.generate.procedural.parts.noise import Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, decay, lay, seconds, swell, unit
from v2a_foley.generate.procedural.parts.tables import cycle, harmonic_levels, read


@dataclass(frozen=True)
class Laser:
    """A ray gun: where its pitch starts, over how many octaves it falls, how long, how dirty, how heavy."""

    kind: str = choice("bolt", "pulse", "wire", "beam")
    pitch: float = span(2600.0, 400.0, 9000.0, unit="Hz")
    fall: float = span(3.0, 0.5, 6.0, unit="octaves")
    length: float = span(0.32, 0.08, 2.0, unit="s")
    dirt: float = span(0.3)
    weight: float = span(0.3)


def _wire(params: Laser, strength: float, rng: np.random.Generator) -> Wave:
    """A struck guy wire: in stiff steel the highs arrive first, so the blow becomes a falling chirp, with echoes."""
    n = seconds(max(params.length, 0.25))
    time = clock(n)
    out = np.zeros(n)
    for k in range(4):
        delay = 0.02 * (2 * k + 1) * around(rng, 1.0, 0.02)
        late = np.maximum(time - 0.3 * delay, 0) + 1e-4
        hertz = np.minimum(params.pitch * (0.25 * delay / late) ** 1.4 + 90 / (k + 1), 16_000)
        chirp = (
            np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
            * (time > 0.3 * delay)
            * np.exp(-time / (0.12 * params.length * 4))
        )
        out += 0.62**k * chirp * np.minimum(1, late / 0.002)
    return unit(out + 0.1 * params.dirt * rng.standard_normal(n) * decay(n, 0.05))


def build_laser(params: Laser, studio: Studio) -> Instrument:
    """Build a ray gun."""
    own = studio.rng("gun")
    pitch, fall = around(own, params.pitch, 0.06), around(own, params.fall, 0.05)
    index, ratio = 0.4 + 3.5 * params.dirt, float(own.choice([0.5, 1.0, 1.5, 2.0]))
    if params.kind == "beam":
        return Instrument(play=_beam(params, studio), burst=max(params.length, 0.6))

    def shot(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(params.length * around(rng, 1.0, 0.06))
        time = clock(n)
        hertz = np.maximum(pitch * around(rng, 1.0, 0.03) * 2.0 ** (-fall * (time / time[-1]) ** 0.6), 45)
        turn = 2 * np.pi * np.cumsum(hertz) / RATE
        wave = np.sin(turn + index * np.sin(ratio * turn) * decay(n, 1.5 * params.length))
        wave = wave * burst(n, 0.0008, 0.9 * params.length)
        m = seconds(0.05)
        crack = once(rng.standard_normal(m), band(900, 11_000)) * burst(m, 0.0003, 0.035)
        k = seconds(0.22)
        thump = np.sin(2 * np.pi * np.cumsum(55 + 160 * np.exp(-clock(k) / 0.02)) / RATE) * burst(k, 0.001, 0.2)
        return lay(
            [(0.0, unit(wave)), (0.0, 0.6 * params.dirt * unit(crack)), (0.0, 1.2 * params.weight * unit(thump))]
        )

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        if params.kind == "wire":
            return _wire(params, strength, rng)
        if params.kind == "pulse":
            return lay([(0.085 * k, 0.92**k * shot(strength, rng)) for k in range(3)])
        return shot(strength, rng)

    return Instrument(strike=strike, rhythm=steady(0.9, 0.5))


def _beam(params: Laser, studio: Studio) -> Play:
    own = studio.rng("beam")
    root = around(own, params.pitch / 12, 0.05)
    tones = cycle(
        harmonic_levels(root, 0.8 - 0.4 * params.dirt, 14_000),
        own.uniform(0, 6.28, len(harmonic_levels(root, 0.8 - 0.4 * params.dirt, 14_000))),
    )
    noise, flicker = Noise(studio.rng("noise"), studio.channels), Slow(studio.rng("flicker"), 14)
    drift = Slow(studio.rng("drift"), 1.2)
    lens, sparks = Filter(peak(params.pitch, 2.5, 14), highpass(60)), Filter(highpass(2500, 1))
    state = {"a": 0.0, "b": 0.0}

    def play(block: Block) -> Wave:
        n = block.samples
        bend = 1 + 0.006 * drift(n)
        one = state["a"] + np.cumsum(root * bend) / RATE
        two = state["b"] + np.cumsum(root * 1.008 * bend) / RATE
        state.update(a=float(one[-1] % 1), b=float(two[-1] % 1))
        ray = lens((read(tones, one) + read(tones, two)) * np.exp(0.25 * flicker(n)))
        return np.asarray(ray + (0.05 + 0.5 * params.dirt) * sparks(noise(n)) * np.clip(flicker(n), 0, 3))

    return play


LASER = Family(
    "laser",
    "Ray guns: bolts, pulses, struck wires, steady beams.",
    Laser,
    build_laser,
    model="A bolt is a tone that falls some octaves within a third of a second, frequency-modulated for dirt, "
    "with a crack of noise and a low thump for weight. The struck wire is what film-makers recorded: "
    "bending waves in stiff steel run the faster the higher they are, so a blow arrives as a falling "
    "chirp, and echoes. A beam is a buzzing pair of oscillators through a resonance.",
    source="Chowning, The synthesis of complex audio spectra by means of frequency modulation, JAES 21 (1973); "
    "Farnell, Designing Sound (2010), science fiction; Fletcher & Rossing, The Physics of Musical "
    "Instruments (1998), ch. 2: dispersion of bending waves.",
)


@dataclass(frozen=True)
class Energy:
    """A device of the future: which, how low, how strong its field, how fast it pulses, how long a passage takes."""

    kind: str = choice("force_field", "teleport", "warp", "scanner", "charge")
    pitch: float = span(90.0, 30.0, 600.0, unit="Hz")
    strength: float = span(0.5)
    pulse: float = span(3.0, 0.3, 20.0, unit="1/s")
    length: float = span(1.8, 0.3, 6.0, unit="s")


def _field(params: Energy, studio: Studio) -> Play:
    """A hum whose overtones sweep as through a comb whose teeth move, with a crackle on top."""
    own = studio.rng("field")
    fall = 1.2 - 0.6 * params.strength
    table = cycle(
        harmonic_levels(params.pitch, fall, 9000), own.uniform(0, 6.28, len(harmonic_levels(params.pitch, fall, 9000)))
    )
    noise, wave_at = Noise(studio.rng("noise"), studio.channels), Slow(studio.rng("wave"), 0.6)
    top, fizz = Filter(lowpass(1200 + 5000 * params.strength, 1), highpass(25)), Filter(band(2200, 9000))
    rates = [around(own, r, 0.01) for r in (1.0, 1.004, 2.01, 0.5)]
    state = [float(own.random()) for _ in rates]
    turn = {"pulse": float(own.random()), "sweep": 0.0}
    low, high = around(own, 500, 0.1), around(own, 2100, 0.1)
    ray = Filter(peak(low, 3, 6), peak(high, 3, 8))

    def play(block: Block) -> Wave:
        n = block.samples
        pulse = turn["pulse"] + np.cumsum(params.pulse * (1 + 0.06 * wave_at(n))) / RATE
        turn["pulse"] = float(pulse[-1] % 1)
        beat = 0.5 + 0.5 * np.sin(2 * np.pi * pulse)
        hum = np.zeros(n)
        scan = params.kind == "scanner"
        for k, ratio in enumerate(rates):
            bend = 2 ** (1.6 * (beat - 0.5)) if scan else 1 + 0.012 * (beat - 0.5)
            turns = state[k] + np.cumsum(params.pitch * ratio * (6 if scan else 1) * bend) / RATE
            state[k] = float(turns[-1] % 1)
            hum += read(table, turns)
        depth = 0.2 + 0.5 * params.strength
        out = ray(hum) * (1 - depth + depth * beat)
        white = noise(n)
        return (
            top(out + 0.15 * params.strength * fizz(white) * beat**2)
            if not scan
            else top(0.7 * out + 0.04 * fizz(white))
        )

    return play


def build_energy(params: Energy, studio: Studio) -> Instrument:
    """Build a device."""
    own = studio.rng("device")
    tune = around(own, params.pitch, 0.05)
    table = cycle(harmonic_levels(tune * 4, 0.9, 14_000))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(params.length)
        time = clock(n)
        share = time / time[-1]
        total = np.zeros(n)
        count = 9
        for k in range(count):
            ratio = (k + 1) ** 0.85 * around(rng, 1.0, 0.01)
            if params.kind == "teleport":
                bend = 2 ** (2.2 * share + 0.12 * np.sin(2 * np.pi * (params.pulse * 2 + k) * time))
                level = np.sin(np.pi * share) ** 1.2 * (
                    0.6 + 0.4 * np.sin(2 * np.pi * (3 + 1.7 * k) * time + 6.28 * rng.random())
                )
                total += level * np.sin(2 * np.pi * np.cumsum(6 * tune * ratio * bend) / RATE) / (k + 1) ** 0.4
            elif params.kind == "warp":
                bend = 2 ** (4.2 * share**3 - 1.0 * share)
                total += (
                    read(table, np.cumsum(0.35 * tune * ratio * bend) / RATE + rng.random())
                    * share**1.4
                    / (k + 1) ** 0.6
                )
            else:
                bend = 2 ** (2.6 * share**0.8)
                total += (
                    read(table, np.cumsum(0.5 * tune * ratio * bend) / RATE + rng.random()) * (0.1 + share) / (k + 1)
                )
        hiss = once(rng.standard_normal(n), band(1500, 12_000)) * (
            np.sin(np.pi * share) ** 2 if params.kind == "teleport" else share**2
        )
        out = unit(total) + (0.15 + 0.4 * params.strength) * unit(hiss)
        parts = [(0.0, unit(out) * swell(n, 0.004, 0.02 if params.kind == "warp" else 0.15 * params.length))]
        if params.kind == "warp":
            m = seconds(1.4)
            boom = np.sin(2 * np.pi * np.cumsum(34 + 140 * np.exp(-clock(m) / 0.05)) / RATE) * decay(m, 1.5)
            rush = once(rng.standard_normal(m), band(150, 5000)) * burst(m, 0.001, 0.8)
            parts += [(params.length, 1.1 * unit(boom)), (params.length, 0.6 * unit(rush))]
        return lay(parts)

    if params.kind in ("force_field", "scanner"):
        return Instrument(play=_field(params, studio), burst=max(1.0, params.length))
    return Instrument(strike=strike, rhythm=steady(params.length * 1.8 + between(own, 0.5, 1.0), 0.2, 0.8))


ENERGY = Family(
    "energy",
    "Devices of the future: force fields, teleports, warps, scanners, what charges.",
    Energy,
    build_energy,
    model="A force field is a few humming oscillators, almost in tune, through two fixed resonances, that "
    "swell and fizz at the rate of its pulse; a scanner slides its tone up and down at that rate. A "
    "teleport is a rising cluster of trembling sines in a breath of noise; a warp winds up over four "
    "octaves and ends in a boom; what charges rises and brightens.",
    source="Farnell, Designing Sound (2010), science fiction; Risset's clusters of gliding sines, in Roads, "
    "The Computer Music Tutorial (1996).",
)
