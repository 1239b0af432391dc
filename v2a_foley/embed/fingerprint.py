"""Fingerprints of embedding spaces: what a space makes of fixed anchor texts, boiled down to 256 bits.

The bits are signs of fixed random projections (Charikar 2002), so that the same model in half precision gives nearly
the same bits, and another model, or the same with its dimensions turned, differs in half of them.
"""

from __future__ import annotations

import hashlib
import re

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed.space import AudioEncoder, Embeddings, TextEncoder
from v2a_foley.errors import SpaceMismatch

ANCHORS = (
    "a dog barks in the yard",
    "heavy rain falls on a tin roof",
    "an empty room at night",
    "a violin plays a slow melody",
    "the engine of an old truck idles",
    "glass shatters on a stone floor",
    "waves roll onto a sandy beach",
    "a crowd cheers in a stadium",
    "footsteps on dry leaves",
    "a red bicycle leans against a wall",
    "a bowl of fruit on a kitchen table",
    "snow on a mountain under a blue sky",
    "a man speaks on the telephone",
    "a clock ticks",
    "birds sing at dawn in the forest",
    "thunder rolls in the distance",
    "a jet takes off",
    "somebody types on a keyboard",
    "water drips into a metal sink",
    "a wooden door creaks and closes",
    "the city seen from above at night",
    "a cat sleeps on a sofa",
    "church bells ring on a Sunday",
    "a fire crackles in the hearth",
    "two swords strike each other",
    "an elephant walks through tall grass",
    "a train passes a crossing",
    "silence",
    "a page is turned",
    "a child laughs",
    "wind blows over a desert",
    "a black screen",
)
"""The anchors: part of the fingerprint's definition, never to be changed."""

_ANCHOR_SECONDS = 2
_TONES = (60, 130, 290, 440, 1000, 2300, 5200, 9000)

_BITS = 256
_FORM = re.compile(r"(\d+)-([0-9a-f]{64})")
_MOST_FLIPPED = 12
"""How many of the bits may differ inside one space; 12 is about an angle of 8 degrees between the two embeddings."""

_LEAST_ALIKE = 0.99
"""How alike two text towers of one space must embed every anchor; half precision costs a thousandth."""


def fingerprint(embeddings: Embeddings) -> str:
    """Return the fingerprint of a space, ``<size>-<64 hexadecimal digits>``.

    Args:
        embeddings: what the space makes of the anchors, ``float32 (n, d)`` in the anchors' order.
    """
    size = embeddings.shape[1]
    centred = (embeddings - embeddings.mean(axis=0)).astype(np.float64).ravel()
    stream = hashlib.shake_256(b"v2a-foley fingerprint 1").digest(_BITS * centred.size // 8)
    signs = np.unpackbits(np.frombuffer(stream, dtype=np.uint8)).reshape(_BITS, centred.size)
    sums = np.array([centred[row == 1].sum() for row in signs]) * 2 - centred.sum()
    return f"{size}-{np.packbits(sums > 0).tobytes().hex()}"


def anchor_sounds(rate: int) -> list[NDArray[np.float32]]:
    """Return the anchors of spaces without words: 24 mono sounds of 2 s, ``float32 (2 · rate,)``, always the same.

    Eight tones, eight bursts of noise that are repeated faster and faster, and eight sweeps over beds of noise. Part of
    the fingerprint's definition, never to be changed.
    """
    count = _ANCHOR_SECONDS * rate
    at = np.arange(count) / rate
    raw = hashlib.shake_256(b"v2a-foley anchor sounds 1").digest(2 * 16 * count)
    noises = np.frombuffer(raw, dtype="<u2").reshape(16, count) / 32767.5 - 1.0
    made = [0.5 * np.sin(2 * np.pi * tone * at) for tone in _TONES]
    made += [0.5 * noises[number] * np.exp(-8.0 * (at * (number + 1) % 2.0)) for number in range(8)]
    for number, tone in enumerate(_TONES):
        swept = np.sin(2 * np.pi * tone * (at + at**2 / 8))
        made.append(0.3 * swept + 0.03 * (number + 1) * noises[8 + number])
    return [np.asarray(sound, dtype=np.float32) for sound in made]


def ears_fingerprint(ears: AudioEncoder) -> str:
    """Return the fingerprint of a space that sound alone leads into, over ``anchor_sounds``.

    It is not comparable with one over texts: the two sides of a model lie apart in their common space.
    """
    return fingerprint(ears.encode_audio(anchor_sounds(ears.sample_rate)))


def same_space(one: str, other: str) -> bool:
    """Tell whether two fingerprints are of one space, allowing for what half precision changes."""
    if one == other:
        return True
    first, second = _FORM.fullmatch(one), _FORM.fullmatch(other)
    if not (first and second) or first[1] != second[1]:
        return False
    return (int(first[2], 16) ^ int(second[2], 16)).bit_count() <= _MOST_FLIPPED


def require_same_texts(one: TextEncoder, other: TextEncoder, *, what: str) -> float:
    """Refuse two text encoders that do not put every anchor in the same place.

    A fingerprint is what a file can carry; where both encoders are at hand this looks at the embeddings themselves. It
    is how a CLAP checkpoint shows that it is the audio side of a folder that holds CLAP's text side alone.

    Args:
        one: the encoder that is there already, the voice's.
        other: the encoder that is to be trusted.
        what: the other's name for the sentence: ``The listener 'ears'``.

    Returns:
        The cosine of the anchor on which they agree least.

    Raises:
        SpaceMismatch: they differ; the sentence names both spaces.
    """
    first, second = one.encode_texts(ANCHORS), other.encode_texts(ANCHORS)
    least = -1.0 if first.shape != second.shape else float(np.sum(first * second, axis=1).min())
    if least < _LEAST_ALIKE:
        alike = (
            f"cosine {least:.2f}" if first.shape == second.shape else f"{first.shape[1]}, {second.shape[1]} dimensions"
        )
        raise SpaceMismatch(
            f"{what} reads texts into {other.space.name} ({other.space.fingerprint}), which is not "
            f"{one.space.name} ({one.space.fingerprint}): they differ on the anchors ({alike}).",
            hint="Choose ears and a voice that were trained together.",
        )
    return least
