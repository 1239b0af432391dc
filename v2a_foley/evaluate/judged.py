"""What generated clips are worth, by what backbones hear in them, in their true sounds and in their classes' names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import UsageError
from v2a_foley.evaluate.backbones import Backbone
from v2a_foley.evaluate.backbones.clap import Clap
from v2a_foley.evaluate.backbones.protocol import Heard
from v2a_foley.evaluate.generate import Clip
from v2a_foley.evaluate.listening import HeardFiles, Length, hear
from v2a_foley.evaluate.seen import Seen
from v2a_foley.metrics.averages import mean_figure
from v2a_foley.metrics.divergence import inception_score, kl
from v2a_foley.metrics.figure import Better, Figure, Protocol
from v2a_foley.metrics.frechet import fd
from v2a_foley.metrics.similarity import clap_score, image_sound_score
from v2a_foley.progress import Progress

TEXT = "the sound of {}"
"""What a class's name is wrapped into before CLAP reads it."""
_CLIP_SIZE = 512
SECONDS = "seconds a clip"


@dataclass(frozen=True, eq=False)
class Truth:
    """What the true sounds of a data set are to each backbone.

    Attributes:
        seen: the items, all of which can be looked at and heard, and what the eyes made of them.
        heard: by the backbone's key; empty where the data set has no sounds.
    """

    seen: Seen
    heard: dict[str, HeardFiles]

    def first(self, count: int) -> Truth:
        """Return the truth of the first items alone."""
        count = min(count, len(self.seen.data.items))
        seen = replace(self.seen, data=self.seen.data.first(count), embeddings=self.seen.embeddings[:count])
        return Truth(seen, {key: _rows(heard, np.arange(count)) for key, heard in self.heard.items()})


def truth_of(seen: Seen, ears: Sequence[Backbone], length: Length, progress: Progress) -> Truth:
    """Have the true sounds heard; items whose sound cannot be read are left out.

    Raises:
        SourceError: not one of them can be heard.
    """
    if not seen.data.heard:
        return Truth(seen, {})
    paths = [item.path for item in seen.data.items]
    heard = {each.key: hear(paths, each, progress, length=length) for each in ears}
    whole = set.intersection(*(set(each.paths) for each in heard.values()))
    kept = np.array([number for number, path in enumerate(paths) if path in whole], dtype=np.intp)
    items = tuple(seen.data.items[number] for number in kept)
    again = {
        key: _rows(each, np.array([number for number, path in enumerate(each.paths) if path in whole], dtype=np.intp))
        for key, each in heard.items()
    }
    return Truth(replace(seen, data=replace(seen.data, items=items), embeddings=seen.embeddings[kept]), again)


def figures_of(
    clips: Sequence[Clip], truth: Truth, ears: Sequence[Backbone], length: Length, progress: Progress
) -> list[Figure]:
    """Measure generated clips.

    Args:
        clips: in the order of the truth's items.
        truth: what they are held against.
        ears: the backbones.
        length: how sounds are brought to one length.
        progress: told of the stage ``listen``.
    """
    paths, data = [clip.path for clip in clips], _data(truth, length)
    found: list[Figure] = []
    for backbone in ears:
        made = hear(paths, backbone, progress, length=length)
        if len(made.paths) != len(paths):
            raise UsageError(
                f"{len(paths) - len(made.paths)} of the sounds that were made cannot be read any more.",
                hint="Remove them with their .json files and call again: they are made anew.",
            )
        found += _against(made, truth.heard.get(backbone.key), backbone, data)
        found += _alone(made, truth, backbone, data)
    return [*found, *_seconds(clips, length)]


def true_figures(truth: Truth, ears: Sequence[Backbone], length: Length) -> list[Figure]:
    """Measure the true sounds where a figure asks nothing of a reference: how well they fit pictures and classes."""
    found: list[Figure] = []
    for backbone in ears:
        if backbone.key in truth.heard:
            found += _alone(truth.heard[backbone.key], truth, backbone, _data(truth, length))
    return found


