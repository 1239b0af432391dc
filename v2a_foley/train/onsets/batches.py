"""What a step of training sees: crops of stretches, disturbed at random, and what the net should say of them.

All follows from the seed and the step, so that a resumed run learns what it would have learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from v2a_foley.train.onsets.films import Film
from v2a_foley.train.onsets.settings import OnsetSettings
from v2a_foley.train.onsets.stretches import Shelf, Stretch
from v2a_foley.video.traits import CELLS, FLOW_CELLS, FRAME, PLAIN_CELLS, THING_CELLS

SIGMA = 0.012
"""Seconds: how sharp an onset is. At 24 frames a second it is one frame, at 60 its neighbours get a third."""
_FAINT = 0.01
_CELL = {name: number for number, name in enumerate(CELLS)}
_FRAME = {name: number for number, name in enumerate(FRAME)}
_FASTER = [_CELL[name] for name in ("u", "v", "speed", "thing_u", "thing_v", "turn")]
_FASTER_FRAME = [_FRAME[name] for name in ("camera_u", "camera_v")]
_DARKER = [_CELL[name] for name in ("light", "shade", "apart")]
_WAYS = [[_CELL[name] for name in names] for names in (FLOW_CELLS, PLAIN_CELLS, THING_CELLS)]
"""What three ways of looking say of a cell; a net is not to believe one of them alone."""
_PAIRS, _FRAME_PAIRS = (("u", "v"), ("thing_u", "thing_v")), (("camera_u", "camera_v"),)
_SLOWEST, _FASTEST = 0.7, 1.4
_NOISE = 0.05


@dataclass(frozen=True, eq=False)
class Batch:
    """Crops, and what the net should say of them; b crops of n frames.

    Attributes:
        cells: ``float32 (b, n, 16, rows, columns)``.
        frame: ``float32 (b, n, 11)``.
        onset: ``(b, n)``, 0 to 1: whether the frame is the first to show a contact.
        counts: ``(b, n)``: 1, or 0 where a frame begins a shot, of which nothing is asked.
        hit: ``(b, n)``: 1 on frames that a contact belongs to.
        early: ``(b, n)``, on those.
        strength: ``(b, n)``, on those.
        place: ``(b, n, 2)``, on those; NaN where nobody knows.
    """

    cells: Tensor
    frame: Tensor
    onset: Tensor
    counts: Tensor
    hit: Tensor
    early: Tensor
    strength: Tensor
    place: Tensor

    def to(self, device: str) -> Batch:
        """Return it on a device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


@dataclass(frozen=True, eq=False)
class Sample:
    """One crop as arrays; the fields are those of ``Batch``, without the first axis."""

    cells: NDArray[np.float32]
    frame: NDArray[np.float32]
    onset: NDArray[np.float32]
    counts: NDArray[np.float32]
    hit: NDArray[np.float32]
    early: NDArray[np.float32]
    strength: NDArray[np.float32]
    place: NDArray[np.float32]


class Crops:
    """Draws batches.

    Stretches are drawn by their frames, and kinds with many more evenly than that: by the square root of their frames.
    Films in which nothing sounds are one kind here.

    Args:
        films: to learn from.
        settings: how.
        shelf: where stretches are taken from.
    """

    def __init__(self, films: Sequence[Film], settings: OnsetSettings, shelf: Shelf) -> None:
        """Weigh the stretches."""
        self._settings, self._shelf = settings, shelf
        totals: dict[str, int] = {}
        for film in films:
            totals[_group(film)] = totals.get(_group(film), 0) + sum(film.frames)
        self._by_shape: dict[tuple[int, int], list[tuple[Film, int]]] = {}
        for film in films:
            self._by_shape.setdefault(film.shape, []).extend((film, number) for number in range(len(film.stretches)))
        self._shapes = sorted(self._by_shape)
        weights = [
            np.array([film.frames[number] / totals[_group(film)] ** 0.5 for film, number in self._by_shape[shape]])
            for shape in self._shapes
        ]
        sums = np.array([each.sum() for each in weights])
        self._shares = sums / sums.sum()
        self._weights = [each / each.sum() for each in weights]

    def draw(self, step: int) -> Batch:
        """Return the batch of a step: crops of one shape and one length.

        Raises:
            StoreError: a stretch cannot be read.
        """
        rng = np.random.default_rng([self._settings.seed, step])
        shape = int(rng.choice(len(self._shapes), p=self._shares))
        entries = self._by_shape[self._shapes[shape]]
        chosen = [entries[at] for at in rng.choice(len(entries), self._settings.batch, p=self._weights[shape])]
        frames = min(self._settings.frames, *(film.frames[number] for film, number in chosen))
        transposed, samples = rng.random() < 0.25, []
        for film, number in chosen:
            start = int(rng.integers(film.frames[number] - frames + 1))
            stretch = self._shelf.take(film.stretches[number])
            samples.append(disturbed(sample_of(stretch, start, start + frames), rng, transposed=transposed))
        return batch_of(samples)


