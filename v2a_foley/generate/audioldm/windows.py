"""Runs AudioLDM on sounds of any length in bounded memory: predictions, mel and wave, stretch by stretch.

Predictions of overlapping windows are averaged before the one solver step over the whole (MultiDiffusion, Bar-Tal et
al. 2023), so that a long sound has no seams to be crossfaded afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from v2a_foley.generate.audioldm.denoise import Predict
from v2a_foley.generate.audioldm.mel import levelled
from v2a_foley.generate.audioldm.parts import AudioLdm, Check, Heard
from v2a_foley.generate.audioldm.pieces import in_pieces
from v2a_foley.generate.audioldm.plan import Room, Window, windows

Floats = NDArray[np.float32]

TILE = 512
"""Latents that the VAE decodes at once where a sound is longer than a single pass."""
TILE_OVERLAP = 64
"""Latents that two tiles have in common: the outer quarters are thrown away, the middle half is crossfaded."""
_VOCODED = 4096
_VOCODER_MARGIN = 64


def windowed(
    predictor: Callable[[int], Predict],
    laid: Sequence[Window],
    room: Room,
    check: Check = lambda: None,
) -> Predict:
    """Return what predicts the noise of one long sound from windows over it.

    Args:
        predictor: the network for so many windows of the same conditions.
        laid: the windows, their weights summing to 1.
        room: tells how many windows fit at once.
        check: called before every call of the network; may raise ``Cancelled``.
    """
    length = len(laid[0].weights)
    known: dict[int, Predict] = {}

    def predict(latents: torch.Tensor, timestep: float) -> torch.Tensor:
        total = torch.zeros_like(latents)

        def run(rows: range) -> bool:
            check()
            if len(rows) not in known:
                known[len(rows)] = predictor(len(rows))
            chosen = [laid[row] for row in rows]
            seen = torch.cat([latents[:, :, window.start : window.end] for window in chosen])
            found = known[len(rows)](seen, timestep)
            for window, one in zip(chosen, found, strict=True):
                weights = torch.from_numpy(window.weights).to(one.device)
                total[0, :, window.start : window.end] += weights[:, None] * one
            return True

        in_pieces(len(laid), length, room, run)
        return total

    return predict


def decoded(
    model: AudioLdm, latents: torch.Tensor, *, longest: int, room: Room, check: Check = lambda: None
) -> torch.Tensor:
    """Return the log-mel spectrograms of clean latents, in tiles where they are longer than ``longest``.

    The VAE attends to, and normalises over, all it is given, so that a tile differs slightly from the same stretch of
    one pass; tiles are crossfaded in the log-mel.

    Args:
        model: the networks.
        latents: ``float32 (n, channels, frames, bins)``; n is 1 where they are long.
        longest: frames up to which they are decoded at once.
        room: tells how many rows fit at once.
        check: called before every call of the network; may raise ``Cancelled``.

    Returns:
        ``float32 (n, mel frames, mel bins)`` on the CPU.
    """
    frames, reduction = latents.shape[2], model.sizes.reduction
    if frames <= longest:
        made = in_pieces(
            len(latents), frames, room, lambda rows: model.decode(latents[rows.start : rows.stop], check).float().cpu()
        )
        return torch.cat(made)
    total = torch.zeros(len(latents), frames * reduction, model.sizes.mel_bins)
    for tile in windows(frames, min(TILE, longest), overlap=TILE_OVERLAP / TILE):
        mel = model.decode(latents[:, :, tile.start : tile.end], check).float().cpu()
        weights = _tile_weights(tile, reduction)
        total[:, tile.start * reduction : tile.end * reduction] += weights[:, None] * mel
    return total


def encoded(model: AudioLdm, wave: Floats, frames: int, *, longest: int, check: Check = lambda: None) -> Heard:
    """Return the latents of one sound, in crossfaded tiles where it is longer than ``longest`` frames.

    Args:
        model: the networks.
        wave: mono ``float32 (samples,)`` at the model's rate; silence follows where it is shorter than the frames.
        frames: latents wanted.
        longest: frames up to which they are encoded at once.
        check: called before every call of the network; may raise ``Cancelled``.
    """
    if frames <= longest:
        check()
        return model.encode([wave], frames)
    sizes = model.sizes
    level, gain = levelled(wave)
    total = torch.zeros(1, sizes.channels, frames, sizes.bins, device=model.compute.device)
    for tile in windows(frames, min(TILE, longest), overlap=TILE_OVERLAP / TILE):
        length = len(tile.weights)
        check()
        part = level[tile.start * sizes.stride : tile.end * sizes.stride]
        found = model.encode([part], length, levelled=True).latents
        weights = _tile_weights(tile, 1).to(found.device)
        total[:, :, tile.start : tile.end] += weights[:, None] * found
    return Heard(total, (gain,))


def vocoded(
    model: AudioLdm, spectrograms: torch.Tensor, samples: int, *, room: Room, check: Check = lambda: None
) -> Floats:
    """Return waveforms ``float32 (n, samples)``; long ones in stretches, each with more context than the vocoder hears.

    The vocoder is a convolution, so that this equals one pass to rounding.

    Args:
        model: the networks.
        spectrograms: log-mel, ``float32 (n, mel frames, mel bins)``.
        samples: how many, from the start; at most the frames times the hop.
        room: tells how many rows fit at once.
        check: called before every call of the network; may raise ``Cancelled``.
    """
    hop, frames, device = model.sizes.hop, spectrograms.shape[1], model.compute.device
    if frames <= _VOCODED:
        length = max(1, frames // model.sizes.reduction)
        made = in_pieces(
            len(spectrograms),
            length,
            room,
            lambda rows: model.vocode(spectrograms[rows.start : rows.stop].to(device), samples, check),
        )
        return np.concatenate(made)
    out = np.zeros((len(spectrograms), samples), np.float32)
    for start in range(0, -(-samples // hop), _VOCODED):
        first, last = max(0, start - _VOCODER_MARGIN), min(frames, start + _VOCODED + _VOCODER_MARGIN)
        wave = model.vocode(spectrograms[:, first:last].to(device), (last - first) * hop, check)
        begin, end = start * hop, min(samples, (start + _VOCODED) * hop)
        out[:, begin:end] = wave[:, begin - first * hop : end - first * hop]
    return out


def _tile_weights(tile: Window, reduction: int) -> torch.Tensor:
    """Return a tile's weights at the rate of the mel: the outer quarters of its overlaps count for nothing."""
    length = len(tile.weights)
    centres = (np.arange(length * reduction) + 0.5) / reduction - 0.5
    rising = np.interp(centres, np.arange(length), tile.weights)
    return torch.from_numpy(np.clip(2 * rising - 0.5, 0, 1).astype(np.float32))
