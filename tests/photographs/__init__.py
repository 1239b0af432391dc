"""The photographs inside installed packages with what each may sound like, and how recognition on them is counted.

Holds no picture: ``manifest.toml`` names them, with their hashes.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.photographs.titles import titles
from v2a_foley.mapper.scoring import EventScorer

MANIFEST = Path(__file__).with_name("manifest.toml")
LABELS = Path(__file__).parents[1] / "mapper" / "labels.toml"


@dataclass(frozen=True)
class Judged:
    """Something seen, and what a person said it may sound like.

    Attributes:
        shows: what it is.
        quiet: nothing need be heard, so that "unsure" is right too.
        accepted: names of the events that are right.
        best: the likeliest of them.
        of: "people" or "room", where that is all that is shown.
        blind: scored once, when everything was fitted.
    """

    shows: str
    quiet: bool
    accepted: frozenset[str]
    best: str = ""
    of: str = ""
    blind: bool = False


@dataclass(frozen=True)
class Photograph:
    """A photograph, or a frame of a clip, inside an installed package; ``path`` ends the path of one of its files."""

    judged: Judged
    package: str
    path: str
    sha256: str
    time: Fraction | None

    def pixels(self) -> NDArray[np.uint8]:
        """Return ``uint8 (height, width, 3)`` RGB, after checking that the file is the one that was judged."""
        try:
            installed = distribution(self.package)
        except PackageNotFoundError as error:
            raise AssertionError(f"{self.package} is not installed: make setup-dev") from error
        file = next(
            Path(installed.locate_file(name)) for name in installed.files if name.as_posix().endswith(self.path)
        )
        assert hashlib.sha256(file.read_bytes()).hexdigest() == self.sha256, f"{self.path} is another picture now"
        if self.time is None:
            from PIL import Image

            return np.asarray(Image.open(file).convert("RGB"))
        import av

        with av.open(str(file)) as film:
            frames = film.decode(video=0)
            return next(f for f in frames if f.pts * f.time_base >= self.time).to_ndarray(format="rgb24")


@dataclass(frozen=True)
class Tally:
    """How often recognition was right.

    Attributes:
        pictures: how many were judged.
        first: the best event is accepted.
        third: one of the best three is accepted.
        right: one of the best three is accepted, or nothing need be heard and the scorer is unsure.
        effects: an effect was sure enough to be used.
        wrong: an effect was sure enough to be used, and is not accepted.
    """

    pictures: int
    first: int
    third: int
    right: int
    effects: int
    wrong: int


def photographs() -> list[Photograph]:
    """Return all photographs of the manifest."""
    return [
        Photograph(
            _judged(entry),
            entry["package"],
            entry["path"],
            entry["sha256"],
            Fraction(entry["time"]) if "time" in entry else None,
        )
        for entry in tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["photograph"]
    ]


def drawn() -> tuple[list[Judged], NDArray[np.uint8]]:
    """Return the titles and blanks of ``titles.py``, on which nothing sounds, with their frames."""
    frames = titles()
    return [Judged(name, True, frozenset({"room_tone"}), "room_tone", "title") for name in frames], np.stack(
        list(frames.values())
    )


def labels() -> list[tuple[int, Judged]]:
    """Return the judged ImageNet labels: their number, and what they may sound like."""
    entries = tomllib.loads(LABELS.read_text(encoding="utf-8"))["label"]
    return [(entry["number"], _judged(entry)) for entry in entries]


def _judged(entry: dict) -> Judged:
    return Judged(
        entry["shows"],
        entry["quiet"],
        frozenset(entry["accepted"]),
        entry["accepted"][0],
        entry.get("of", ""),
        entry.get("blind", False),
    )


def tally(scorer: EventScorer, judged: list[Judged], embeddings: NDArray[np.float32]) -> Tally:
    """Count how often the scorer is right about embeddings ``(n, d)`` of what was judged."""
    counts = np.zeros(5, dtype=int)
    for one, embedding in zip(judged, embeddings, strict=True):
        heard = scorer.score(embedding)
        names = [each.event.name for each in heard[:3]]
        effect = scorer.effect(heard)
        third = any(name in one.accepted for name in names)
        counts += [
            names[0] in one.accepted,
            third,
            third or (one.quiet and effect is None),
            effect is not None,
            effect is not None and effect.event.name not in one.accepted,
        ]
    return Tally(len(judged), *(int(count) for count in counts))


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    z = 1.959964
    share = right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return max(middle - half, 0.0), min(middle + half, 1.0)