def _group(film: Film) -> str:
    return film.kind if film.hits else "nothing sounds"


def batch_of(samples: Sequence[Sample]) -> Batch:
    """Return crops of one shape and length as a batch."""
    return Batch(
        **{name: torch.from_numpy(np.stack([vars(each)[name] for each in samples])) for name in vars(samples[0])}
    )


def sample_of(stretch: Stretch, start: int = 0, end: int | None = None) -> Sample:
    """Return some frames of a stretch, and what the net should say of them."""
    seconds = stretch.seconds
    end = len(seconds) if end is None else end
    onset, hit, early, strength = (np.zeros(len(seconds), np.float32) for _ in range(4))
    place = np.full((len(seconds), 2), np.nan, np.float32)
    for time, level, across, down in stretch.truths:
        index = int(np.searchsorted(seconds, time - 1e-6))
        if not 0 < index < len(seconds):
            continue
        near = np.exp(-0.5 * ((seconds - seconds[index]) / SIGMA) ** 2).astype(np.float32)
        onset = np.maximum(onset, np.where(near > _FAINT, near, 0.0).astype(np.float32))
        hit[index], strength[index], place[index] = 1.0, level, (across, down)
        early[index] = np.clip((seconds[index] - time) / (seconds[index] - seconds[index - 1]), 0.0, 1.0)
    counts = (~stretch.cuts).astype(np.float32)
    part = slice(start, end)
    return Sample(
        stretch.traits.cells[part].astype(np.float32), stretch.traits.frame[part].astype(np.float32), onset[part],
        counts[part], (hit * counts)[part], early[part], strength[part], place[part],
    )  # fmt: skip


def disturbed(sample: Sample, rng: np.random.Generator, *, transposed: bool) -> Sample:
    """Return a crop as another camera might have seen it: mirrored, turned over, faster, noisier, in part unseen."""
    cells, frame, place = sample.cells.copy(), sample.frame.copy(), sample.place.copy()
    if rng.random() < 0.5:
        cells, place[:, 0] = cells[..., ::-1].copy(), 1 - place[:, 0]
        cells[:, [_CELL["u"], _CELL["thing_u"]]] *= -1
        frame[:, _FRAME["camera_u"]] *= -1
    if rng.random() < 0.25:
        cells, place[:, 1] = cells[..., ::-1, :].copy(), 1 - place[:, 1]
        cells[:, [_CELL["v"], _CELL["thing_v"]]] *= -1
        frame[:, _FRAME["camera_v"]] *= -1
    if transposed:
        cells, place = cells.swapaxes(2, 3).copy(), place[:, ::-1].copy()
        for pair in _PAIRS:
            one, other = (_CELL[name] for name in pair)
            cells[:, [one, other]] = cells[:, [other, one]]
        for pair in _FRAME_PAIRS:
            one, other = (_FRAME[name] for name in pair)
            frame[:, [one, other]] = frame[:, [other, one]]
    faster = rng.uniform(_SLOWEST, _FASTEST)
    cells[:, _FASTER] = np.arcsinh(faster * np.sinh(cells[:, _FASTER]))  # as ``video.traits.pressed`` has them
    frame[:, _FASTER_FRAME] = np.arcsinh(faster * np.sinh(frame[:, _FASTER_FRAME]))
    if rng.random() < 0.5:  # a negative
        cells[:, _DARKER] *= -1
        frame[:, _FRAME["light"]] *= -1
    if rng.random() < 0.2:
        cells[:, _WAYS[int(rng.integers(len(_WAYS)))]] = 0
    if rng.random() < 0.5:
        cells += rng.uniform(0, _NOISE) * rng.standard_normal(cells.shape, np.float32) * (cells != 0)
    if rng.random() < 0.3:  # a part of the picture in which nothing is seen
        rows, columns = cells.shape[2:]
        top, left = int(rng.integers(rows)), int(rng.integers(columns))
        cells[:, :, top : top + max(1, rows // 3), left : left + max(1, columns // 3)] = 0
    return Sample(cells, frame, sample.onset, sample.counts, sample.hit, sample.early, sample.strength, place)
