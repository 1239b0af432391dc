"""Reads requests as the voice does: how long a sound it must make, from which seeds, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import SpaceMismatch, UsageError
from v2a_foley.generate.aligning import REACH, Fit, best_fit
from v2a_foley.generate.audioldm.conform import conformed
from v2a_foley.generate.audioldm.folder import Sizes
from v2a_foley.generate.audioldm.impulses import inside, struck
from v2a_foley.generate.audioldm.plan import latents_for, length_for, on_grid
from v2a_foley.generate.blocks import BLOCK
from v2a_foley.generate.protocol import Samples, SoundRequest
from v2a_foley.project import Kind

Floats = NDArray[np.float32]

FEW_STRIKES = 2.56
"""Seconds of sound that a strike or two are cut from."""
MANY_STRIKES = 5.12
"""Seconds of sound that more strikes are cut from."""


def words_of(request: SoundRequest) -> str:
    """Return what a request says in words: the user's, else the event's; may be empty."""
    return request.prompt.strip() or request.event.caption.strip()


def can_be_heard(request: SoundRequest) -> bool:
    """Tell whether a request says what should sound, in words or as a place in the audio space."""
    return request.embedding is not None or bool(words_of(request))


def require_possible(request: SoundRequest) -> None:
    """Refuse what cannot be made.

    Raises:
        UsageError: the request says nothing, or its length, channels or rate are impossible.
    """
    if not can_be_heard(request):
        raise UsageError(
            f"Nothing says what {request.event.name!r} sounds like.", hint="Give it a caption, or the cue a prompt."
        )
    if request.samples < 1 or request.channels not in (1, 2) or not 8000 <= request.sample_rate <= 192_000:
        raise UsageError(
            f"{request.samples} samples in {request.channels} channels at {request.sample_rate} Hz cannot be made.",
            hint="It makes at least one sample, in 1 or 2 channels, at 8 to 192 kHz.",
        )


def is_struck(request: SoundRequest) -> bool:
    """Tell whether strikes are placed on hits; an impulse without any is made as it comes."""
    return request.event.kind is Kind.IMPULSE and bool(request.hits)


def is_silent(request: SoundRequest) -> bool:
    """Tell whether every hit lies outside of the sound."""
    return is_struck(request) and not inside(request)


def in_time(wave: Floats, native_rate: int, request: SoundRequest) -> Fit | None:
    """Return how a sound that lasts agrees best with the request's hits; None where it has none, or is struck.

    It is shifted by half a second at most, and by no more than its shorter handle has to spare.

    Args:
        wave: ``float32 (n,)``.
        native_rate: its rate, hertz.
        request: what was asked for.
    """
    hits = [] if request.event.kind is Kind.IMPULSE else inside(request)
    if not hits:
        return None
    ratio = native_rate / request.sample_rate
    spare = min(REACH * request.sample_rate, max(0, request.before), max(0, request.after))
    return best_fit(wave, native_rate, [(at * ratio, strength) for at, strength in hits], int(spare * ratio))


def candidate_seeds(seed: int, count: int) -> tuple[int, ...]:
    """Return the seeds of a request's candidates: its own, and others derived from it."""
    own = seed % (1 << 63)
    more = (np.random.SeedSequence([own, number]).generate_state(1, np.uint64)[0] for number in range(1, count))
    return (own, *(int(state >> np.uint64(1)) for state in more))


@dataclass(frozen=True)
class Order:
    """A request as the network sees it.

    Attributes:
        place: its place in what was asked for.
        request: what was asked for.
        frames: latents that are made.
        samples: of them the samples at the network's rate that are needed.
        lead: samples at the network's rate before the cue's start.
        seeds: one a candidate.
        embedding: what should sound, ``float32 (d,)`` of unit length.
        negative: what the sound goes away from, ``float32 (d,)`` of unit length.
    """

    place: int
    request: SoundRequest
    frames: int
    samples: int
    lead: int
    seeds: tuple[int, ...]
    embedding: Floats
    negative: Floats


def order(
    place: int,
    request: SoundRequest,
    sizes: Sizes,
    *,
    longest: int,
    embedding: Floats,
    negative: Floats,
    candidates: int,
) -> Order:
    """Return how a request is made.

    Args:
        place: its place in what was asked for.
        request: one that is possible and not silent.
        sizes: the network's.
        longest: most latents of a single pass.
        embedding: what should sound, ``float32 (d,)`` of unit length.
        negative: what it goes away from.
        candidates: how many sounds to choose from.
    """
    lead = 0
    if is_struck(request):
        wanted = FEW_STRIKES if len(inside(request)) <= 2 else MANY_STRIKES
        frames = on_grid(-(-int(wanted * sizes.sample_rate) // sizes.stride), sizes.multiple)
        samples = sizes.samples(frames)
    else:
        length = _unframed(request)
        if length == request.samples:
            lead = request.before * sizes.sample_rate // request.sample_rate
        needed = latents_for(length, request.sample_rate, native_rate=sizes.sample_rate, hop=sizes.stride)
        frames = length_for(needed, sizes.multiple, longest)
        samples = min(sizes.samples(frames), -(-length * sizes.sample_rate // request.sample_rate) + 1)
    return Order(place, request, frames, samples, lead, candidate_seeds(request.seed, candidates), embedding, negative)


def require_size(embedding: Floats, sizes: Sizes, name: str) -> None:
    """Refuse an embedding that is of another space at sight.

    Raises:
        SpaceMismatch: its size is not what conditions the network.
    """
    if embedding.shape != (sizes.embedding,):
        raise SpaceMismatch(
            f"An embedding of shape {tuple(embedding.shape)} meets the voice {name}, which hears {sizes.embedding}.",
            hint="Choose a mapper and a voice that share the audio space.",
        )


def blocks_of(wave: Floats, native_rate: int, request: SoundRequest) -> Iterator[Samples]:
    """Yield what was asked for, made of the network's sound: strikes on hits, or the sound itself.

    Args:
        wave: ``float32 (n,)``.
        native_rate: its rate, hertz.
        request: what was asked for.
    """
    if is_struck(request):
        yield from struck(wave, native_rate, request)
        return
    length = _unframed(request)
    framed = length != request.samples
    if framed:
        yield from silence(request.before, request.channels)
    yield from conformed(
        wave,
        native_rate,
        samples=length,
        sample_rate=request.sample_rate,
        channels=request.channels,
        wide=request.event.kind is Kind.AMBIENCE,
        intensity=tuple((at - request.before * framed, value) for at, value in request.intensity),
    )
    if framed:
        yield from silence(request.samples - request.before - length, request.channels)


def silence(samples: int, channels: int) -> Iterator[Samples]:
    """Yield so many samples of silence."""
    for begin in range(0, samples, BLOCK):
        yield np.zeros((channels, min(BLOCK, samples - begin)), np.float32)


def _unframed(request: SoundRequest) -> int:
    """Return the samples that sound: all of them, or of an impulse those between the handles."""
    if request.event.kind is not Kind.IMPULSE or not 0 <= request.before < request.samples:
        return request.samples
    return max(1, request.samples - request.before - max(0, request.after))
