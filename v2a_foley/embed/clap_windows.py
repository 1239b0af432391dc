"""How sounds of any length become windows of 10 s at 48 kHz, and how what is heard in them becomes one embedding.

Both engines of CLAP share it, so that neither ever cuts a sound at a place drawn by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import Compute
from v2a_foley.embed.space import Embeddings, directions
from v2a_foley.embed.torch_threads import side_by_side
from v2a_foley.errors import UsageError

SAMPLE_RATE = 48_000
"""Hertz of the sound that CLAP takes."""
WINDOW = 10 * SAMPLE_RATE
"""Samples that CLAP hears at once."""
_BATCH, _CORE_BATCH = 16, 1
"""How many windows a GPU takes at once, and a core of a CPU: alone there, so that what is heard in a sound has the same
bits in any company (measured: two at once would take 7 % less time)."""

Sound = NDArray[np.float32]


def windows(sound: Sound) -> list[Sound]:
    """Return the windows of a mono sound: all of 10 s but one that is shorter than that.

    A longer sound is covered by the fewest windows of full length, spread evenly and to the sample: the first begins
    where the sound begins, and the last ends where it ends.

    Raises:
        UsageError: the sound is not mono, is empty, or holds values that are no numbers.
    """
    sound = np.asarray(sound, dtype=np.float32)
    if sound.ndim != 1:
        raise UsageError(f"A sound of the shape {sound.shape} is not mono.", hint="Mix it to one channel first.")
    if len(sound) == 0:
        raise UsageError("A sound without samples cannot be heard.", hint="Give one that lasts.")
    if not np.all(np.isfinite(sound)):
        raise UsageError("A sound holds values that are no numbers.", hint="Make or read it again.")
    count = -(-len(sound) // WINDOW)
    if count == 1:
        return [sound]
    starts = [(len(sound) - WINDOW) * index // (count - 1) for index in range(count)]
    return [sound[start : start + WINDOW] for start in starts]


def averaged(
    hear: Callable[[Sequence[Sound]], NDArray[np.float32]],
    sounds: Sequence[Sequence[Sound]],
    size: int,
    what: str,
    compute: Compute,
) -> Embeddings:
    """Return one embedding a sound: the mean direction of what is heard in its windows.

    Args:
        hear: gives the projections ``float32 (n, d)`` of n windows.
        sounds: the windows of each sound.
        size: the space's dimensions.
        what: the network, for errors.
        compute: where it hears: on a CPU, windows are heard side by side on its cores.

    Raises:
        ModelDamaged: the network gives no numbers.
    """
    if not sounds:
        return np.zeros((0, size), dtype=np.float32)
    flat = [window for parts in sounds for window in parts]
    batch = _CORE_BATCH if compute.on_cpu else _BATCH
    parts = [flat[start : start + batch] for start in range(0, len(flat), batch)]
    found = side_by_side(hear, parts) if compute.on_cpu else [hear(part) for part in parts]
    heard = directions(np.concatenate(found), what)
    ends = np.cumsum([len(parts) for parts in sounds])
    means = [rows.mean(axis=0) for rows in np.split(heard, ends[:-1])]
    return directions(np.stack(means), what)
