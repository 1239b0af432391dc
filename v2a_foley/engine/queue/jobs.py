"""What a batch is to do: its jobs, out of the lines that lists and folders give. Every mistake is told at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from v2a_foley.engine.plain import RESULTS, chosen, is_read, settings_from
from v2a_foley.engine.queue import places
from v2a_foley.engine.queue.presets import Presets, absolute, told
from v2a_foley.errors import JobsError, UsageError
from v2a_foley.files import safe_name
from v2a_foley.project.names import TAKE_PATTERN
from v2a_foley.render.kinds import CONTAINERS, SOUND_ONLY
from v2a_foley.render.stems import stem_layers

SAME = "same"
"""The suffix of the film itself."""
_PHOTOGRAPHS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".jp2"})
_UNIFORM = ".mov"
"""What films are written as whose own container is not written here."""
_ID_BYTES = 40
_HINT = "Correct the list; nothing was begun."


@dataclass(frozen=True)
class Job:
    """One film to be done.

    Attributes:
        source: the film, absolute.
        output: the film to write, relative to the batch's folder.
        settings: fields of ``RunSettings`` that differ from their defaults, as plain values; what is read is absolute,
            what is written relative to the batch's folder.
    """

    source: Path
    output: str
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def id(self) -> str:
        """What tells the job from others: the same film, output and settings give the same id."""
        digest = hashlib.sha256(self.text().encode()).hexdigest()[:10]
        return f"{safe_name(PurePosixPath(self.output).stem, longest=_ID_BYTES)}-{digest}"

    def text(self) -> str:
        """Return it as JSON in ASCII; names that are no UTF-8 survive."""
        content = {"source": str(self.source), "output": self.output, "settings": dict(self.settings)}
        return json.dumps(content, sort_keys=True)

    @classmethod
    def of(cls, text: str) -> Job:
        """Return the job that ``text`` wrote."""
        content = json.loads(text)
        return cls(Path(content["source"]), content["output"], MappingProxyType(content["settings"]))


@dataclass(frozen=True)
class Line:
    """A job as it was asked for, before it is checked: where it stands, its film, and what was written of it.

    Attributes:
        where: how a mistake in it is told (``row 3``); empty where there is only its film to name.
        source: the film.
        name: what its result is called, without a suffix, where no output is asked for; may be a path.
        output: the output asked for, a pattern; empty where none is.
        preset: name of its preset; empty for none.
        values: its own settings, as plain values.
        folder: what its relative paths are relative to.
    """

    where: str
    source: Path
    name: str
    folder: Path
    output: str = ""
    preset: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Wish:
    """What holds for every job of a batch.

    Attributes:
        values: settings of the command line, as plain values.
        presets: what the file of presets says.
        suffix: ``same``, or the suffix of every film that is written.
    """

    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    presets: Presets = field(default_factory=Presets)
    suffix: str = SAME


def make_jobs(lines: Sequence[Line], wish: Wish, what: str) -> list[Job]:
    """Return the jobs that lines stand for, in their order.

    The settings of a job are those of the presets' top, then the command line's, then its preset's, then its own.

    Args:
        lines: what was asked for.
        wish: what holds for all of them.
        what: how the errors name where the lines come from.

    Raises:
        JobsError: a line cannot be done, two would write one file, or there is none; every mistake is told.
    """
    if not lines:
        raise JobsError(f"{what} names no film.", hint="Name a folder with films, or a list of jobs.")
    mistakes: list[str] = []
    if wish.suffix != SAME and wish.suffix not in (*CONTAINERS, SOUND_ONLY):
        mistakes.append(f"--suffix {wish.suffix!r} is none of {SAME}, {', '.join([*CONTAINERS, SOUND_ONLY])}")
    jobs: list[Job] = []
    taken: dict[str, str] = {}
    for line in lines:
        job = _job(line, wish, mistakes)
        if job is None:
            continue
        jobs.append(job)
        named = line.where or line.source.name
        for place in dict.fromkeys(written(job)):
            if place in taken:
                mistakes.append(f"{named}: {place!r} is written by {taken[place]} as well")
            taken.setdefault(place, named)
    if mistakes:
        raise told(what, mistakes, _HINT)
    return jobs


def written(job: Job) -> Iterator[str]:
    """Yield keys of the files that a job writes, relative to the batch's folder; two jobs may share none.

    Where stems' names tell the film's first timecode, which is not known here, it is taken to be the same of all.
    """
    for place in results_of(job):
        yield places.key(PurePosixPath(place))
    settings = settings_from(job.settings)
    if settings.stems is not None and settings.naming().stems_need_start:
        yield places.key(
            PurePosixPath(settings.stems.as_posix()) / f"{safe_name(job.source.stem)} {settings.stem_name}"
        )


def results_of(job: Job) -> Iterator[str]:
    """Yield the files that a job writes and whose names are known, relative to the batch's folder; the film first."""
    settings = settings_from(job.settings)
    yield job.output
    for each in (settings.spotting, settings.timeline, settings.contact_sheet):
        if each is not None:
            yield each.as_posix()
    if settings.stems is not None and not settings.naming().stems_need_start:
        for layer in stem_layers(settings.tracks()):
            yield (settings.stems / settings.naming().stem_name(job.source, layer)).as_posix()


