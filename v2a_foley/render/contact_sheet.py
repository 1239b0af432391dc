"""The contact sheet: one picture that shows a film's shots, what was heard in them, and what sounds.

Lays out the sheet; how lines and letters are drawn is in ``canvas.py``, the mix is measured in ``waveform.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from v2a_foley.files import readable, writing
from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Cue, Layer, Project, Shot
from v2a_foley.render.canvas import Canvas, Colour, mixed, text_width
from v2a_foley.render.waveform import waveform
from v2a_foley.timebase import Timecode, TimeRange, as_clock, to_frame

ReadFrames = Callable[[MediaFacts, Sequence[Fraction]], NDArray[np.uint8]]
"""Gives the pictures on screen at some times, ``uint8 (n, height, width, 3)``."""

MOST_SHOTS = 60
"""Shots on one sheet; the rest is counted at its foot."""
_SPACIOUS = 12
_WORTH_SHOWING = 0.01

PAGE: Colour = (13, 16, 21)
CARD: Colour = (22, 27, 34)
HAIRLINE: Colour = (44, 52, 63)
BRIGHT: Colour = (235, 239, 244)
MUTED: Colour = (146, 157, 171)
FAINT: Colour = (90, 101, 115)
WAVE: Colour = (120, 134, 152)
LAYERS: dict[Layer, Colour] = {
    Layer.ORIG: (143, 163, 184),
    Layer.BG: (64, 186, 170),
    Layer.FX: (244, 168, 66),
    Layer.FOLEY: (182, 144, 244),
}

_WIDTH = 1920
_MARGIN = 40
_PAD = 24
_HEADER = 184
_FOOTER = 64


@dataclass(frozen=True)
class _Look:
    """Sizes of a row, in pixels."""

    height: int
    between: int
    number: int
    text: int
    small: int
    number_width: int
    frame: tuple[int, int]
    heard_width: int
    events: int
    wave: int
    lane: int
    lanes: int
    roomy: bool


_ROOMY = _Look(212, 14, 60, 23, 19, 140, (226, 168), 344, 3, 80, 28, 3, roomy=True)
_DENSE = _Look(118, 6, 34, 19, 15, 172, (136, 84), 300, 2, 40, 17, 3, roomy=False)


def contact_sheet(project: Project, path: Path, *, mix: Path | None = None, frames: ReadFrames | None = None) -> None:
    """Draw the contact sheet of a project and write it as PNG, in one step.

    A row a shot: three pictures evenly over it, its number and time, what was heard with calibrated scores (or that
    it is unsure), the stretch of the mix with its hits, and the cues by layer. Up to 12 shots have tall rows, up to
    60 flat ones; of more shots the first 60 are shown and the others counted.

    Args:
        project: the film, its shots and cues.
        path: the file to write.
        mix: the finished mix; without it there is no waveform.
        frames: gives the pictures; by default they are read from the film.

    Raises:
        MediaUnreadable: the film's pictures cannot be read.
        RenderError: the mix cannot be read.
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    sheet = draw_sheet(project, mix=mix, frames=frames)
    with writing(path) as part:
        sheet.save(part, format="PNG", optimize=True)


def draw_sheet(project: Project, *, mix: Path | None = None, frames: ReadFrames | None = None) -> Image.Image:
    """Return the contact sheet as an RGB picture, 1920 pixels wide; arguments and errors as for ``contact_sheet``."""
    shots = project.shots[:MOST_SHOTS]
    look = _ROOMY if len(shots) <= _SPACIOUS else _DENSE
    left_over = len(project.shots) - len(shots)
    height = _HEADER + len(shots) * (look.height + look.between) + (_FOOTER if left_over else _MARGIN)
    sheet = Image.new("RGB", (_WIDTH, height), PAGE)
    sheet.paste(_header(project, look), (0, 0))
    pictures = _pictures(project, shots, frames or _read_frames, look)
    waves = [waveform(mix, shot.range, _wave_width(look)) if mix is not None else None for shot in shots]
    lanes = max((len(_cues_in(project, shot)) for shot in shots), default=0)
    look = replace(look, lanes=max(1, min(look.lanes, lanes)))
    tallest = max((float(np.abs(wave).max()) for wave in waves if wave is not None), default=0.0)
    for number, (shot, triple, wave) in enumerate(zip(shots, pictures, waves, strict=True)):
        row = _row(project, shot, triple, None if wave is None else wave / max(tallest, 1e-3), look)
        sheet.paste(row, (0, _HEADER + number * (look.height + look.between)))
    if left_over:
        foot = Canvas(_WIDTH, _FOOTER, PAGE)
        word = "shot" if left_over == 1 else "shots"
        foot.text((_WIDTH / 2, 34), f"and {left_over} more {word}", 24, MUTED, anchor="ms")
        sheet.paste(foot.finished(), (0, height - _FOOTER))
    return sheet


