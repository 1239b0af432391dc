"""The demonstration from end to end: build the film, run the main job on it, measure the outcome, write the page."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from v2a_foley.audio.loudness import Loudness, LoudnessMeter
from v2a_foley.audio.read import read_sound
from v2a_foley.demo.footage import DemoFilm, Part, build_film
from v2a_foley.demo.measure import Impacts, difference, impacts_against, picture_hash
from v2a_foley.engine import job
from v2a_foley.engine.result import RunResult
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import OutputError
from v2a_foley.files import scratch_folder, translated
from v2a_foley.generate.library.index import sounds_in
from v2a_foley.progress import Progress
from v2a_foley.project import Kind, Layer, Shot
from v2a_foley.timebase import TimeRange, to_samples

PROMPT = "wood knocks on wood"
"""What the demonstration asks for in the rendered shot: eyes that were made for photographs cannot know it."""

FILM, SCORED, PAGE = "film.mp4", "film-with-sound.mp4", "demo.html"
STEMS, PICTURES = "stems", "pictures"
SPOTTING, TIMELINE, TIMELINE_TAKES, SHEET = "spotting.csv", "film.otio", "film_takes", "contact-sheet.png"
OWN = (FILM, SCORED, PAGE, STEMS, PICTURES, SPOTTING, TIMELINE, TIMELINE_TAKES, SHEET)
"""Everything that the demonstration writes into its folder."""


@dataclass(frozen=True)
class Measured:
    """What was measured on the finished film.

    Attributes:
        cuts_found: how many of the film's cuts were found on their very frame.
        cuts_invented: how many were found where there is none.
        picture_same: whether the packets of the picture are the same before and after.
        impacts: visible impacts against sounds, None without a rendered shot.
        speech_difference: largest difference, in steps of 24 bits, between the original stem and the film's own sound
            in the shot with speech; None without one.
        before: loudness of the film as it came.
        build_seconds: time spent building the film.
        job_seconds: time spent on the main job.
    """

    cuts_found: int
    cuts_invented: int
    picture_same: bool
    impacts: Impacts | None
    speech_difference: int | None
    before: Loudness
    build_seconds: float
    job_seconds: float


@dataclass(frozen=True)
class Demo:
    """A finished demonstration: its folder, the film as it came, what the job made of it, and what that measures."""

    folder: Path
    film: DemoFilm
    result: RunResult
    measured: Measured

    @property
    def page(self) -> Path:
        """Where its page is."""
        return self.folder / PAGE

    def part_of(self, shot: Shot) -> Part:
        """Return the part of the film that a shot belongs to."""
        middle = (shot.range.start + shot.range.end) / 2
        return next(part for part, where in self.film.parts if where.contains(middle))


def run_demo(
    folder: Path,
    *,
    library: Path | None = None,
    progress: Progress | None = None,
    parts: Sequence[Part] | None = None,
    size: tuple[int, int] | None = None,
) -> Demo:
    """Build the film, give it its sound, measure, and write ``demo.html``.

    Args:
        folder: where everything goes; made if it is missing. Files of an earlier demonstration are replaced.
        library: a folder of the user's own sounds.
        progress: told of the stages ``build``, those of the main job, ``measure`` and ``page``.
        parts: what the film is made of; by default all of it.
        size: width and height of the film in pixels; by default 1280 × 720.

    Raises:
        FoleyError: whatever the stages raise; nothing new is left in the folder then.
    """
    from v2a_foley.demo.page import write_page

    told = progress or Progress()
    if library is not None:
        sounds_in(library)  # an empty library is told of before the film is built
    with _own_folder(folder):
        started = time.perf_counter()
        film = build_film(folder / FILM, parts=parts, progress=told, **({"size": size} if size else {}))
        built = time.perf_counter()
        result = _scored(film, folder, library, told)
        finished = time.perf_counter()
        with told.stage("measure"), scratch_folder() as room:
            measured = measure(film, result, room, told, built - started, finished - built)
        demo = Demo(folder, film, result, measured)
        with told.stage("page"):
            write_page(demo)
        _sweep(folder / TIMELINE_TAKES, {take.path.name for cue in result.project.cues for take in cue.takes})
    return demo


def _scored(film: DemoFilm, folder: Path, library: Path | None, progress: Progress) -> RunResult:
    """Run the main job; the rendered shot gets its prompt by the number that shot detection gave it."""
    number = None
    if film.rendered is not None:
        number = 1 + sum(cut <= film.rendered.start for cut in film.cuts)
    while True:
        settings = RunSettings(
            profile="pocket",
            library=library,
            prompt=(f"{number}={PROMPT}",) if number is not None else (),
            stems=folder / STEMS,
            spotting=folder / SPOTTING,
            timeline=folder / TIMELINE,
            contact_sheet=folder / SHEET,
            overwrite=True,
        )
        result = job.run(film.path, folder / SCORED, settings, progress)
        actual = shot_in(result.project.shots, film.rendered) if film.rendered is not None else None
        if actual is None or actual.index == number:
            return result
        number = actual.index  # the cuts were found elsewhere than they are


def shot_in(shots: Sequence[Shot], where: TimeRange) -> Shot:
    """Return the shot that covers most of a range."""

    def shared(shot: Shot) -> Fraction:
        part = shot.range.overlap(where)
        return part.duration if part is not None else Fraction(0)

    return max(shots, key=shared)


def measure(
    film: DemoFilm, result: RunResult, room: Path, progress: Progress, build_seconds: float, job_seconds: float
) -> Measured:
    """Measure the finished film against what is known of it.

    Args:
        film: the film as it came.
        result: what the main job made of it.
        room: an existing folder for scratch.
        progress: asked whether to stop.
        build_seconds: time spent building the film.
        job_seconds: time spent on the main job.
    """
    found = {shot.range.start for shot in result.project.shots[1:]}
    impacts = None
    if film.rendered is not None:
        shot = shot_in(result.project.shots, film.rendered)
        struck = [c for c in result.project.cues if shot.index in c.shots and c.event.kind is Kind.IMPULSE]
        layer = struck[0].layer if struck else Layer.FX
        impacts = impacts_against(result.stems[layer], film.rendered, film.impacts)
    apart = None
    if film.speech is not None:
        apart = difference(result.stems[Layer.ORIG], film.path, film.speech, room, progress)
    meter = LoudnessMeter("stereo")
    media = result.project.media
    if media.sound is not None:
        length = to_samples(media.duration)
        for block in read_sound(film.path, media.sound, origin=media.origin, samples=length, progress=progress):
            progress.check()
            meter.feed(block)
    return Measured(
        cuts_found=len(found & set(film.cuts)),
        cuts_invented=len(found - set(film.cuts)),
        picture_same=picture_hash(film.path, room, progress) == picture_hash(result.output, room, progress),
        impacts=impacts,
        speech_difference=apart,
        before=meter.finish(),
        build_seconds=build_seconds,
        job_seconds=job_seconds,
    )


@contextmanager
def _own_folder(folder: Path) -> Iterator[None]:
    """Make the folder, and take back whatever is new in it when the block fails.

    Raises:
        OutputError: the folder cannot be made or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{str(folder)!r} is a file.", hint="Give the demonstration a folder with --output.")
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = {name for name in OWN if (folder / name).exists()}
    except OSError as error:
        raise translated(error, folder) from error
    try:
        yield
    except BaseException:
        for name in set(OWN) - there:
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        for each in missing:
            if each.is_dir() and not any(each.iterdir()):
                each.rmdir()
        raise


def _sweep(folder: Path, keep: set[str]) -> None:
    """Remove the takes of an earlier demonstration."""
    for path in folder.glob("c*t*.wav"):
        if path.name not in keep:
            path.unlink()
