"""Frogs and toads: croaks, peeps, trills and the bullfrog's bellow, by body length and temperature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from v2a_foley.generate.procedural.families.song import whistle
from v2a_foley.generate.procedural.family import Family, Instrument, Studio, Wave, choice, span
from v2a_foley.generate.procedural.parts.air import through_air
from v2a_foley.generate.procedural.parts.noise import around, between
from v2a_foley.generate.procedural.parts.shapes import lay, unit
from v2a_foley.generate.procedural.parts.throat import HOLD, PUFF, Call, Chorus, Throat, individual, turns, utter
from v2a_foley.generate.procedural.parts.voice import Utterance


@dataclass(frozen=True)
class Frog:
    """Frogs: which, their length against the kind's usual, how warm it is, how many, and how far away."""

    species: str = choice("pond_frog", "bullfrog", "tree_frog", "peeper", "toad")
    length: float = span(1.0, 0.6, 1.6, unit="of the kind's")
    temperature: float = span(18.0, 6.0, 32.0, unit="°C")
    number: int = span(1, 1, 20)
    distance: float = span(5.0, 1.0, 200.0, unit="m")


_CROAK = Utterance(
    0.38,
    ((0.0, 36), (0.5, 48), (1.0, 42)),
    HOLD,
    ((0.0, (480, 1150, 2300, 3400)), (0.5, (620, 1450, 2500, 3500)), (1.0, (500, 1200, 2300, 3400))),
    breath=0.06,
    jitter=0.015,
    shimmer=0.15,
    tilt=3500,
    sharp=1.6,
)
_BELLOW = Utterance(
    0.75,
    ((0.0, 92), (0.4, 103), (1.0, 96)),
    ((0.0, 0.0), (0.18, 0.8), (0.5, 1.0), (0.85, 0.8), (1.0, 0.0)),
    ((0.0, (210, 480, 1250, 1900)), (0.5, (240, 560, 1350, 2000)), (1.0, (210, 480, 1250, 1900))),
    breath=0.06,
    jitter=0.012,
    shimmer=0.1,
    tilt=700,
    growl=0.15,
)
_RIB = Utterance(
    0.13,
    ((0.0, 88), (1.0, 104)),
    PUFF,
    ((0.0, (900, 2000, 3100, 4300)), (1.0, (1050, 2400, 3300, 4500))),
    breath=0.06,
    jitter=0.02,
    shimmer=0.15,
    tilt=5000,
    sharp=1.6,
)
_BIT = replace(_RIB, duration=0.16, vowels=((0.0, (1050, 2200, 3200, 4300)), (1.0, (1250, 2800, 3500, 4600))))

Sing = Callable[[Throat, float, float, np.random.Generator], Wave]


def _timed(call: Call, warm: float) -> Call:
    """Quicken a call as warm muscles do: pulses and their number a second, not the pitch of the throat."""
    faster = tuple(
        replace(part, duration=part.duration / warm**0.6, pitch=tuple((u, f * warm**0.8) for u, f in part.pitch))
        if part.pitch[0][1] < 110 and part is not _BELLOW
        else replace(part, duration=part.duration / warm**0.6)
        for part in call.utterances
    )
    return replace(call, utterances=faster, gaps=tuple(gap / warm for gap in call.gaps))


def _throated(call: Call) -> Sing:
    return lambda throat, warm, strength, rng: utter(_timed(call, warm), throat, strength, rng)


def _peep(throat: Throat, warm: float, strength: float, rng: np.random.Generator) -> Wave:
    """Whistle one rising peep."""
    top = 2900 * throat.tract * around(rng, 1, 0.01)
    return whistle(0.15 / warm**0.6, ((0, 0.93 * top), (1, 1.03 * top)), rng, harmonics=(1, 0.05))


def _trill(throat: Throat, warm: float, strength: float, rng: np.random.Generator) -> Wave:
    """Trill for seconds: short pure pulses, some thirty a second."""
    top, rate = 1550 * throat.tract, 26 * warm
    count = int(between(rng, 2.2, 5.0) * rate)
    length = 0.7 / rate
    pulses = [whistle(length, ((0, 0.98 * top), (1, 1.01 * top)), rng, harmonics=(1, 0.06)) for _ in range(6)]
    return lay(
        [(k / rate, min(1.0, 0.25 + 4 * k / count) * around(rng, 1, 0.05) * pulses[k % 6]) for k in range(count)]
    )


_SPECIES: dict[str, tuple[Sing, float]] = {
    "pond_frog": (_throated(Call((_CROAK,), (0.3,), (1, 3), 1.8, 0.08)), 1.8),
    "bullfrog": (_throated(Call((_BELLOW,), (0.35,), (2, 4), 5.0, 0.06)), 5.0),
    "tree_frog": (_throated(Call((_RIB, _BIT), (0.035, 0.22), (1, 4), 1.9, 0.05)), 1.9),
    "peeper": (_peep, 0.85),
    "toad": (_trill, 6.0),
}


def build(params: Frog, studio: Studio) -> Instrument:
    """Build one frog or a pond of them."""
    sing, rest = _SPECIES[params.species]
    warm = max(0.25, (params.temperature + 2) / 20)
    throat = Throat(params.length**-0.8, 1 / params.length)
    chorus = Chorus(params.number)
    ones = [individual(throat, studio.rng("individual", k), 0.06) for k in range(params.number)]

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        who = ones[int(rng.integers(params.number))]
        far = params.distance * (1.0 if params.number == 1 else between(rng, 0.5, 2.5))
        return chorus(lambda: through_air(unit(sing(who, warm, strength, rng)), far, rng), rng)

    return Instrument(strike=strike, rhythm=turns(rest / warm, params.number, least=0.06))


FROG = Family(
    "frog",
    "Frogs and toads: croaks, peeps, trills, bullfrogs.",
    Frog,
    build,
    model=(
        "Air driven to and fro over the vocal cords is radiated by the vocal sac. In croaks the larynx releases 40"
        " to 100 separate pulses a second, each of which rings the throat; bullfrogs bellow with folds that vibrate"
        " near 100 Hz; peepers and toads make nearly pure tones, single and rising or in trills. Larger frogs ring"
        " lower, one over their length; warmer ones pulse, trill and call faster at the same pitch. In a chorus"
        " each keeps to its own turn and its own distance."
    ),
    source=(
        "Gerhardt & Huber, Acoustic Communication in Insects and Anurans (2002); Gerhardt, Temperature coupling in"
        " the vocal communication system of the gray tree frog, Hyla versicolor (1978); Ryan, The Túngara Frog"
        " (1985); Capranica, The Evoked Vocal Response of the Bullfrog (1965)."
    ),
)
