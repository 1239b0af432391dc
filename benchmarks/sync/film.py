"""A film: shots of scenes before cameras, sampled at its rate, with everything done to it that its look says.

Pictures and truth come from the same values. What to film is chosen in ``plan``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.sync.camera import Camera, in_view
from benchmarks.sync.look import Look
from benchmarks.sync.scene import Scene, TrueHit
from v2a_foley import ffmpeg
from v2a_foley.files import writing

_SEEN = 0.25
"""A contact counts where fades and dissolves leave this much of it."""


@dataclass(frozen=True)
class Shot:
    """A scene before a camera, as part of a film.

    Attributes:
        start: where it begins in the film, seconds.
        seconds: how long it shows.
        scene: what is seen; its clock starts with the shot.
        camera: who sees it.
        dissolve: seconds at its start over which the shot before, which runs on beneath, gives way; 0 is a cut.
    """

    start: float
    seconds: float
    scene: Scene
    camera: Camera
    dissolve: float = 0.0

    @property
    def end(self) -> float:
        """Where it ends in the film, seconds."""
        return self.start + self.seconds


@dataclass(frozen=True)
class Film:
    """Shots in a row, and the look of them all.

    Attributes:
        seconds: how long it is.
        shots: in order of time; together they cover the film.
        look: what is done to the pictures.
        seed: where its noise comes from.
    """

    seconds: float
    shots: tuple[Shot, ...]
    look: Look
    seed: tuple[int, ...]


@dataclass(frozen=True)
class SeenHit:
    """A contact as it is seen and to be heard: the film's clock, the picture's places (0..1), and words for it."""

    time: float
    strength: float
    event: str
    x: float
    y: float


def truth(film: Film) -> tuple[tuple[SeenHit, ...], tuple[tuple[float, str], ...]]:
    """Return the contacts that a viewer can see, in order of time, and those left out: (time, why)."""
    seen, dropped = [], []
    frames = film.look.times(film.seconds)
    for number, shot in enumerate(film.shots):
        for hit in shot.scene.hits:
            time = shot.start + hit.time
            x, y = shot.camera.place(hit.x, hit.y, hit.time)
            why = _unseen(film, number, hit, (x, y), frames)
            if why:
                dropped.append((round(time, 4), why))
                continue
            inner, bars = film.look.window[1], film.look.bars
            seen.append(SeenHit(time, hit.strength, shot.scene.prompt, x, (bars + y * inner) / film.look.size[1]))
    return tuple(sorted(seen, key=lambda hit: hit.time)), tuple(dropped)


def _unseen(film: Film, number: int, hit: TrueHit, place: tuple[float, float], frames: list[float]) -> str:
    """Return why a contact cannot be seen; empty where it can."""
    shot = film.shots[number]
    time = shot.start + hit.time
    after = next((t for t in frames if film.look.shown(t) >= time), None)
    if after is None or film.look.shown(after) >= shot.end or hit.time < 0:
        return "no frame shows it"
    if not in_view(*place):
        return "out of the picture"
    following = film.shots[number + 1] if number + 1 < len(film.shots) else None
    part = film.look.visible(time, film.seconds)
    if shot.dissolve:
        part = min(part, hit.time / shot.dissolve)
    if following is not None and following.dissolve:
        part = min(part, 1 - (time - following.start) / following.dissolve)
    return "" if part >= _SEEN else "in the dark of a fade"


def frames(film: Film) -> Iterator[np.ndarray]:
    """Yield the film's frames, ``uint8 (height, width, 3)`` RGB, before compression."""
    look = film.look
    rng = np.random.default_rng(film.seed)
    noise = _Noise(look, rng)
    tone = _tone(look)
    period = 1 / float(look.fps)
    last: np.ndarray | None = None
    for time in look.times(film.seconds):
        if last is not None and look.stutter and rng.uniform() < look.stutter:
            picture = last
        elif look.interlaced:
            picture = _exposed(film, time).copy()
            picture[::2] = _exposed(film, time - period / 2)[::2]
        else:
            picture = _exposed(film, look.shown(time))
        last = picture
        picture = noise.add(_developed(picture, look, tone, time))
        part = look.visible(time, film.seconds)
        if part < 1:
            picture = cv2.convertScaleAbs(picture, alpha=part)
        if look.bars:
            picture = cv2.copyMakeBorder(picture, look.bars, look.bars, 0, 0, cv2.BORDER_CONSTANT)
        yield np.ascontiguousarray(picture)


