"""The figures of one set of sounds, as one backbone heard it: alone, against true sounds, captions and pictures.

Which sounds there are and what listens to them is decided in ``sounds.py``; the mathematics is ``metrics``' own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Space
from v2a_foley.errors import DependencyMissing, RenderError, UsageError
from v2a_foley.evaluate.attacks import RESTS_ON, attacks_in
from v2a_foley.evaluate.backbones import Backbone
from v2a_foley.evaluate.backbones.clap import Clap
from v2a_foley.evaluate.listening import HeardFiles, Length
from v2a_foley.evaluate.pairing import SoundSet
from v2a_foley.metrics.divergence import inception_score, kl
from v2a_foley.metrics.figure import Figure
from v2a_foley.metrics.frechet import fd, fd_infinite
from v2a_foley.metrics.onsets import onset_agreement
from v2a_foley.metrics.similarity import clap_score, image_sound_score, paired_cosine
from v2a_foley.metrics.variability import spread_of_takes
from v2a_foley.progress import Progress

Note = Callable[[str], None]
"""Takes a sentence on what could not be measured."""


@dataclass(frozen=True, eq=False)
class Listened:
    """A set of sounds as one backbone heard it, with all that its figures' protocols say.

    Attributes:
        backbone: what listened.
        heard: what it heard.
        names: of the files that could be heard, in their order.
        clips: the clip of each.
        data: what is measured on, in words.
    """

    backbone: Backbone
    heard: HeardFiles
    names: Sequence[str]
    clips: Sequence[str]
    data: str

    @property
    def protocol(self) -> dict[str, Any]:
        """What every figure is told of itself."""
        return {"rests_on": self.backbone.name, "data": self.data}

    @property
    def clip_of_row(self) -> NDArray[np.str_]:
        """The clip of each row that the backbone gave: takes of one clip are no independent samples."""
        return np.asarray(self.clips)[self.heard.heard.of]

    def clips_at(self, rows: Sequence[int]) -> NDArray[np.str_]:
        """Return the clips of some sounds."""
        return np.asarray([self.clips[row] for row in rows])


def pairs(made: Listened, true: Listened) -> tuple[list[int], list[int]]:
    """Return the sounds whose clip has a true sound, and these true sounds, by number, in the first one's order."""
    place = {name: number for number, name in enumerate(true.names)}
    rows = [row for row, clip in enumerate(made.clips) if clip in place]
    return rows, [place[made.clips[row]] for row in rows]


def alone(made: Listened, note: Note) -> list[Figure]:
    """Return the figures that need no other sounds: Inception Score, spread of takes."""
    found: list[Figure] = []
    chances, key = made.heard.heard.probabilities, made.backbone.key
    if chances is not None:
        found += _tried(
            lambda: inception_score(chances, of=made.clips, **made.protocol), f"Inception Score by {key}", note
        )
    takes = Counter(made.clips)
    rows = [row for row, clip in enumerate(made.clips) if takes[clip] > 1]
    if len({made.clips[row] for row in rows}) > 1:
        vectors = made.heard.mean_embeddings()[rows]
        found += _tried(
            lambda: spread_of_takes(vectors, made.clips_at(rows), **made.protocol), f"spread of takes by {key}", note
        )
    return found


def apart(made: Listened, true: Listened, note: Note) -> list[Figure]:
    """Return how far sounds are from true ones: FD (FAD by VGGish), its limit where there are enough, KL by pair."""
    key = made.backbone.key
    short = "FAD" if key.startswith("vggish") else "FD"
    sides: dict[str, Any] = {
        "generated": made.heard.heard.embeddings,
        "reference": true.heard.heard.embeddings,
        "generated_of": made.clip_of_row,
        "reference_of": true.clip_of_row,
        **made.protocol,
    }
    found = _tried(lambda: fd(**sides, metric=short), f"{short} by {key}", note)
    if found and found[0].enough:
        found += _tried(lambda: fd_infinite(**sides, metric=f"{short}∞"), f"{short}∞ by {key}", note)
    new, old = made.heard.heard.probabilities, true.heard.heard.probabilities
    if new is not None and old is not None:
        rows, others = pairs(made, true)
        found += _tried(
            lambda: kl(new[rows], old[others], of=made.clips_at(rows), **made.protocol), f"KL by {key}", note
        )
    return found


