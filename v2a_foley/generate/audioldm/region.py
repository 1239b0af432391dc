"""Works on a sound that is there: varies it, goes on with it, closes it to a loop, repairs a stretch of it.

The kept part is the original's own samples at its full bandwidth; only what is filled in comes from the network.
SDEdit (Meng et al. 2022) for variations; for the rest the kept latents are put back, noised, after every step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from v2a_foley.audio.fades import equal_power
from v2a_foley.errors import UsageError
from v2a_foley.generate.audioldm.filling import RATE, remade
from v2a_foley.generate.audioldm.passes import Conditions, Steps, Work
from v2a_foley.generate.protocol import Samples

CROSSFADE = 0.05
"""Seconds over which the original passes into what is filled in, and back."""
CONTEXT = 5.0
"""Seconds of the original at each side that the network hears while it fills."""


@dataclass(frozen=True)
class Reworked:
    """A sound that was worked on.

    Attributes:
        samples: ``float32 (channels, samples)`` at 48 kHz.
        made: the half-open ranges of samples that come from the network, wholly or in a crossfade.
        native_rate: rate at which these were made; their bandwidth is half of it.
        note: a sentence that says so.
        details: what is needed to make it again, beside the sound itself.
    """

    samples: Samples
    made: tuple[tuple[int, int], ...]
    native_rate: int
    note: str
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def vary(work: Work, sound: Samples, strength: float, conditions: Conditions, steps: Steps) -> Reworked:
    """Make a sound like another: noise is added to it, and taken out again.

    Args:
        work: the networks.
        sound: ``float32 (channels, samples)`` at 48 kHz.
        strength: how far it may go away: 0 gives the sound as the network hears it, 1 one that hardly owes it anything.
        conditions: what it should sound like; one row.
        steps: how the network goes from noise to sound; its own strength does not count.

    Returns:
        As many channels and samples; all of them made anew, with the level of the sound.

    Raises:
        UsageError: the sound or the strength cannot be used.
        OutOfMemory: the machine has no memory left.
        Cancelled: the work was asked to stop.
    """
    _require(sound, conditions)
    if not 0 <= strength <= 1:
        raise UsageError(f"A strength of {strength:g} is not possible.", hint="Choose 0 to 1.")
    made = remade(work, sound, conditions, replace(steps, strength=strength), None)
    return _result(work, made, [(0, made.shape[1])], conditions, steps, strength=strength)


def extend(work: Work, sound: Samples, seconds: float, conditions: Conditions, steps: Steps) -> Reworked:
    """Go on with a sound beyond its end.

    Args:
        work: the networks.
        sound: ``float32 (channels, samples)`` at 48 kHz; kept to the bit but for the crossfade at its end.
        seconds: how much is added.
        conditions: what it should sound like; one row.
        steps: how the network goes from noise to sound.

    Raises:
        UsageError: the sound cannot be used, or nothing is added.
        OutOfMemory: the machine has no memory left.
        Cancelled: the work was asked to stop.
    """
    _require(sound, conditions)
    added = round(seconds * RATE)
    if added < 1:
        raise UsageError(f"A sound cannot be extended by {seconds:g} s.", hint="Choose more than 0 s.")
    length = sound.shape[1]
    heard = min(length, round(CONTEXT * RATE))
    fade = _fade(heard)
    given = np.concatenate([sound[:, length - heard :], np.zeros((len(sound), added), np.float32)], axis=1)
    made = remade(
        work,
        given,
        conditions,
        steps,
        (heard - fade, given.shape[1]),
        (heard, heard + added),
    )
    out = np.concatenate([sound, np.zeros((len(sound), added), np.float32)], axis=1)
    first = length - fade
    _lay(out, made[:, heard - fade :], first, fade_in=fade)
    return _result(work, out, [(first, out.shape[1])], conditions, steps)


def repair(work: Work, sound: Samples, start: int, end: int, conditions: Conditions, steps: Steps) -> Reworked:
    """Fill a stretch of a sound anew, so that it joins what is before and after it.

    Args:
        work: the networks.
        sound: ``float32 (channels, samples)`` at 48 kHz; kept to the bit but for the stretch and 50 ms beside it.
        start: the stretch's first sample.
        end: one past its last.
        conditions: what it should sound like; one row.
        steps: how the network goes from noise to sound.

    Raises:
        UsageError: the sound cannot be used, or the stretch does not lie inside it.
        OutOfMemory: the machine has no memory left.
        Cancelled: the work was asked to stop.
    """
    _require(sound, conditions)
    length = sound.shape[1]
    if not 0 <= start < end <= length:
        raise UsageError(
            f"The samples {start} to {end} do not lie inside a sound of {length}.", hint="Choose a stretch inside it."
        )
    before, after = _fade(start), _fade(length - end)
    first, last = max(0, start - round(CONTEXT * RATE)), min(length, end + round(CONTEXT * RATE))
    begin, stop = start - before, end + after
    hole = (start - first, end - first)
    made = remade(work, sound[:, first:last], conditions, steps, (begin - first, stop - first), hole)
    out = sound.copy()
    _lay(out, made[:, begin - first : stop - first], begin, fade_in=before, fade_out=after)
    return _result(work, out, [(begin, stop)], conditions, steps)


def loop(work: Work, sound: Samples, conditions: Conditions, steps: Steps, *, seam: float = 1.0) -> Reworked:
    """Make a sound whose end joins its start: its last stretch is filled anew, to lead into its beginning.

    Args:
        work: the networks.
        sound: ``float32 (channels, samples)`` at 48 kHz; kept to the bit but for the seam, a crossfade before it, and
            one at the very beginning.
        conditions: what it should sound like; one row.
        steps: how the network goes from noise to sound.
        seam: seconds at the end that are filled anew; at most a third of the sound.

    Returns:
        As many samples as before.

    Raises:
        UsageError: the sound cannot be used.
        OutOfMemory: the machine has no memory left.
        Cancelled: the work was asked to stop.
    """
    _require(sound, conditions)
    length = sound.shape[1]
    filled = min(round(seam * RATE), length // 3)
    if filled < 1:
        raise UsageError("A seam of no length cannot be filled.", hint="Choose a longer sound, or a longer seam.")
    kept = length - filled
    heard = min(round(CONTEXT * RATE), kept // 2)
    fade = _fade(heard)
    gap = np.zeros((len(sound), filled), np.float32)
    given = np.concatenate([sound[:, kept - heard : kept], gap, sound[:, :heard]], axis=1)
    hole = (heard, heard + filled)
    made = remade(work, given, conditions, steps, (heard - fade, heard + filled + fade), hole)
    out = sound.copy()
    _lay(out, made[:, heard - fade : heard + filled], kept - fade, fade_in=fade)
    _lay(out, made[:, heard + filled : heard + filled + fade], 0, fade_out=fade)
    return _result(work, out, [(0, fade), (kept - fade, length)], conditions, steps)


def _require(sound: Samples, conditions: Conditions) -> None:
    if sound.ndim != 2 or sound.shape[0] not in (1, 2) or not sound.shape[1] or not np.isfinite(sound).all():
        raise UsageError("This is no sound of one or two channels.", hint="Choose another file.")
    if len(conditions) != 1:
        raise UsageError(f"A sound is worked on with one condition, not {len(conditions)}.")


def _fade(room: int) -> int:
    return min(round(CROSSFADE * RATE), room)


def _lay(out: Samples, piece: Samples, at: int, *, fade_in: int = 0, fade_out: int = 0) -> None:
    """Lay a piece into a sound at a sample, crossfaded at equal power with what lies there."""
    count = piece.shape[1]
    weight = equal_power(0, count, fade_in) * equal_power(0, count, fade_out)[::-1]
    other = np.zeros(count, np.float32)
    if fade_in:
        other[:fade_in] = equal_power(0, fade_in, fade_in)[::-1]
    if fade_out:
        other[count - fade_out :] = equal_power(0, fade_out, fade_out)
    out[:, at : at + count] = out[:, at : at + count] * other + piece * weight


def _result(
    work: Work,
    out: Samples,
    made: list[tuple[int, int]],
    conditions: Conditions,
    steps: Steps,
    **more: float,
) -> Reworked:
    rate = work.model.sizes.sample_rate
    peak = float(np.abs(out).max())
    note = f"What was made anew has nothing above {rate / 2000:g} kHz."
    if peak > 1:
        note += f" Its peak is {20 * np.log10(peak):.1f} dB over full scale: turn it down before writing whole numbers."
    details = {
        "seed": conditions.seeds[0],
        "embedding": conditions.embeddings[0].astype("<f4").tobytes().hex(),
        "scheduler": steps.solver,
        "steps": steps.count,
        "guidance": steps.guidance,
        "compute": dict(work.model.compute.record()),
        **more,
    }
    ranges = tuple((first, last) for first, last in made if first < last)
    return Reworked(out, ranges, rate, note, MappingProxyType(details))