def write(film: Film, path: Path) -> None:
    """Write the film's picture as H.264 in MP4 (no sound), beside its place first."""
    width, height = film.look.size
    with writing(path) as part:
        arguments: list[str | Path] = [
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}", "-framerate", film.look.rate,
            "-i", "pipe:0", "-an", "-c:v", "libx264", "-preset", film.look.preset, "-crf", str(film.look.crf),
            "-pix_fmt", "yuv420p", "-threads", "1", ffmpeg.file_url(part),
        ]  # fmt: skip
        ffmpeg.feed(arguments, (frame.data.cast("B") for frame in frames(film)), what="writing a rendered scene")


def _exposed(film: Film, time: float) -> np.ndarray:
    """Return the picture of one exposure that ends at a moment."""
    look = film.look
    if look.exposures == 1:
        return _instant(film, time, time)
    total: np.ndarray | None = None
    for number in range(look.exposures):
        picture = _instant(film, time - look.shutter * number / look.exposures, time)
        total = picture.astype(np.uint16) if total is None else cv2.add(total, picture, dtype=cv2.CV_16U)
    return cv2.convertScaleAbs(total, alpha=1 / look.exposures)


def _instant(film: Film, time: float, until: float) -> np.ndarray:
    """Return the picture at an instant, as part of an exposure until a moment, which shows one shot alone."""
    number = max((n for n, shot in enumerate(film.shots) if shot.start <= until), default=0)
    shot = film.shots[number]
    picture = _seen(shot, time)
    if number and until < shot.start + shot.dissolve:
        part = (until - shot.start) / shot.dissolve
        picture = cv2.addWeighted(picture, part, _seen(film.shots[number - 1], time), 1 - part, 0)
    return picture


def _seen(shot: Shot, time: float) -> np.ndarray:
    at = max(0.0, time - shot.start)
    return shot.camera.look(shot.scene.draw(at), at)


def _tone(look: Look) -> np.ndarray | None:
    """Return the levels' curve, ``float32 (256,)``, or None where it is straight."""
    if look.gamma == 1 and look.contrast == 1 and look.brightness == 0:
        return None
    levels = (np.arange(256, dtype=np.float32) / 255) ** look.gamma
    return (levels * 255 - 128) * look.contrast + 128 + look.brightness


def _developed(picture: np.ndarray, look: Look, tone: np.ndarray | None, time: float) -> np.ndarray:
    """Return the picture after lens, light and tone."""
    if look.blur:
        picture = cv2.GaussianBlur(picture, (0, 0), look.blur)
    if look.saturation != 1:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        picture = cv2.addWeighted(picture, look.saturation, grey, 1 - look.saturation, 0)
    gain = look.gain(time)
    if look.mains and not look.bands:
        gain *= 1 + look.mains * float(np.sin(2 * np.pi * look.mains_rate * time))
    if tone is not None or gain != 1:
        curve = (np.arange(256, dtype=np.float32) if tone is None else tone) * gain
        picture = cv2.LUT(picture, np.clip(curve, 0, 255).astype(np.uint8))
    if look.mains and look.bands:
        rows = np.arange(picture.shape[0]) / picture.shape[0] * look.bands
        light = 1 + look.mains * np.sin(2 * np.pi * (look.mains_rate * time + rows))
        picture = np.clip(picture * light[:, None, None].astype(np.float32), 0, 255).astype(np.uint8)
    return picture


class _Noise:
    """Noise and grain: one large field, of which each frame gets another part, turned another way."""

    def __init__(self, look: Look, rng: np.random.Generator) -> None:
        self._rng = rng
        self._field: np.ndarray | None = None
        if look.noise or look.grain:
            width, height = look.window
            shape = (2 * height, 2 * width)
            field = look.noise * rng.standard_normal((*shape, 3), dtype=np.float32)
            if look.grain:
                grain = cv2.GaussianBlur(rng.standard_normal(shape, dtype=np.float32), (0, 0), rng.uniform(0.6, 1.4))
                field += (look.grain * grain / grain.std())[..., None]
            self._field = field.astype(np.int16)

    def add(self, picture: np.ndarray) -> np.ndarray:
        """Return the picture with noise."""
        if self._field is None:
            return picture
        height, width = picture.shape[:2]
        top, left, turned = self._rng.integers(0, (height, width, 4))
        part = self._field[top : top + height, left : left + width]
        return cv2.add(
            picture, np.ascontiguousarray(part[:: 1 - 2 * (turned & 1), :: 1 - (turned & 2)]), dtype=cv2.CV_8U
        )