def _read_frames(facts: MediaFacts, times: Sequence[Fraction]) -> NDArray[np.uint8]:
    from v2a_foley.video.read import read_frames

    return read_frames(facts, times, short_side=240)


def _pictures(project: Project, shots: Sequence[Shot], read: ReadFrames, look: _Look) -> list[list[NDArray[np.uint8]]]:
    """Return three pictures a shot, evenly over it; a photograph is shown once."""
    if not shots:
        return []
    if project.media.still:
        return [[read(project.media, [Fraction(0)])[0]] for _ in shots]
    times = [shot.range.start + shot.range.duration * Fraction(k, 6) for shot in shots for k in (1, 3, 5)]
    pictures: list[NDArray[np.uint8]] = []
    for begin in range(0, len(times), 30):
        block = read(project.media, times[begin : begin + 30])
        pictures += [_reduced(picture, look) for picture in block]
    return [pictures[3 * i : 3 * i + 3] for i in range(len(shots))]


def _reduced(picture: NDArray[np.uint8], look: _Look) -> NDArray[np.uint8]:
    """Keep no more of a picture than the sheet shows."""
    image = Image.fromarray(picture)
    image.thumbnail((2 * look.frame[0], 2 * look.frame[1]), Image.Resampling.LANCZOS)
    return np.asarray(image, np.uint8)


def _wave_left(look: _Look) -> int:
    return _MARGIN + _PAD + look.number_width + 3 * look.frame[0] + 16 + 32 + look.heard_width + 32


def _wave_width(look: _Look) -> int:
    return _WIDTH - _MARGIN - _PAD - _wave_left(look)


def _header(project: Project, look: _Look) -> Image.Image:
    media = project.media
    canvas = Canvas(_WIDTH, _HEADER, PAGE)
    legend = _WIDTH - _MARGIN
    for layer in reversed(FOLEY_LAYERS):
        count = sum(cue.layer is layer for cue in project.cues)
        label = f"{layer}  {count}"
        legend -= round(text_width(label, 24))
        canvas.text((legend, 76), label, 24, BRIGHT if count else FAINT)
        canvas.disc((legend - 20, 68), 8, LAYERS[layer] if count else FAINT)
        legend -= 68
    canvas.text((_MARGIN - 2, 82), readable(media.path.name), 48, BRIGHT, room=legend - _MARGIN - 20)
    canvas.text((_MARGIN, 120), "   ·   ".join(_facts(project)), 22, MUTED, room=_WIDTH - 2 * _MARGIN)
    strip = _MARGIN + _PAD + look.number_width
    heard = strip + 3 * look.frame[0] + 16 + 32
    for left, title in ((_MARGIN + _PAD, "SHOT"), (strip, "PICTURE"), (heard, "HEARD"), (_wave_left(look), "SOUND")):
        canvas.text((left, _HEADER - 14), title, 16, FAINT)
    return canvas.finished()


def _facts(project: Project) -> list[str]:
    media, count = project.media, len(project.shots)
    width, height = media.picture.display_size
    facts = [] if media.still else [f"{count} shot" if count == 1 else f"{count} shots", _short(media.duration)]
    facts.append(f"{width} x {height}")
    if not media.still:
        facts.append(f"{float(media.picture.rate):.5g} fps" + (", variable" if media.picture.variable_rate else ""))
    sure = sum(not shot.unsure for shot in project.shots)
    if sure < count:
        facts.append(f"{count - sure} unsure")
    return [*facts, f"{project.profile} profile"]


def _short(time: Fraction) -> str:
    """Write a time for people, to a tenth of a second."""
    return as_clock(Fraction(round(time * 10), 10))[:-2]


