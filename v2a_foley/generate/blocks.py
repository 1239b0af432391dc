"""Streams of blocks: cut to a length, faded at the ends, set side by side. No sound is made here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from v2a_foley.generate.protocol import Samples
from v2a_foley.progress import Progress

BLOCK = 1 << 16
"""Samples a block has at most."""
EDGE = 0.03
"""Seconds over which what lasts is faded in and out."""


def exactly(pieces: Iterator[Samples], samples: int) -> Iterator[Samples]:
    """Cut a stream of blocks to an exact number of samples, in blocks of a bounded size."""
    left = samples
    while left > 0:
        piece = next(pieces)
        for begin in range(0, min(left, piece.shape[1]), BLOCK):
            yield piece[:, begin : min(begin + BLOCK, left)]
        left -= min(left, piece.shape[1])


def edged(pieces: Iterator[Samples], samples: int, fade: int) -> Iterator[Samples]:
    """Fade a stream of ``samples`` in and out, so that neither end clicks; the first and last sample are silent."""
    fade = min(fade, samples // 2)
    at = 0
    for piece in pieces:
        count = piece.shape[1]
        if at < fade or at + count > samples - fade:
            position = np.arange(at, at + count)
            nearest_end = np.minimum(position, samples - 1 - position) / max(1, fade)
            yield piece * (0.5 - 0.5 * np.cos(np.pi * np.clip(nearest_end, 0, 1))).astype(np.float32)
        else:
            yield piece
        at += count


def side_by_side(left: Iterator[Samples], right: Iterator[Samples]) -> Iterator[Samples]:
    """Join two streams of one channel and equal length to one of two channels."""
    kept: list[Samples] = [np.zeros((1, 0), np.float32)] * 2
    sides = (left, right)
    while True:
        for number, side in enumerate(sides):
            if not kept[number].shape[1]:
                kept[number] = next(side, np.zeros((1, 0), np.float32))
        count = min(piece.shape[1] for piece in kept)
        if not count:
            return
        yield np.concatenate([piece[:, :count] for piece in kept])
        kept = [piece[:, count:] for piece in kept]


def checked(blocks: Iterator[Samples], progress: Progress) -> Iterator[Samples]:
    """Pass blocks on until the work is asked to stop.

    Raises:
        Cancelled: the work was asked to stop.
    """
    for block in blocks:
        progress.check()
        yield block
