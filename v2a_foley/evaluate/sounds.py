"""Sounds against true sounds, captions and pictures: one table a protocol. Its page is in ``sounds_report.py``.

What listens is in ``backbones/``, what belongs together in ``pairing.py``, each figure in ``sound_figures.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import choose
from v2a_foley.embed import ImageEncoder
from v2a_foley.embed.clip import load_clip
from v2a_foley.errors import SourceError, UsageError
from v2a_foley.evaluate import sound_figures, sound_notes
from v2a_foley.evaluate.backbones import Backbone, chosen_backbones
from v2a_foley.evaluate.backbones.clap import Clap
from v2a_foley.evaluate.dataset import DataSet, Item
from v2a_foley.evaluate.listening import Length, hear
from v2a_foley.evaluate.pairing import SoundSet, names_of, read_list, row_names, sound_set
from v2a_foley.evaluate.seen import look_at
from v2a_foley.evaluate.sound_figures import Listened
from v2a_foley.evaluate.sound_settings import SoundSettings
from v2a_foley.files import scratch_folder
from v2a_foley.metrics.figure import REFERENCE, Figure, Table
from v2a_foley.metrics.figure import as_dict as figure_as_dict
from v2a_foley.models import require
from v2a_foley.progress import Progress

EYES = "clip-vit-b-32"
"""The installed model that looks at pictures where no other is named: what Wav2CLIP was trained against."""
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
FILMS = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg", ".ts"})
_LONGEST = Fraction(600)


@dataclass(frozen=True, eq=False)
class Compared:
    """What a comparison came to.

    Attributes:
        generated: the sets that were compared.
        reference: the true sounds, if any.
        tables: one a protocol; in the order of the backbones, onsets last.
        notes: what a reader must know.
        ears: the names of what listened.
        length: how sounds were brought to one length.
        nearness: of each clip of the first set, the mean cosine of its takes to the true sound, by the first backbone.
        broken: of each set, why files were left out, by name.
    """

    generated: Sequence[SoundSet]
    reference: SoundSet | None
    tables: Sequence[Table]
    notes: Sequence[str]
    ears: Sequence[str]
    length: Length
    nearness: Mapping[str, float]
    broken: Mapping[str, Mapping[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "generated": {each.name: len(each.paths) for each in self.generated},
            "reference": len(self.reference.paths) if self.reference else 0,
            "ears": list(self.ears),
            "length": str(self.length),
            "tables": [
                {
                    "title": table.title,
                    "rows": {
                        name: [figure_as_dict(figure) for figure in figures.values()]
                        for name, figures in table.rows.items()
                    },
                }
                for table in self.tables
            ],
            "broken": {name: dict(files) for name, files in self.broken.items()},
            "notes": list(self.notes),
        }


def compare_sounds(generated: Sequence[Path], settings: SoundSettings, progress: Progress) -> Compared:
    """Compare sets of sounds with true sounds, and with their captions and pictures where there are any.

    - A table a backbone: FD (FAD over VGGish's frames), its limit for infinitely many sounds where there are enough of
      them, KL and Inception Score where it classifies, spread of takes.
    - For CLAP, agreement with captions and with the true sounds; for Wav2CLIP, with pictures.
    - When sounds strike, against the true ones.

    Args:
        generated: folders of sounds, each a row.
        settings: the true sounds, what listens, and how.
        progress: told of the stages ``load``, ``listen``, ``eyes`` and ``attacks``; warned of what is left out.

    Raises:
        SourceError: a folder is missing or holds no sounds, or a list is not understood or names no sound.
        UsageError: nothing could be measured, or a backbone is not known.
        MissingError: a backbone that was named, or the eyes, are not on this machine, or damaged.
        Cancelled: the work was asked to stop; what was heard until then is remembered.
    """
    reference = sound_set(settings.reference, REFERENCE) if settings.reference else None
    told = read_list(settings.takes, "file", "clip") if settings.takes else {}
    captions = read_list(settings.captions, "file", "caption") if settings.captions else {}
    known = reference.paths.keys() if reference else ()
    names = row_names(generated, {REFERENCE})
    sets = [sound_set(path, name, known, told) for path, name in zip(generated, names, strict=True)]
    every = {name for each in [*sets, *([reference] if reference else [])] for name in each.paths}
    notes = sound_notes.of_list(settings.takes, told, every) if settings.takes else []
    every |= {clip for each in sets for clip in each.clip.values()}
    notes += sound_notes.of_list(settings.captions, captions, every) if settings.captions else []
    if settings.images is not None and not settings.images.is_dir():
        raise SourceError(f"There is no folder {str(settings.images)!r}.", hint="Name a folder of pictures or films.")
    notes += sound_notes.of_sizes(sets, known)
    compute = choose(settings.device)
    with progress.stage("load"):
        ears, missing = chosen_backbones(settings.backbone, compute)
        notes += sound_notes.unheard(settings, ears)
        looks = settings.images is not None and any(each.key == "wav2clip" for each in ears)
        eyes = load_clip(settings.eyes or require(EYES), compute).eyes if looks else None
    bench = _Bench(sets, reference, settings, captions, eyes, progress, notes=[*missing, *notes])
    for backbone in ears:
        bench.listen(backbone)
    bench.compare_onsets()
    if not bench.tables:
        why = " ".join(note for note in bench.notes if note not in missing)
        raise UsageError(f"Nothing could be measured. {why}".strip(), hint="Add --reference DIR, or more sounds.")
    return Compared(
        sets, reference, bench.tables, bench.notes, [each.name for each in ears], bench.length, bench.nearness,
        bench.broken,
    )  # fmt: skip


@dataclass(eq=False)
class _Bench:
    """Where the sets lie while one backbone after the other listens to them, and what came of it so far."""

    sets: Sequence[SoundSet]
    reference: SoundSet | None
    settings: SoundSettings
    captions: Mapping[str, str]
    eyes: ImageEncoder | None
    progress: Progress
    notes: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    nearness: dict[str, float] = field(default_factory=dict)
    broken: dict[str, dict[str, str]] = field(default_factory=dict)
    data: str = ""

    @property
    def length(self) -> Length:
        """How sounds are brought to one length."""
        seconds = self.settings.length
        return Length(Fraction(seconds).limit_denominator(1000) if seconds else None)

    def listen(self, backbone: Backbone) -> None:
        """Have a backbone hear all sets, and add its tables."""
        true = self._hear(self.reference, backbone) if self.reference else None
        made = {each.name: self._hear(each, backbone) for each in self.sets}
        everything = {**made, **({REFERENCE: true} if true else {})}
        figures = {name: sound_figures.alone(each, self.note) for name, each in everything.items()}
        if true is not None:
            figures |= {
                name: [*sound_figures.apart(each, true, self.note), *figures[name]] for name, each in made.items()
            }
            self.nearness = self.nearness or sound_figures.nearness(next(iter(made.values())), true)
        self._add(backbone.name, figures)
        if isinstance(backbone, Clap):
            said = {
                name: sound_figures.against_captions(each, backbone, self.captions, self.note)
                for name, each in everything.items()
            }
            self._add(f"Captions, {backbone.name}", said)
            if true is not None:
                alike = {name: sound_figures.against_true(each, true, self.note) for name, each in made.items()}
                self._add(f"True sounds, {backbone.name}", alike)
        if backbone.key == "wav2clip" and self.settings.images is not None and self.eyes is not None:
            pictures, seen_by = self._look(self.settings.images, self.eyes), self.eyes.space
            fits = {
                name: sound_figures.against_pictures(each, pictures, seen_by, self.note)
                for name, each in everything.items()
            }
            self._add(f"Pictures, {backbone.name}", fits)

    def compare_onsets(self) -> None:
        """Add the table of when sounds strike, against the true ones."""
        if self.reference is None:
            return
        true = self._whole(self.reference)
        self._add(
            "Onsets",
            {
                each.name: sound_figures.against_onsets(
                    self._whole(each), true, self.data, self.length, self.progress, self.note
                )
                for each in self.sets
            },
        )

    def note(self, sentence: str) -> None:
        """Keep a sentence that a reader of the figures must know, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _hear(self, sounds: SoundSet, backbone: Backbone) -> Listened:
        heard = hear(list(sounds.paths.values()), backbone, self.progress, length=self.length)
        name_of = {path: name for name, path in sounds.paths.items()}
        if heard.broken:
            self.broken[sounds.name] = {name_of[path]: why for path, why in heard.broken.items()}
        if not self.data:
            self.data = str(self.length)
            if sounds is self.reference:
                joined = hashlib.sha256(" ".join(sorted(heard.hashes)).encode()).hexdigest()[:8]
                self.data = f"{len(heard.paths):,} true sounds ({joined}), {self.length}"
        names = [name_of[path] for path in heard.paths]
        return Listened(backbone, heard, names, [sounds.clip[name] for name in names], self.data)

    def _whole(self, sounds: SoundSet) -> SoundSet:
        """Return a set without the files that cannot be read."""
        broken = self.broken.get(sounds.name, {})
        paths = {name: path for name, path in sounds.paths.items() if name not in broken}
        return SoundSet(sounds.name, paths, {name: sounds.clip[name] for name in paths})

    def _look(self, folder: Path, eyes: ImageEncoder) -> dict[str, NDArray[np.float32]]:
        """Return CLIP's embedding of each picture or film of the clips, by the clip's name."""
        clips = {clip for each in self.sets for clip in each.clip.values()}
        inside = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in PICTURES | FILMS]
        shown = names_of(inside, folder)
        wanted = [(name, path) for name, path in shown.items() if name in clips]
        if not wanted:
            self.note(f"No image–sound score: the folder {folder.name!r} holds no picture of a sound's name.")
            return {}
        items = tuple(Item(f"{number:07}", path, name) for number, (name, path) in enumerate(wanted))
        data = DataSet("the pictures", "pictures", items, len(items), heard=False, licence="")
        with scratch_folder() as scratch:
            seen = look_at(data, eyes, self.settings.frames, self.length.seconds or _LONGEST, scratch, self.progress)
        return {item.label: row for item, row in zip(seen.data.items, seen.embeddings, strict=True)}

    def _add(self, title: str, rows: Mapping[str, Sequence[Figure]]) -> None:
        """Add a table of the rows in which something stands, if there are any."""
        table = Table(title)
        for name, figures in rows.items():
            if figures:
                table.add(name, figures)
        if table.rows:
            self.tables.append(table)
