"""Which cues sound from where they are seen, and where that is; how it sounds: ``audio/perspective.py``."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

from v2a_foley.audio.perspective import Way, level_of
from v2a_foley.project import Cue, Layer
from v2a_foley.project.model import Region
from v2a_foley.timebase import to_samples


def way_of(cue: Cue, perspective: str, before: int) -> Way | None:
    """Return where a cue's sound stands over time, in samples of its take's file; None: in the middle, as a mono sound.

    The hits that sound say it, else the intensity curve. A hit whose region is not known is where the one before it is.
    Backgrounds are all around, and stand nowhere.

    Args:
        cue: the cue.
        perspective: the setting: ``off``, ``pan`` or ``full``.
        before: samples of handle before the cue's start in the take's file.
    """
    if perspective == "off" or cue.layer is Layer.BG:
        return None
    seen: list[tuple[Fraction, Region]] = [
        (hit.time, hit.region) for hit in sorted(cue.sounding, key=lambda hit: hit.time) if hit.region is not None
    ]
    held = bool(seen)
    curve = cue.intensity
    if not seen and curve is not None and curve.regions:
        seen = list(zip(curve.times, curve.regions, strict=True))
    if not seen:
        return None
    zero = to_samples(cue.range.start) - to_samples(cue.slip) - before
    far = perspective == "full"
    return Way(
        tuple(
            (
                to_samples(time) - zero,
                round(2 * region.x - 1, 4),
                round(level_of(sqrt(region.width * region.height)), 3) if far else 0.0,
            )
            for time, region in seen
        ),
        held,
    )