def _data(truth: Truth, length: Length) -> str:
    return f"{truth.seen.data}, {length}"


def _against(made: HeardFiles, true: HeardFiles | None, backbone: Backbone, data: str) -> list[Figure]:
    """Return the figures that hold sounds against true ones."""
    if true is None or len(made.paths) < 2:
        return []
    metric = {"vggish": "FAD", "vggish-pca": "FAD vggish-pca"}.get(backbone.key, f"FD {backbone.key}")
    found = [
        fd(
            made.heard.embeddings, true.heard.embeddings, rests_on=backbone.name, data=data, metric=metric,
            generated_of=made.heard.of, reference_of=true.heard.of,
        )
    ]  # fmt: skip
    if made.heard.probabilities is not None and true.heard.probabilities is not None:
        each = kl(made.heard.probabilities, true.heard.probabilities, rests_on=backbone.name, data=data)
        found.append(_called(each, f"KL {backbone.key}"))
    if isinstance(backbone, Clap):
        each = clap_score(
            made.mean_embeddings(), true.mean_embeddings(), rests_on=backbone.name, data=data, against="sound"
        )
        found.append(_called(each, "CLAP to the true sound"))
    return found


def _alone(made: HeardFiles, truth: Truth, backbone: Backbone, data: str) -> list[Figure]:
    """Return the figures that need no true sounds."""
    found: list[Figure] = []
    items = truth.seen.data.items
    if len(items) < 2:
        return found
    if made.heard.probabilities is not None:
        each = inception_score(made.heard.probabilities, rests_on=backbone.name, data=data)
        found.append(_called(each, f"IS {backbone.key}"))
    if isinstance(backbone, Clap) and all(item.label for item in items):
        words = sorted({item.label for item in items})
        row = {word: number for number, word in enumerate(words)}
        texts = backbone.encode_texts([TEXT.format(word) for word in words])
        others = texts[[row[item.label] for item in items]]
        each = clap_score(made.mean_embeddings(), others, rests_on=backbone.name, data=data)
        found.append(_called(each, "CLAP to the class"))
    eyes = truth.seen.space
    if backbone.key == "wav2clip" and eyes.size == _CLIP_SIZE:
        pictures, rests_on = truth.seen.embeddings, f"{backbone.name} and {eyes.name}, space {eyes.fingerprint[:12]}"
        found.append(image_sound_score(pictures, made.mean_embeddings(), rests_on=rests_on, data=data))
    return found


def _seconds(clips: Sequence[Clip], length: Length) -> list[Figure]:
    """Return what making a clip took, over those that were made on the device that made most of them."""
    device = Counter(clip.device for clip in clips).most_common(1)[0][0]
    spent = np.array([clip.seconds for clip in clips if clip.device == device], dtype=np.float64)
    if len(spent) < 2:
        return []
    protocol = Protocol(SECONDS, device, f"{float(length.seconds or 0):g} s of sound", "mapping and voice, no looking")
    return [mean_figure(spent, protocol, Better.LOWER, what="clips", unit="s")]


def _called(figure: Figure, metric: str) -> Figure:
    return replace(figure, protocol=replace(figure.protocol, metric=metric))


def _rows(heard: HeardFiles, which: NDArray[np.intp]) -> HeardFiles:
    """Return some of the files that were heard, in the order asked for, rising."""
    place = np.full(len(heard.paths), -1, dtype=np.int64)
    place[which] = np.arange(len(which))
    kept = place[heard.heard.of] >= 0
    chances = heard.heard.probabilities
    return HeardFiles(
        tuple(heard.paths[number] for number in which),
        Heard(
            heard.heard.embeddings[kept],
            place[heard.heard.of][kept],
            None if chances is None else chances[which],
        ),
        tuple(heard.hashes[number] for number in which),
        heard.broken,
    )