def _row(
    project: Project, shot: Shot, pictures: Sequence[NDArray[np.uint8]], wave: NDArray[np.float32] | None, look: _Look
) -> Image.Image:
    canvas = Canvas(_WIDTH, look.height + look.between, PAGE)
    canvas.box(_MARGIN, 0, _WIDTH - 2 * _MARGIN, look.height, CARD, radius=12)
    _number(canvas, project.media, shot, look)
    _strip(canvas, pictures, look)
    _heard(canvas, shot, look)
    _sounds(canvas, project, shot, wave, look)
    return canvas.finished()


def _number(canvas: Canvas, media: MediaFacts, shot: Shot, look: _Look) -> None:
    left, middle = _MARGIN + _PAD, look.height / 2
    start = media.start_timecode
    frame = max(0, start.frame + to_frame(shot.range.start - media.picture.start, start.rate))
    timecode = str(Timecode(frame, start.rate, start.drop_frame))
    if look.roomy:
        canvas.text((left - 3, middle - 8), str(shot.index), look.number, BRIGHT)
        canvas.text((left, middle + 32), _short(shot.range.start), look.text, MUTED)
        canvas.text((left, middle + 62), f"{float(shot.range.duration):.1f} s", look.small, FAINT)
        return
    width = canvas.text((left, middle + 12), str(shot.index), look.number, BRIGHT)
    room = look.number_width - width - 16
    shown = timecode if text_width(timecode, look.small) <= room else _short(shot.range.start)
    canvas.text((left + width + 12, middle - 2), shown, look.small, MUTED)
    canvas.text((left + width + 12, middle + 20), f"{float(shot.range.duration):.1f} s", look.small, FAINT)


def _strip(canvas: Canvas, pictures: Sequence[NDArray[np.uint8]], look: _Look) -> None:
    """Lay the pictures side by side, each in its own shape."""
    left, (width, height) = float(_MARGIN + _PAD + look.number_width), look.frame
    for picture in pictures:
        scale = min(width / picture.shape[1], height / picture.shape[0])
        wide, high = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
        canvas.picture(picture, left, (look.height - high) / 2, wide, high, radius=6)
        left += wide + 8


def _heard(canvas: Canvas, shot: Shot, look: _Look) -> None:
    """List what was heard with its scores, or say that it is unsure."""
    left = _MARGIN + _PAD + look.number_width + 3 * look.frame[0] + 16 + 32
    pill = shot.unsure or not shot.heard
    events = [heard for heard in shot.heard if heard.score >= _WORTH_SHOWING][: look.events - pill]
    step = look.text + (32 if look.roomy else 20)
    lines = len(events) + (0.8 if pill else 0)
    top = (look.height - lines * step) / 2
    if pill:
        label = "unsure" if shot.unsure else "not described"
        width = text_width(label, look.small) + 24
        canvas.frame(left, top, width, look.small + 12, FAINT, radius=(look.small + 12) / 2)
        canvas.text((left + 12, top + look.small + 1), label, look.small, MUTED)
        top += 0.8 * step
    for rank, heard in enumerate(events):
        y = top + rank * step
        strong = rank == 0 and not shot.unsure
        words = (left, y + look.text - 3)
        canvas.text(words, heard.event.caption, look.text, BRIGHT if strong else MUTED, room=look.heard_width)
        bar, thick = (y + look.text + 11, 5) if look.roomy else (y + look.text + 6, 3)
        length = look.heard_width - 2.9 * look.small
        canvas.text(
            (left + look.heard_width, bar + thick / 2 + 0.36 * look.small),
            f"{round(100 * heard.score)} %",
            look.small,
            MUTED,
            anchor="rs",
        )
        canvas.box(left, bar, length, thick, HAIRLINE, radius=thick / 2)
        share = max(0.0, min(1.0, heard.score))
        colour = LAYERS[heard.event.layer] if strong else FAINT
        canvas.box(left, bar, max(thick, share * length), thick, colour, radius=thick / 2)


def _cues_in(project: Project, shot: Shot) -> list[Cue]:
    """Return the cues that sound in a shot, by layer."""
    return [cue for layer in FOLEY_LAYERS for cue in project.cues_on(layer) if cue.range.overlap(shot.range)]


