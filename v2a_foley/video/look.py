"""The one decode pass: every block of frames goes to the shot finder, the motion meter and whoever else watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress
from v2a_foley.video.motion import Motion, MotionMeter
from v2a_foley.video.read import FrameBlock, read_blocks
from v2a_foley.video.shots import Cut, ShotFinder, ShotSpan, detector_of, listed, spans
from v2a_foley.video.traits import TraitReader

STAGE = "look"
"""The name of the stage under which the pass reports its progress, in frames."""


class Watcher(Protocol):
    """Sees all frames of a film, in order, once."""

    def feed(self, block: FrameBlock) -> None:
        """Look at the next frames; they may be kept, but not written to."""
        ...


@dataclass(frozen=True)
class Look:
    """What one pass over the film found.

    Attributes:
        shots: the shots, covering the picture without gaps.
        motion: what moves, and the sharp moments.
    """

    shots: tuple[ShotSpan, ...]
    motion: Motion


def look(
    facts: MediaFacts,
    *,
    detector: str = "adaptive",
    cuts: Sequence[Fraction] | None = None,
    watchers: Sequence[Watcher] = (),
    readers: Sequence[TraitReader] = (),
    short_side: int = 256,
    progress: Progress | None = None,
) -> Look:
    """Decode a film once, and show its frames to all who want to see them.

    Args:
        facts: the film, or a photograph.
        detector: what finds the cuts: ``adaptive``, ``content`` or ``transnet``.
        cuts: where the cuts are, if that is known already; nothing is detected then.
        watchers: who else sees the frames, at ``short_side`` pixels or about that.
        readers: who reads the traits of the frames (``video/traits.py``).
        short_side: what the shorter side of the frames should be about, in pixels.
        progress: told of the frames done in the stage ``look``, and of damaged parts.

    Raises:
        MediaUnreadable: the picture cannot be decoded.
        UsageError: there is no such detector.
        DependencyMissing: the detector's package is not installed.
        CutsError: a cut lies outside the film.
        Cancelled: the caller asked to stop.
    """
    progress = progress or Progress()
    known = listed(cuts, facts.picture) if cuts is not None else None
    finder = None
    if known is None and not facts.still:
        finder = ShotFinder(detector_of(detector, facts.picture.rate), facts.picture.rate)
    meter = MotionMeter(facts.picture.rate, readers)
    everyone: list[Watcher] = [meter, *([finder] if finder else []), *watchers]
    with progress.stage(STAGE, total=facts.picture.frames) as stage:
        for warning in facts.warnings:
            progress.warn(warning)
        for block in read_blocks(facts, short_side=short_side, progress=stage):
            for watcher in everyone:
                watcher.feed(block)
        found: tuple[Cut, ...] = known or ()
        if finder is not None:
            lit = meter.lit()
            found = tuple(cut for cut in finder.finish() if cut.found != "cut" or cut.time not in lit)
        motion = meter.finish([cut.time for cut in found])
    return Look(spans(facts.picture, found), motion)
