"""Looking: one decode pass finds the shots, measures the motion and embeds sampled frames; then each shot is scored."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings, ImageEncoder, pooled
from v2a_foley.engine.gaze import gaze
from v2a_foley.engine.profiles import Profile
from v2a_foley.engine.scenes import with_scenes
from v2a_foley.progress import Progress
from v2a_foley.project import Project, Shot
from v2a_foley.sync.onsets.finding import OnsetFinder
from v2a_foley.timebase import TimeRange
from v2a_foley.video.look import Look, Watcher, look
from v2a_foley.video.motion import Motion
from v2a_foley.video.read import FrameBlock, read_frames

GLANCES = Fraction(2)
"""Frames a second that the eyes look at."""
SHORT_SIDE = 256
"""Pixels of the shorter side at which the film is decoded: what the eyes need, and more than the rest does."""
STILLNESS = 0.25
"""Weight of a motionless frame in the pooling; a frame with full motion weighs 1 more."""


@dataclass
class Glancer:
    """Watches the decode pass and embeds frames at an even pace; only embeddings are kept."""

    eyes: ImageEncoder
    times: list[Fraction] = field(default_factory=list)
    embeddings: list[Embeddings] = field(default_factory=list)
    _next: Fraction | None = None

    def feed(self, block: FrameBlock) -> None:
        """Embed those frames of the block that are due."""
        due = []
        for position, time in enumerate(block.times):
            if self._next is None or time >= self._next:
                due.append(position)
                self._next = time + 1 / GLANCES
        if due:
            self.times += [block.times[position] for position in due]
            self.embeddings.append(self.eyes.encode_images(block.frames[due]))


@dataclass(frozen=True)
class Seen:
    """A project whose shots are described, and the motion that its cues will follow."""

    project: Project
    motion: Motion


def find_shots(
    project: Project,
    *,
    detector: str = "adaptive",
    cuts: Sequence[Fraction] | None = None,
    watchers: Sequence[Watcher] = (),
    onsets: OnsetFinder | None = None,
    progress: Progress,
) -> Seen:
    """Find the shots and the motion of a film without looking at what it shows.

    Raises:
        InputError: the picture cannot be decoded.
    """
    seen = _looked(project, detector, cuts, watchers, onsets, progress)
    shots = [Shot(i, span.range, span.found) for i, span in enumerate(seen.shots, start=1)]
    return Seen(project.with_shots(shots), seen.motion)


def describe(
    project: Project,
    profile: Profile,
    *,
    detector: str = "adaptive",
    cuts: Sequence[Fraction] | None = None,
    watchers: Sequence[Watcher] = (),
    onsets: OnsetFinder | None = None,
    progress: Progress,
) -> Seen:
    """Find the shots of a film, and what each may sound like.

    Args:
        project: a film that was opened.
        profile: the eyes and the scorer.
        detector: how cuts are found.
        cuts: the cuts, where they are known already.
        watchers: whoever else looks at every frame of the one decode pass.
        onsets: finds the sharp moments; without, the hand-made measure does.
        progress: told of the stages ``look``, ``gaze`` and ``understand``.

    Raises:
        InputError: the picture cannot be decoded.
    """
    if profile.frames:
        return _describe_long(project, profile, detector, cuts, watchers, onsets, progress)
    glancer = Glancer(profile.eyes)
    media = project.media
    seen = _looked(project, detector, cuts, [glancer, *watchers], onsets, progress)
    embeddings = np.concatenate(glancer.embeddings)
    shots = []
    with progress.stage("understand", len(seen.shots)) as stage:
        for index, span in enumerate(seen.shots, start=1):
            inside = range(bisect_left(glancer.times, span.range.start), bisect_left(glancer.times, span.range.end))
            if inside:
                vector = pooled_shot(embeddings[inside], [glancer.times[i] for i in inside], seen.motion, profile)
            else:  # shorter than the pace of the glances
                middle = (span.range.start + span.range.end) / 2
                vector = pooled(profile.eyes.encode_images(read_frames(media, [middle], short_side=SHORT_SIDE)))
            shots.append(describe_shot(Shot(index, span.range, span.found), vector, profile))
            stage.advance()
    return Seen(replace(project, shots=with_scenes(shots, profile.scorer), profile=profile.name), seen.motion)


def _looked(
    project: Project,
    detector: str,
    cuts: Sequence[Fraction] | None,
    watchers: Sequence[Watcher],
    onsets: OnsetFinder | None,
    progress: Progress,
) -> Look:
    """Decode the film once; the sharp moments are those that the finder finds."""
    seen = look(
        project.media,
        detector=detector,
        cuts=cuts,
        watchers=watchers,
        readers=[onsets.reader] if onsets is not None else [],
        short_side=SHORT_SIDE,
        progress=progress,
    )
    if onsets is None:
        return seen
    return replace(seen, motion=onsets.applied(seen.motion, [span.range.start for span in seen.shots[1:]]))


def _describe_long(
    project: Project,
    profile: Profile,
    detector: str,
    cuts: Sequence[Fraction] | None,
    watchers: Sequence[Watcher],
    onsets: OnsetFinder | None,
    progress: Progress,
) -> Seen:
    """Find the shots first; then look at as many frames of each as the profile wants."""
    seen = find_shots(project, detector=detector, cuts=cuts, watchers=watchers, onsets=onsets, progress=progress)
    found = gaze(project.media, [shot.range for shot in seen.project.shots], profile.eyes, profile.frames, progress)
    with progress.stage("understand", len(found)) as stage:
        shots = []
        for shot, each in zip(seen.project.shots, found, strict=True):
            vector = pooled_shot(each.embeddings, each.times, seen.motion, profile)
            shots.append(describe_shot(shot, vector, profile))
            stage.advance()
    return Seen(replace(seen.project, shots=with_scenes(shots, profile.scorer), profile=profile.name), seen.motion)


def pooled_shot(
    embeddings: Embeddings, times: Sequence[Fraction], motion: Motion, profile: Profile
) -> NDArray[np.float32]:
    """Return what was seen of a shot as one embedding ``float32 (d,)``: the mean, or weighted by motion."""
    return pooled(embeddings, motion_weights(motion, times) if profile.weighting == "motion" else None)


def describe_shot(shot: Shot, vector: NDArray[np.float32], profile: Profile) -> Shot:
    """Return a shot with what it may sound like, from its pooled image embedding ``float32 (d,)``."""
    heard = profile.scorer.score(vector)
    return replace(
        shot, heard=heard, unsure=profile.scorer.unsure(heard), embedding=tuple(float(value) for value in vector)
    )


def motion_weights(motion: Motion, times: Sequence[Fraction]) -> NDArray[np.float64]:
    """Return how much each sampled frame weighs in its shot: more where more moves."""
    if not motion.times:
        return np.ones(len(times))
    return STILLNESS + np.interp([float(t) for t in times], [float(t) for t in motion.times], motion.energy)


def still_shots(project: Project, duration: Fraction) -> Project:
    """Return the project of a photograph as one shot of a length in seconds."""
    picture = replace(project.media.picture, start=Fraction(0), duration=duration)
    media = replace(project.media, picture=picture)
    return replace(project, media=media, shots=(Shot(1, TimeRange(Fraction(0), duration), "start"),))