def _job(line: Line, wish: Wish, mistakes: list[str]) -> Job | None:
    """Return the job of a line; None where it has mistakes, which are added to the others."""
    own: list[str] = []
    if not _there(line.source, Path.is_file):
        own.append(f"column source: {str(line.source)!r} is no file")
    values = {**wish.presets.common, **wish.values, **_preset(line, wish.presets, own), **line.values}
    if (
        values.get("name", TAKE_PATTERN) != TAKE_PATTERN
    ):  # takes come with a timeline; else nobody would see their names
        values.setdefault("timeline", "{film}.otio")
    for name, value in list(values.items()):
        if name in RESULTS or name == "profile" or is_read(name, value):
            try:
                values[name] = _placed(name, str(value), line)
            except ValueError as error:
                own.append(f"column {name}: {error}")
    job = None
    try:
        output = _output(line, wish.suffix)
        if not own:
            settings = settings_from(values)
            settings.prompts()
            job = Job(line.source, output, MappingProxyType(chosen(settings)))
    except ValueError as error:
        own.append(f"column output: {error}")
    except UsageError as error:
        own.append(error.message.rstrip("."))
    mistakes += [f"{line.where or repr(line.source.name)}, {each}" for each in own]
    return job


def _preset(line: Line, presets: Presets, mistakes: list[str]) -> Mapping[str, Any]:
    """Return the settings of a line's preset; a name that is not known is added to the mistakes."""
    if not line.preset or line.preset in presets.named:
        return presets.named.get(line.preset, {})
    known = ", ".join(presets.named) or "none; name their file with --preset"
    mistakes.append(f"column preset: there is no preset {line.preset!r} (there are: {known})")
    return {}


def _placed(name: str, text: str, line: Line) -> str:
    """Return a field's path as jobs hold it: what is written relative to the batch, what is read absolute."""
    if name in RESULTS:
        return str(places.inside(places.filled(text, line.source.stem)))
    path = Path(absolute(text, line.folder))
    if name == "profile":  # a folder, or a name
        return str(path) if _there(path, Path.is_dir) else text
    if not _there(path, Path.exists):
        raise ValueError(f"{text!r} does not exist")
    return str(path)


def _output(line: Line, suffix: str) -> str:
    """Return the output of a line, relative to the batch's folder."""
    if not line.output:
        wanted = _suffix_for(line.source) if suffix == SAME else suffix
        return str(places.inside(str(places.safe_place(PurePosixPath(line.name))) + wanted))
    place = places.inside(places.filled(line.output, line.source.stem))
    if place.suffix.lower() not in (*CONTAINERS, SOUND_ONLY):
        known = ", ".join([*CONTAINERS, SOUND_ONLY])
        raise ValueError(f"{line.output!r} has no suffix that films are written as ({known})")
    return str(place)


def _suffix_for(source: Path) -> str:
    own = source.suffix.lower()
    if own in _PHOTOGRAPHS:
        return SOUND_ONLY
    return own if own in CONTAINERS else _UNIFORM


def _there(path: Path, asked: Callable[[Path], bool]) -> bool:
    """Tell whether something is there; what can be no path is not."""
    try:
        return asked(path)
    except (OSError, ValueError):
        return False
