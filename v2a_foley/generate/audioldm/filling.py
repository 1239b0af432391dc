"""What the network makes of a stretch of a sound: all of it varied, or a part made anew to fit what is beside it.

Which stretch, and how it is laid back into the sound, is decided in ``region``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from v2a_foley.compute import memory_guard
from v2a_foley.generate.audioldm.conform import mirrored, resampled, widened
from v2a_foley.generate.audioldm.parts import AudioLdm
from v2a_foley.generate.audioldm.passes import Conditions, Ground, Steps, Work, longest, waveforms
from v2a_foley.generate.audioldm.plan import latents_for, length_for
from v2a_foley.generate.audioldm.schedule import ladder
from v2a_foley.generate.audioldm.windows import encoded
from v2a_foley.generate.blocks import exactly
from v2a_foley.generate.protocol import Samples

RATE = 48_000
"""Rate of the sounds taken and given, hertz."""
_MOST_MATCH = 2.0
_WIDE = 0.02


def remade(
    work: Work,
    given: Samples,
    conditions: Conditions,
    steps: Steps,
    fill: tuple[int, int] | None,
    bridged: tuple[int, int] = (0, 0),
) -> Samples:
    """Return what the network makes of a stretch, as long, at its level and with as many channels.

    Args:
        work: the networks.
        given: ``float32 (channels, samples)``.
        conditions: one row.
        steps: how the network goes from noise to sound; what is filled is always made from noise alone.
        fill: the samples that are made anew, the others being kept in the latents; None: all are varied.
        bridged: the samples of them that hold nothing of worth.
    """
    import soxr

    if fill is not None:
        steps = replace(steps, strength=1.0)
    model = work.model
    sizes, length = model.sizes, given.shape[1]
    mono = _bridge(given.mean(axis=0), *bridged)
    native = np.asarray(soxr.resample(mono, RATE, sizes.sample_rate, quality="VHQ"), np.float32)
    needed = latents_for(length, RATE, native_rate=sizes.sample_rate, hop=sizes.stride)
    frames = length_for(needed, sizes.multiple, longest(model))
    with memory_guard(f"Working on {length / RATE:.1f} s of sound"):
        heard = encoded(model, native, frames, longest=longest(model), check=work.progress.check)
        mask = None if fill is None else _mask(fill, frames, sizes.stride * RATE // sizes.sample_rate)
        ground = Ground(heard.latents, mask)
        with work.progress.stage("voice", _count(model, steps)) as stage:
            told = replace(work, stage=stage)
            wave = waveforms(told, conditions, frames, sizes.samples(frames), steps, ground=ground)[0]
    wave = (wave - wave.mean()) * np.float32(heard.gains[0])
    back = np.concatenate(list(exactly(resampled(wave, sizes.sample_rate, RATE), length)), axis=1)
    back *= _match(mono, back[0], fill)
    return _spread(back, given, fill)


def _count(model: AudioLdm, steps: Steps) -> int:
    if steps.strength <= 0:
        return 0
    return len(ladder(model.schedule, solver=steps.solver, steps=steps.count, strength=steps.strength))


def _bridge(mono: NDArray[np.float32], start: int, end: int) -> NDArray[np.float32]:
    """Fill a hole with what is beside it, mirrored: silence there would colour what the encoder hears of the rest."""
    if start >= end:
        return mono
    out, at = mono.copy(), np.arange(end - start)
    left, right = mono[:start], mono[end:]
    share = (at + 0.5) / len(at) if left.size and right.size else np.full(len(at), 0.0 if left.size else 1.0)
    bridge = np.zeros(len(at))
    if left.size:
        bridge += (1 - share) * mirrored(left[::-1], len(at), 0)
    if right.size:
        bridge += share * mirrored(right, len(at), 0)[::-1]
    out[start:end] = bridge
    return out


def _mask(fill: tuple[int, int], frames: int, hop: int) -> torch.Tensor:
    """Return 1 at every latent that a filled sample touches, and at those beyond the sound's end, ``(frames,)``."""
    mask = torch.zeros(frames)
    mask[fill[0] // hop : -(-fill[1] // hop)] = 1
    return mask


def _match(given: NDArray[np.float32], back: NDArray[np.float32], fill: tuple[int, int] | None) -> np.float32:
    """Return the gain, within 6 dB, that brings what came back to the level of the original where both are known."""
    known = np.ones(len(given), bool)
    if fill is not None:
        known[fill[0] : fill[1]] = False
    wanted, found = (float(np.sqrt(np.mean(np.square(one[known], dtype=np.float64)))) if known.any() else 0.0
                     for one in (given, back))  # fmt: skip
    if wanted <= 0 or found <= 0:
        return np.float32(1)
    return np.float32(np.clip(wanted / found, 1 / _MOST_MATCH, _MOST_MATCH))


def _spread(back: Samples, given: Samples, fill: tuple[int, int] | None) -> Samples:
    """Give a mono sound the channels of the original: wide where that was wide, else the same in both."""
    if len(given) == 1:
        return back
    known = given if fill is None else np.delete(given, np.s_[fill[0] : fill[1]], axis=1)
    side, middle = known[0] - known[1], known[0] + known[1]
    power = float(np.mean(np.square(middle))) if middle.size else 0.0
    if power > 0 and float(np.mean(np.square(side))) > _WIDE * power:
        return np.concatenate(list(widened(iter([back]))), axis=1)
    return np.repeat(back, 2, axis=0)
