"""Whales: the humpback's song, the blue whale's moan, the orca's pulsed calls and the sperm whale's clicks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.filters import band, once
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import burst, clock, lay, line, seconds, swell, unit
from v2a_foley.generate.procedural.parts.throat import turns


@dataclass(frozen=True)
class Whale:
    """Whales: which, their length against the kind's usual, how far away, and how many sing."""

    species: str = choice("humpback", "blue", "orca", "sperm")
    length: float = span(1.0, 0.4, 1.4, unit="of the kind's")
    distance: float = span(0.3, 0.02, 20.0, unit="km")
    number: int = span(1, 1, 6)


def _tone(points: tuple[tuple[float, float], ...], duration: float, rolloff: float, rng: np.random.Generator) -> Wave:
    """Sing a harmonic tone: partials fall by so many decibels an octave, and each wavers by itself."""
    n = seconds(duration)
    hertz = line(points, n) * (1 + 0.006 * np.interp(np.arange(n), np.linspace(0, n, 12), rng.standard_normal(12)))
    turn = np.exp(2j * np.pi * np.cumsum(hertz) / RATE)
    partial, out = np.ones(n, complex), np.zeros(n)
    coarse = np.linspace(0, 8, -(-n // 16))
    for k in range(1, 13):
        if k * max(f for _, f in points) > 9000:
            break
        partial *= turn
        waver = 1 + 0.35 * np.interp(coarse, np.arange(9), rng.standard_normal(9))
        angle = np.exp(1j * rng.random() * 6.28) * k ** (rolloff / 6.02)
        out += np.repeat(waver, 16)[:n] * (partial.imag * angle.real + partial.real * angle.imag)
    return out * swell(n, 0.18 * duration, 0.3 * duration)


def _humpback(body: float, rng: np.random.Generator) -> Wave:
    """One unit of the song: a moan, a cry that slides up, or a grunt that repeats."""
    what = int(rng.integers(4))
    if what == 0:
        low = around(rng, 160, 0.3) / body
        return _tone(((0, low), (0.4, 1.25 * low), (1, 0.8 * low)), around(rng, 2.4, 0.2), -5, rng)
    if what == 1:
        low = around(rng, 330, 0.2) / body
        return _tone(((0, low), (0.5, 1.6 * low), (0.85, 2.6 * low), (1, 2.4 * low)), around(rng, 1.7, 0.2), -7, rng)
    if what == 2:
        top = around(rng, 700, 0.25) / body
        return _tone(((0, 0.9 * top), (0.2, top), (1, 0.45 * top)), around(rng, 2.0, 0.2), -9, rng)
    low = around(rng, 70, 0.2) / body
    grunts = [
        (0.36 * k * around(rng, 1, 0.05), _tone(((0, low), (1, 1.7 * low)), 0.24, -3, rng))
        for k in range(int(rng.integers(3, 6)))
    ]
    return lay(grunts)


def _blue(body: float, rng: np.random.Generator) -> Wave:
    """A long moan at the floor of hearing, with the beat of its pulses and a few overtones."""
    low = around(rng, 26, 0.05) / body
    moan = _tone(((0, 1.03 * low), (0.2, low), (1, 0.9 * low)), around(rng, 5.5, 0.12), -3.5, rng)
    pulses = 1 + 0.35 * np.sin(2 * np.pi * around(rng, 3.1, 0.1) * clock(len(moan)))
    return moan * pulses


def _orca(body: float, rng: np.random.Generator) -> Wave:
    """A pulsed call: bursts of pulses so fast that their rate is a pitch, sliding, with a whistled upper voice."""
    base = around(rng, 850, 0.2) / body
    length = around(rng, 0.85, 0.2)
    slide = (
        (0, base),
        (0.3, base * around(rng, 1.25, 0.1)),
        (0.7, base * around(rng, 1.1, 0.1)),
        (1, base * around(rng, 1.9, 0.15)),
    )
    low = _tone(slide, length, -2.5, rng)
    high = _tone(((0, 4.1 * base), (1, 4.6 * base)), length * 0.8, -12, rng)
    return lay([(0.0, unit(low)), (0.1 * length, 0.25 * unit(high))])


def _sperm(body: float, rng: np.random.Generator) -> Wave:
    """Clicks once or twice a second, each with echoes between the ends of the spermaceti organ."""
    parts, at = [], 0.0
    inside = 0.0055 * body
    for _ in range(int(rng.integers(4, 9))):
        n = seconds(0.012)
        click = once(rng.standard_normal(n), band(2500 / body, 11_000)) * burst(n, 0.0002, 0.006)
        echoes = [(k * inside, 0.35**k * unit(click)) for k in range(4)]
        parts.append((at, around(rng, 1, 0.1) * lay(echoes)))
        at += around(rng, 0.62, 0.05)
    return lay(parts)


_SINGS = {"humpback": (_humpback, 3.4), "blue": (_blue, 9.0), "orca": (_orca, 2.6), "sperm": (_sperm, 4.0)}


def _through_sea(wave: Wave, kilometres: float, rng: np.random.Generator) -> Wave:
    """Carry a sound through the sea: echoes of surface and floor trail it, and distance takes the treble."""
    from scipy import fft

    trail = int((0.5 + 1.6 * min(1.0, kilometres / 3) ** 0.4) * RATE)
    echo = rng.standard_normal(trail) * np.exp(-6.9 * np.linspace(0, 1, trail))
    echo = once(echo, band(30, 9000 / (1 + kilometres) ** 0.8))
    echo[: RATE // 250] = 0
    echo *= (0.35 + 0.6 * min(1.0, kilometres / 3)) / np.sqrt(np.sum(echo**2) + 1e-12)
    size = fft.next_fast_len(len(wave) + trail, real=True)
    hertz = np.fft.rfftfreq(size, 1 / RATE) / 1000
    loss = (0.11 * hertz**2 / (1 + hertz**2) + 44 * hertz**2 / (4100 + hertz**2)) * kilometres
    echo[0] = 1.0
    heard = fft.rfft(wave, size) * fft.rfft(echo, size) * 10 ** (-loss / 20)
    return np.asarray(fft.irfft(heard, size)[: len(wave) + trail])


def build(params: Whale, studio: Studio) -> Instrument:
    """Build one whale or several."""
    sing, rest = _SINGS[params.species]
    bodies = [params.length * around(studio.rng("body", k), 1.0, 0.08) for k in range(params.number)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        wave = unit(sing(bodies[int(rng.integers(params.number))], rng))
        far = params.distance * (1.0 if params.number == 1 else between(rng, 0.6, 1.8))
        return (0.6 + 0.4 * strength) * _through_sea(wave, far, rng)

    return Instrument(strike=strike, rhythm=turns(rest, params.number))


WHALE = Family(
    "whale",
    "Whales under water: humpback song, blue whales' moans, orcas' calls, sperm whales' clicks.",
    Whale,
    build,
    model=(
        "Humpbacks sing units (moans, cries that slide, series of grunts) of harmonic tones whose partials waver"
        " one by one; blue whales moan for seconds near 20 Hz with overtones; orcas make pulses so fast that their"
        " rate is a sliding pitch, with a second voice above; a sperm whale's click is repeated inside its head by"
        " echoes between the ends of the spermaceti organ. Length lowers all of it. The sea absorbs by its"
        " relaxations (boric acid, magnesium sulphate) and returns echoes from surface and floor, the more the"
        " farther."
    ),
    source=(
        "Payne & McVay, Songs of humpback whales (1971); Cummings & Thompson, Underwater sounds from the blue"
        " whale (1971); Ford, Acoustic behaviour of resident killer whales off Vancouver Island (1989); Norris &"
        " Harvey, A theory for the function of the spermaceti organ of the sperm whale (1972); Thorp, Analytic"
        " description of the low-frequency attenuation coefficient (1967)."
    ),
)
