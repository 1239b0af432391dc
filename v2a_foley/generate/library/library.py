"""The generator that plays the user's own sounds: finds the best match and has it conformed. Makes up nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import numpy as np

from v2a_foley.audio.onsets import strongest
from v2a_foley.embed import Space, TextEncoder
from v2a_foley.files import readable
from v2a_foley.generate.blocks import checked, side_by_side
from v2a_foley.generate.following import followed
from v2a_foley.generate.library.beds import bed
from v2a_foley.generate.library.index import Entry, Index, build
from v2a_foley.generate.library.match import FITS, Match, Matcher, near_best
from v2a_foley.generate.library.material import Material
from v2a_foley.generate.protocol import Samples, Sound, SoundRequest
from v2a_foley.generate.strikes import Strike, arrange, cut, strike_all
from v2a_foley.progress import Progress
from v2a_foley.project import Kind, Vocabulary, default_vocabulary
from v2a_foley.version import VERSION as PROGRAM

_MOST_STRIKES = 12
_MOST_FILES = 6


@dataclass(frozen=True)
class _Choice:
    """What a request will be made of: the best match first, then its siblings."""

    match: Match
    entries: tuple[Entry, ...]


class Library:
    """Makes sounds out of a folder of the user's own.

    It is indexed when it is opened; a folder that has not changed opens in a moment.
    """

    name = "library"

    def __init__(
        self,
        folder: Path,
        words: TextEncoder,
        *,
        progress: Progress | None = None,
        vocabulary: Vocabulary | None = None,
        cache: Path | None = None,
    ) -> None:
        """Bring the index up to date.

        Args:
            folder: the user's folder of sounds, searched with all folders in it.
            words: embeds descriptions and prompts; a request's embedding must lie in its space.
            progress: told of every sound listened to; keeps a warning that names those that cannot be used.
            vocabulary: tells what CatIDs mean; by default the program's own.
            cache: where indices are kept; by default the program's cache folder.

        Raises:
            LibraryError: the folder is missing or empty, or none of its sounds can be read.
            Cancelled: the work was asked to stop.
        """
        events = default_vocabulary() if vocabulary is None else vocabulary
        categories = {event.catid: f"{event.category} {event.subcategory}".lower() for event in events}
        self._index = build(folder, words, progress or Progress(), categories=categories, cache=cache)
        self._matcher = Matcher(self._index, words, Counter(event.catid for event in events))
        self._words = words

    @property
    def index(self) -> Index:
        """What is known of the user's sounds."""
        return self._index

    @property
    def space(self) -> Space:
        """The space in which a request's embedding must lie."""
        return self._words.space

    @property
    def identity(self) -> str:
        """The user's sounds (paths, sizes, modification times), what is known of them, and the ears that match them."""
        return f"library {PROGRAM} numpy {np.__version__} {self._words.space.fingerprint} {self._index.digest}"

    def matches(self, request: SoundRequest, count: int = 5) -> list[Match]:
        """Return the sounds that fit a request best, best first."""
        return self._matcher.ranked(request)[:count]

    def can_make(self, request: SoundRequest) -> bool:
        """Tell whether the library holds something close to what is asked for."""
        best = self._matcher.ranked(request)[0]
        return best.meaning >= FITS and (request.event.kind is not Kind.IMPULSE or bool(best.entry.analysis.onsets))

    def make(self, request: SoundRequest, progress: Progress | None = None) -> Sound:
        """Make one sound of the best match, however far it is.

        Raises:
            LibraryError: a file has vanished or cannot be read any more; also raised while the blocks are read.
            Cancelled: the work was asked to stop; also raised while the blocks are read.
        """
        progress = progress or Progress()
        progress.check()
        rng = np.random.default_rng(np.random.SeedSequence([request.seed % (1 << 63), 0x11B]))
        choice = self._choice(request, rng)
        if request.event.kind is Kind.IMPULSE:
            hits = [(sample, strength) for sample, strength in request.hits if 0 <= sample < request.samples]
            strikes = self._strikes(choice, request)
            files = list(dict.fromkeys(strike.origin for strike in strikes))
            placed = arrange(strikes, hits, rng) if strikes else []
            blocks = strike_all(placed, request.samples, request.channels, request.sample_rate)
            used = [[readable(strike.origin), strike.frame] for strike in strikes]
        else:
            files, used = [choice.match.entry.path], []
            blocks = self._bed(choice.match.entry, request, rng)
        main = choice.match.entry
        files = [readable(file) for file in files or [main.path]]
        names = ", ".join(PurePosixPath(file).name for file in files)
        return Sound(
            blocks=checked(blocks, progress),
            source=readable(main.path),
            licence=f"the user's own library: {names}",
            native_rate=main.analysis.sample_rate,
            details=MappingProxyType(
                {
                    "description": main.description,
                    "score": round(choice.match.score, 4),
                    "meaning": round(choice.match.meaning, 4),
                    "files": files,
                    "strikes": used,
                }
            ),
        )

    def _choice(self, request: SoundRequest, rng: np.random.Generator) -> _Choice:
        ranked = self._matcher.ranked(request)
        near = near_best(ranked)
        chosen = near[int(rng.integers(len(near)))]
        entries = [chosen.entry]
        others = self._index.embeddings @ self._index.embeddings[chosen.row]
        for match in ranked:
            entry = match.entry
            same = entry.name.series == chosen.entry.name.series and entry.name.catid == chosen.entry.name.catid
            if entry is not chosen.entry and same and others[match.row] > 0.9:
                entries.append(entry)
        return _Choice(chosen, tuple(entries[:_MOST_FILES]))

    def _strikes(self, choice: _Choice, request: SoundRequest) -> list[Strike]:
        """Cut the sounds for an impulse: the strongest attacks of the chosen file and of its siblings."""
        wanted = min(_MOST_STRIKES, max(1, len(request.hits)))
        strikes: list[Strike] = []
        for entry in choice.entries:
            if len(strikes) >= wanted:
                break
            with Material(self._path(entry), entry.analysis, request.channels, request.sample_rate) as material:
                for frame, until in _attacks(entry)[: wanted - len(strikes)]:
                    strike = cut(
                        material,
                        material.at(frame),
                        material.at(until),
                        request.sample_rate,
                        origin=entry.path,
                        frame=frame,
                    )
                    if strike is not None:
                        strikes.append(strike)
        return strikes

    def _bed(self, entry: Entry, request: SoundRequest, rng: np.random.Generator) -> Iterator[Samples]:
        """Make what lasts. A mono sound becomes a wide ambience: its sides are two stretches of it."""
        wide = request.channels == 2 and entry.analysis.channels == 1 and request.event.kind is Kind.AMBIENCE
        with ExitStack() as stack:
            sides = []
            for side in rng.spawn(2 if wide else 1):
                channels = 1 if wide else request.channels
                material = stack.enter_context(
                    Material(self._path(entry), entry.analysis, channels, request.sample_rate)
                )
                attacks = [material.at(frame) for frame in entry.analysis.onsets]
                sides.append(bed(material, attacks, request.samples, side, request.sample_rate))
            sound = side_by_side(*sides) if wide else sides[0]
            yield from followed(sound, request.intensity, request.sample_rate)

    def _path(self, entry: Entry) -> Path:
        return self._index.folder / entry.path


def _attacks(entry: Entry) -> list[tuple[int, int]]:
    heard = entry.analysis
    return strongest(heard.onsets, heard.strengths, heard.start, heard.end, heard.sample_rate)
