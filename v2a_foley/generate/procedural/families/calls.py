"""Recipes for the calls of animals: data on pitch, formants, roughness and rhythm. ``voice.py`` sings them.

Pitches, durations and formants follow published bioacoustics: dogs (Riede & Fitch 1999; Yeon 2007), cats
(Nicastro 2004), cattle (Padilla de la Torre 2015), lions (Pfefferle 2007), wolves (Palacios 2007), horses
(Briefer 2015), frogs (Ryan 1985).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from v2a_foley.generate.procedural.parts.voice import Points, Utterance, Vowels


@dataclass(frozen=True)
class Call:
    """How one species calls.

    Attributes:
        utterances: the utterances of one call, in order; their durations and pitches vary from call to call.
        gaps: seconds of silence after each utterance within the call.
        times: how many times the sequence is sung in one call (least, most).
        rest: mean seconds from the start of one call to the next.
        vary: spread of duration and pitch from call to call.
    """

    utterances: tuple[Utterance, ...]
    gaps: tuple[float, ...] = (0.12,)
    times: tuple[int, int] = (1, 1)
    rest: float = 3.0
    vary: float = 0.08


def _arc(low: float, top: float, end: float, at: float = 0.35) -> Points:
    return ((0.0, low), (at, top), (1.0, end))


_PUFF: Points = ((0.0, 0.0), (0.05, 0.9), (0.3, 1.0), (0.7, 0.6), (1.0, 0.0))
_HOLD: Points = ((0.0, 0.0), (0.12, 0.8), (0.4, 1.0), (0.8, 0.8), (1.0, 0.0))
_SNAP: Points = ((0.0, 0.0), (0.02, 1.0), (0.3, 0.7), (0.6, 0.25), (1.0, 0.0))


def _open_close(shut: tuple[float, ...], wide: tuple[float, ...], peak: float = 0.4) -> Vowels:
    return ((0.0, shut), (peak, wide), (1.0, shut))


_BARK = Utterance(
    0.21,
    ((0.0, 330), (0.22, 560), (0.6, 470), (1.0, 250)),
    ((0.0, 0.0), (0.06, 1.0), (0.35, 0.85), (0.7, 0.3), (1.0, 0.0)),
    ((0.0, (420, 1150, 2300, 3400, 5200)), (0.3, (850, 1650, 2700, 3900, 6000)), (1.0, (480, 1200, 2350, 3500, 5400))),
    breath=0.26,
    jitter=0.025,
    shimmer=0.25,
    double=0.12,
    tilt=1500,
    growl=0.1,
)
_MEOW = Utterance(
    0.85,
    ((0.0, 430), (0.18, 590), (0.5, 680), (0.8, 520), (1.0, 390)),
    ((0.0, 0.0), (0.1, 0.45), (0.35, 1.0), (0.7, 0.6), (1.0, 0.0)),
    (
        (0.0, (360, 2500, 3300, 4700, 7500)),
        (0.22, (520, 2300, 3400, 4800, 7500)),
        (0.5, (1150, 1900, 3300, 4700, 7500)),
        (0.8, (800, 1350, 3100, 4600, 7500)),
        (1.0, (480, 1000, 3000, 4500, 7500)),
    ),
    breath=0.07,
    jitter=0.008,
    shimmer=0.06,
    tilt=1800,
    sharp=1.2,
)
_MOO = Utterance(
    1.7,
    ((0.0, 92), (0.15, 118), (0.55, 150), (0.85, 128), (1.0, 95)),
    ((0.0, 0.0), (0.15, 0.35), (0.5, 1.0), (0.85, 0.7), (1.0, 0.0)),
    (
        (0.0, (230, 600, 1700, 2500, 3600)),
        (0.3, (280, 650, 1650, 2500, 3600)),
        (0.6, (480, 930, 1600, 2550, 3700)),
        (1.0, (330, 700, 1600, 2500, 3600)),
    ),
    breath=0.1,
    jitter=0.012,
    shimmer=0.1,
    double=0.08,
    tilt=900,
    growl=0.15,
)
_ROAR = Utterance(
    1.9,
    ((0.0, 110), (0.25, 205), (0.6, 170), (1.0, 85)),
    ((0.0, 0.0), (0.15, 0.7), (0.35, 1.0), (0.7, 0.6), (1.0, 0.0)),
    ((0.0, (300, 750, 1350, 2100, 3000)), (0.35, (620, 1050, 1700, 2500, 3400)), (1.0, (330, 700, 1300, 2100, 3000))),
    breath=0.38,
    jitter=0.06,
    shimmer=0.35,
    double=0.3,
    tilt=800,
    growl=0.5,
)
_GROWL = Utterance(
    1.3,
    ((0.0, 75), (0.4, 95), (1.0, 68)),
    _HOLD,
    ((0.0, (380, 900, 1500, 2400, 3600)), (0.5, (480, 1000, 1700, 2500, 3700)), (1.0, (380, 900, 1500, 2400, 3600))),
    breath=0.4,
    jitter=0.09,
    shimmer=0.5,
    double=0.4,
    tilt=1000,
    growl=0.65,
)
_BLEAT = Utterance(
    0.85,
    ((0.0, 250), (0.2, 290), (1.0, 240)),
    _HOLD,
    ((0.0, (560, 1250, 2600, 3600, 5200)), (0.3, (760, 1500, 2700, 3700, 5300)), (1.0, (650, 1400, 2600, 3600, 5200))),
    breath=0.16,
    jitter=0.02,
    shimmer=0.15,
    tilt=2200,
    tremble=(8.2, 0.055, 0.4),
)
_WHINNY = Utterance(
    1.7,
    ((0.0, 620), (0.1, 1050), (0.4, 980), (0.75, 700), (1.0, 330)),
    ((0.0, 0.0), (0.08, 1.0), (0.5, 0.8), (0.85, 0.4), (1.0, 0.0)),
    ((0.0, (900, 1700, 3000, 4200, 6000)), (0.5, (1100, 2000, 3200, 4400, 6200)), (1.0, (600, 1300, 2700, 4000, 5800))),
    breath=0.22,
    jitter=0.02,
    shimmer=0.15,
    tilt=2600,
    tremble=(11.5, 0.1, 0.4),
)
_OINK = Utterance(
    0.24,
    _arc(85, 125, 78),
    _PUFF,
    ((0.0, (360, 1050, 2200, 3300, 4800)), (0.5, (620, 1500, 2500, 3500, 5000)), (1.0, (400, 1150, 2200, 3300, 4800))),
    breath=0.42,
    jitter=0.08,
    shimmer=0.4,
    double=0.3,
    tilt=1500,
    growl=0.4,
)
_HOOT = Utterance(
    0.16,
    _arc(330, 560, 400),
    _PUFF,
    ((0.0, (430, 850, 2300, 3300, 5000)), (0.5, (680, 1050, 2500, 3500, 5000)), (1.0, (430, 850, 2300, 3300, 5000))),
    breath=0.12,
    jitter=0.02,
    shimmer=0.12,
    tilt=1600,
)
_SCREECH = Utterance(
    0.32,
    _arc(900, 1500, 1100),
    _PUFF,
    ((0.0, (1100, 1900, 3100, 4400, 6500)), (1.0, (1200, 2100, 3300, 4400, 6500))),
    breath=0.28,
    jitter=0.05,
    shimmer=0.25,
    double=0.2,
    tilt=3500,
)
_TRUMPET = Utterance(
    1.3,
    ((0.0, 340), (0.15, 480), (0.5, 560), (0.8, 520), (1.0, 330)),
    ((0.0, 0.0), (0.1, 0.8), (0.5, 1.0), (0.85, 0.75), (1.0, 0.0)),
    ((0.0, (520, 1250, 2200, 3400, 5200)), (0.5, (760, 1600, 2600, 3800, 5600)), (1.0, (540, 1300, 2300, 3500, 5200))),
    breath=0.2,
    jitter=0.045,
    shimmer=0.3,
    double=0.3,
    tilt=4500,
    growl=0.3,
)
_CROAK = Utterance(
    0.38,
    ((0.0, 36), (0.5, 48), (1.0, 42)),
    _HOLD,
    ((0.0, (480, 1150, 2300, 3400)), (0.5, (620, 1450, 2500, 3500)), (1.0, (500, 1200, 2300, 3400))),
    breath=0.06,
    jitter=0.015,
    shimmer=0.15,
    tilt=3500,
    sharp=1.6,
)
_CROW = Utterance(
    0.5,
    ((0.0, 420), (0.3, 760), (1.0, 700)),
    _HOLD,
    ((0.0, (700, 1500, 3000, 4200, 6000)), (0.5, (1050, 1850, 3100, 4300, 6000)), (1.0, (850, 1650, 3000, 4200, 6000))),
    breath=0.1,
    jitter=0.015,
    shimmer=0.12,
    double=0.1,
    tilt=3500,
)
_HONK = Utterance(
    0.3,
    ((0.0, 330), (0.3, 440), (0.45, 620), (1.0, 520)),
    _PUFF,
    ((0.0, (650, 1300, 2400, 3600, 5400)), (0.5, (950, 1600, 2700, 3800, 5600)), (1.0, (700, 1400, 2500, 3700, 5400))),
    breath=0.12,
    jitter=0.02,
    shimmer=0.15,
    double=0.18,
    tilt=3200,
)
_QUACK = Utterance(
    0.2,
    ((0.0, 215), (0.3, 250), (1.0, 185)),
    ((0.0, 0.0), (0.07, 1.0), (0.6, 0.7), (1.0, 0.0)),
    ((0.0, (700, 1500, 2700, 3700, 5600)), (0.3, (1050, 1850, 3000, 4100, 5800)), (1.0, (750, 1450, 2600, 3600, 5600))),
    breath=0.16,
    jitter=0.02,
    shimmer=0.2,
    double=0.15,
    tilt=4000,
    sharp=1.3,
)
_OWL = Utterance(
    0.42,
    ((0.0, 340), (0.3, 375), (1.0, 345)),
    _HOLD,
    ((0.0, (370, 1100, 2400, 3600)), (1.0, (370, 1100, 2400, 3600))),
    breath=0.04,
    jitter=0.004,
    shimmer=0.03,
    tilt=350,
    sharp=0.8,
)
_HOWL = Utterance(
    3.6,
    ((0.0, 260), (0.12, 470), (0.3, 560), (0.7, 520), (0.88, 430), (1.0, 300)),
    ((0.0, 0.0), (0.1, 0.5), (0.35, 1.0), (0.8, 0.7), (1.0, 0.0)),
    ((0.0, (380, 850, 2400, 3500, 5000)), (0.4, (560, 950, 2500, 3600, 5000)), (1.0, (420, 800, 2300, 3500, 5000))),
    breath=0.05,
    jitter=0.008,
    shimmer=0.04,
    tilt=650,
    tremble=(3.5, 0.008, 0.05),
)
_SEAL = Utterance(
    0.34,
    ((0.0, 230), (0.3, 340), (1.0, 240)),
    _PUFF,
    ((0.0, (450, 1000, 2000, 3000, 4500)), (0.4, (720, 1250, 2300, 3200, 4800)), (1.0, (480, 1000, 2000, 3000, 4500))),
    breath=0.22,
    jitter=0.04,
    shimmer=0.3,
    double=0.35,
    tilt=1600,
    growl=0.3,
)
_CRY = Utterance(
    1.0,
    ((0.0, 360), (0.2, 470), (0.6, 450), (1.0, 340)),
    _HOLD,
    ((0.0, (700, 1500, 3300, 4800, 6500)), (0.3, (1150, 1950, 3500, 5000, 6800)), (1.0, (850, 1600, 3300, 4800, 6500))),
    breath=0.1,
    jitter=0.018,
    shimmer=0.12,
    double=0.08,
    tilt=2600,
    tremble=(6.0, 0.02, 0.1),
)
_HISS = Utterance(
    1.1,
    ((0.0, 120), (1.0, 120)),
    _HOLD,
    ((0.0, (3200, 5200, 7400, 9500)), (1.0, (3500, 5600, 7800, 9800))),
    breath=1.0,
    tilt=9000,
)
_SQUEAK = Utterance(
    0.09, _arc(2600, 3600, 2700), _PUFF, ((0.0, (2800, 4200, 7000)), (1.0, (3100, 4600, 7400))), breath=0.05, tilt=6000
)


def _cock_a_doodle() -> tuple[Utterance, ...]:
    tube = (850.0, 1700.0, 2900.0, 4200.0, 6300.0)
    wide = (1150.0, 1950.0, 3000.0, 4300.0, 6400.0)
    base = Utterance(
        0.16, _arc(480, 700, 640), _PUFF, _open_close(tube, wide), breath=0.07, jitter=0.012, shimmer=0.1, tilt=3500
    )
    return (
        base,
        replace(base, duration=0.13, pitch=_arc(650, 820, 780)),
        replace(base, duration=0.26, pitch=((0.0, 760), (0.5, 930), (1.0, 860)), loud=_HOLD),
        replace(
            base,
            duration=0.95,
            pitch=((0.0, 820), (0.2, 900), (0.6, 800), (1.0, 470)),
            loud=_HOLD,
            double=0.12,
            breath=0.12,
        ),
    )


def _lower(call: Utterance, by: float, tract: float = 0.0, **changes: object) -> Utterance:
    """Scale the pitch by a factor, and the formants by another (the same where none is given)."""
    body = tract or by
    return replace(
        call,
        pitch=tuple((u, hertz * by) for u, hertz in call.pitch),
        vowels=tuple((u, tuple(f * body for f in formants)) for u, formants in call.vowels),
        **changes,  # type: ignore[arg-type] # fields of Utterance, written out by the callers below
    )


_BRAY_IN = Utterance(
    0.45,
    ((0.0, 420), (1.0, 640)),
    _HOLD,
    _open_close((600, 1500, 2600, 3700), (800, 1700, 2800, 3900)),
    breath=0.55,
    jitter=0.05,
    shimmer=0.3,
    tilt=3000,
)
_BRAY_OUT = Utterance(
    0.6,
    _arc(300, 330, 230),
    _HOLD,
    _open_close((600, 1200, 2400, 3500), (820, 1400, 2500, 3600)),
    breath=0.22,
    jitter=0.05,
    shimmer=0.3,
    double=0.3,
    tilt=2500,
    growl=0.4,
)

CALLS: dict[str, Call] = {
    "dog": Call((_BARK,), (0.2,), (1, 3), 1.6, 0.1),
    "small_dog": Call((_lower(_BARK, 1.75, 1.5, duration=0.13),), (0.12,), (2, 4), 1.3, 0.1),
    "puppy": Call((_lower(_BARK, 2.0, 1.7, duration=0.11, breath=0.15),), (0.15,), (1, 3), 1.4, 0.12),
    "cat": Call((_MEOW,), (0.5,), (1, 1), 2.8, 0.13),
    "cow": Call((_MOO,), (1.0,), (1, 1), 5.0, 0.1),
    "sheep": Call((_BLEAT,), (0.5,), (1, 1), 2.6, 0.12),
    "goat": Call((_lower(_BLEAT, 1.35, 1.15, tremble=(10.5, 0.07, 0.5), duration=0.7),), (0.4,), (1, 2), 2.6, 0.12),
    "horse": Call((_WHINNY,), (0.8,), (1, 1), 5.0, 0.1),
    "zebra": Call((_lower(_WHINNY, 0.8, 1.0, duration=0.35),), (0.12,), (3, 5), 4.0, 0.08),
    "donkey": Call((_BRAY_IN, _BRAY_OUT), (0.05, 0.1), (2, 4), 7.0, 0.08),
    "lion": Call((_ROAR,), (0.35,), (1, 3), 6.0, 0.1),
    "tiger": Call((_lower(_ROAR, 1.1, 1.05, duration=1.3),), (0.5,), (1, 2), 5.0, 0.1),
    "leopard": Call((_lower(_GROWL, 1.2, 1.1, duration=0.35),), (0.25,), (3, 6), 5.0, 0.06),
    "wolf": Call((_HOWL,), (0.6,), (1, 1), 5.5, 0.12),
    "fox": Call((_lower(_BARK, 1.5, 1.35, duration=0.3, breath=0.4),), (0.4,), (1, 3), 3.0, 0.1),
    "bear": Call((_GROWL,), (0.3,), (1, 2), 4.0, 0.12),
    "pig": Call((_OINK,), (0.14,), (2, 4), 2.0, 0.14),
    "boar": Call((_lower(_OINK, 0.75, 0.8, duration=0.35),), (0.2,), (2, 3), 2.4, 0.14),
    "monkey": Call((_HOOT, _HOOT, _HOOT, _SCREECH), (0.1, 0.09, 0.08, 0.1), (1, 2), 2.6, 0.12),
    "ape": Call((_lower(_HOOT, 0.6, 0.75, duration=0.28),), (0.2,), (3, 6), 4.0, 0.08),
    "elephant": Call((_TRUMPET,), (0.8,), (1, 1), 5.0, 0.1),
    "frog": Call((_CROAK,), (0.3,), (1, 3), 1.8, 0.08),
    "toad": Call((_lower(_CROAK, 0.9, 1.8, duration=0.9, loud=_HOLD),), (0.5,), (1, 1), 2.6, 0.06),
    "owl": Call((replace(_OWL, duration=0.3), replace(_OWL, duration=0.24), _OWL), (0.35, 0.5, 0.6), (1, 1), 4.5, 0.05),
    "rooster": Call(_cock_a_doodle(), (0.06, 0.03, 0.02, 0.5), (1, 1), 5.0, 0.06),
    "hen": Call((_lower(_QUACK, 1.9, 1.2, duration=0.12, breath=0.2),), (0.18,), (3, 6), 2.2, 0.12),
    "turkey": Call((_lower(_CROW, 0.9, 1.0, duration=0.08),), (0.035,), (9, 13), 3.5, 0.08),
    "goose": Call((_HONK,), (0.3,), (1, 3), 1.7, 0.1),
    "duck": Call((_QUACK,), (0.11,), (3, 6), 2.2, 0.07),
    "swan": Call((_lower(_HONK, 0.85, 0.9, duration=0.4),), (0.3,), (1, 2), 2.6, 0.08),
    "peacock": Call((_lower(_MEOW, 1.45, 1.0, tilt=4000, duration=0.75),), (0.3,), (1, 3), 4.0, 0.08),
    "seal": Call((_SEAL,), (0.16,), (2, 5), 2.6, 0.08),
    "camel": Call((_lower(_MOO, 1.1, 1.1, growl=0.6, breath=0.35, duration=1.4),), (0.8,), (1, 1), 4.5, 0.12),
    "deer": Call((_lower(_MOO, 1.6, 1.2, growl=0.4, duration=1.2),), (0.6,), (1, 2), 5.0, 0.1),
    "hyena": Call((_lower(_HOOT, 1.5, 1.2, duration=0.1),), (0.07,), (5, 9), 3.5, 0.12),
    "snake": Call((_HISS,), (0.5,), (1, 1), 2.8, 0.12),
    "mouse": Call((_SQUEAK,), (0.08,), (1, 4), 1.2, 0.12),
    "squirrel": Call((_lower(_QUACK, 3.2, 1.9, duration=0.06),), (0.09,), (4, 9), 2.5, 0.08),
    "whale": Call((_lower(_HOWL, 0.55, 0.9, duration=4.5),), (1.0,), (1, 1), 6.5, 0.2),
    "dolphin": Call((_lower(_HOWL, 14.0, 9.0, duration=0.6, tilt=12_000),), (0.2,), (1, 3), 2.2, 0.15),
    "baby": Call((_CRY,), (0.35,), (2, 4), 5.0, 0.08),
}
"""Every species that ``voice`` knows."""