def _sounds(canvas: Canvas, project: Project, shot: Shot, wave: NDArray[np.float32] | None, look: _Look) -> None:
    """Draw the shot's stretch of the mix and, under it, the cues that sound in it."""
    left, width = _wave_left(look), _wave_width(look)
    cues = _cues_in(project, shot)
    shown = cues[: look.lanes]
    gap = 10 if look.roomy else 4
    total = look.wave + gap + look.lanes * (look.lane + 4) - 4
    top = (look.height - total) / 2
    middle = top + look.wave / 2
    canvas.line([(left, middle), (left + width, middle)], HAIRLINE)
    if wave is not None:
        _draw_wave(canvas, wave, left, middle, look.wave / 2)
    for cue in cues:
        for hit in cue.hits:
            if shot.range.contains(hit.time) and not cue.muted:
                x = left + width * _share(hit.time, shot.range)
                reach = look.wave / 2 * (0.55 + 0.45 * max(0.0, min(1.0, hit.strength)))
                canvas.line([(x, middle - reach), (x, middle + reach)], LAYERS[cue.layer], width=1.5)
                canvas.disc((x, middle - reach), 3.5 if look.roomy else 2.5, LAYERS[cue.layer])
    y = top + look.wave + gap
    for cue in shown:
        _lane(canvas, cue, shot, left, y, width, look)
        y += look.lane + 4
    if not cues:
        canvas.text((left, y + look.lane - 6), "no new sound", look.small, FAINT)
    if len(cues) > len(shown):
        canvas.text((left + width, top + look.small), f"+{len(cues) - len(shown)}", look.small, MUTED, anchor="rs")


def _share(time: Fraction, where: TimeRange) -> float:
    return float((time - where.start) / where.duration) if where.duration else 0.0


def _draw_wave(canvas: Canvas, wave: NDArray[np.float32], left: float, middle: float, reach: float) -> None:
    """Draw peaks, and the power mean inside them; amplitudes as square roots, so that soft sounds are seen."""
    low, high, mean = np.sign(wave) * np.sqrt(np.abs(wave)) * reach
    at = left + np.arange(wave.shape[1])
    for up, down, colour in ((high, low, mixed(WAVE, CARD, 0.55)), (mean, -mean, WAVE)):
        upper = list(zip(at, middle - np.maximum(up, 0.5), strict=True))
        lower = list(zip(at, middle - np.minimum(down, -0.5), strict=True))
        canvas.shape([*upper, *reversed(lower)], colour)


def _lane(canvas: Canvas, cue: Cue, shot: Shot, left: float, top: float, width: float, look: _Look) -> None:
    """Draw a cue as a bar over its part of the shot, its intensity inside, its name on it."""
    part = cue.range.overlap(shot.range)
    if part is None:
        return
    colour = LAYERS[cue.layer] if not cue.muted else FAINT
    begin, end = left + width * _share(part.start, shot.range), left + width * _share(part.end, shot.range)
    ground = mixed(colour, CARD, 0.22)
    canvas.box(begin, top, end - begin, look.lane, ground, radius=4)
    if cue.intensity is not None:
        times = np.linspace(float(part.start), float(part.end), max(2, int((end - begin) / 3)))
        values = np.interp(times, [float(time) for time in cue.intensity.times], cue.intensity.values)
        xs = np.linspace(begin, end, len(times))
        curve = [(x, top + look.lane * (1 - value)) for x, value in zip(xs, values, strict=True)]
        canvas.shape([(begin, top + look.lane), *curve, (end, top + look.lane)], mixed(colour, CARD, 0.42))
    canvas.box(begin, top, min(4, end - begin), look.lane, colour, radius=2)
    count = f"{len(cue.hits)} hits" if len(cue.hits) > 1 else "1 hit" if cue.hits else ""
    note = "muted" if cue.muted else count or cue.event.catid
    words = f"{cue.event.caption}  ·  {note}" if note else cue.event.caption
    size, room = (look.small, end - begin - 24) if look.roomy else (13, end - begin - 20)
    if room > 0:
        canvas.text((begin + 12, top + look.lane * 0.72), words, size, BRIGHT, room=room)