def against_captions(made: Listened, clap: Clap, captions: Mapping[str, str], note: Note) -> list[Figure]:
    """Return how well sounds agree with what should be heard, by the captions of the sounds or of their clips."""
    said = [captions.get(name) or captions.get(clip, "") for name, clip in zip(made.names, made.clips, strict=True)]
    rows = [row for row, text in enumerate(said) if text]
    if not rows:
        return []
    texts = sorted({said[row] for row in rows})
    place = {text: number for number, text in enumerate(texts)}
    read = clap.encode_texts(texts)[[place[said[row]] for row in rows]]
    return _tried(
        lambda: clap_score(made.heard.mean_embeddings()[rows], read, of=made.clips_at(rows), **made.protocol),
        "agreement with captions",
        note,
    )


def against_true(made: Listened, true: Listened, note: Note) -> list[Figure]:
    """Return how well sounds agree with the true ones of their clips, in CLAP's space."""
    rows, others = pairs(made, true)
    return _tried(
        lambda: clap_score(
            made.heard.mean_embeddings()[rows], true.heard.mean_embeddings()[others], against="sound",
            of=made.clips_at(rows), **made.protocol,
        ),
        "agreement with the true sounds",
        note,
    )  # fmt: skip


def against_pictures(
    made: Listened, pictures: Mapping[str, NDArray[np.float32]], eyes: Space, note: Note
) -> list[Figure]:
    """Return how well sounds fit the pictures of their clips: CLIP's embeddings of these, ``float32 (512,)`` each."""
    rows = [row for row, clip in enumerate(made.clips) if clip in pictures]
    if not rows:
        return []
    seen = np.stack([pictures[made.clips[row]] for row in rows])
    rests_on = f"{made.backbone.name} and {eyes.name}, space {eyes.fingerprint[:12]}"
    return _tried(
        lambda: image_sound_score(
            seen, made.heard.mean_embeddings()[rows], rests_on=rests_on, data=made.data, of=made.clips_at(rows)
        ),
        "image–sound score",
        note,
    )


def against_onsets(
    made: SoundSet, true: SoundSet, data: str, length: Length, progress: Progress, note: Note
) -> list[Figure]:
    """Return how well the attacks of sounds agree with those of the true sounds; both sets without broken files.

    Raises:
        Cancelled: the work was asked to stop.
    """
    names = [name for name, clip in made.clip.items() if clip in true.paths]
    if len(names) < 2:
        note(f"{made.name}: onsets are not compared: fewer than two sounds have a true one.")
        return []
    once = list(dict.fromkeys(made.clip[name] for name in names))
    of_true = dict(zip(once, attacks_in([true.paths[clip] for clip in once], progress, length=length), strict=True))
    of_made = attacks_in([made.paths[name] for name in names], progress, length=length)
    try:
        return onset_agreement(
            [of_true[made.clip[name]] for name in names], of_made, rests_on=RESTS_ON, data=data,
            of=[made.clip[name] for name in names],
        )  # fmt: skip
    except (UsageError, DependencyMissing) as error:
        note(f"{made.name}: onsets are not compared: {error.message}")
        return []


def nearness(made: Listened, true: Listened) -> dict[str, float]:
    """Return of each clip with a true sound its takes' mean cosine to that; empty where a sound has no direction."""
    rows, others = pairs(made, true)
    if not rows:
        return {}
    try:
        near = paired_cosine(made.heard.mean_embeddings()[rows], true.heard.mean_embeddings()[others])
    except RenderError:  # there is nothing to sort clips by
        return {}
    clips = made.clips_at(rows)
    return {str(clip): float(near[clips == clip].mean()) for clip in dict.fromkeys(clips)}


def _tried(figure: Callable[[], Figure], what: str, note: Note) -> list[Figure]:
    """Return a figure, or none and a note why: too few sounds for one figure are no reason to lose the others."""
    try:
        return [figure()]
    except (UsageError, RenderError) as error:
        note(f"No {what}: {error.message}")
        return []
