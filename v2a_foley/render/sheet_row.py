"""One row of the contact sheet: a shot's number, its pictures, what was heard in it, and what sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Cue, Layer, Project, Shot
from v2a_foley.render.canvas import Canvas, Colour, mixed, text_width
from v2a_foley.timebase import Timecode, TimeRange, as_clock, to_frame

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

WIDTH = 1920
MARGIN = 40
PAD = 24


@dataclass(frozen=True)
class Look:
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


ROOMY = Look(212, 14, 60, 23, 19, 140, (226, 168), 344, 3, 80, 28, 3, roomy=True)
DENSE = Look(118, 6, 34, 19, 15, 172, (136, 84), 300, 2, 40, 17, 3, roomy=False)


def wave_left(look: Look) -> int:
    """Return where the column of the sound begins."""
    return MARGIN + PAD + look.number_width + 3 * look.frame[0] + 16 + 32 + look.heard_width + 32


def wave_width(look: Look) -> int:
    """Return how wide the column of the sound is."""
    return WIDTH - MARGIN - PAD - wave_left(look)


def short_time(time: Fraction) -> str:
    """Write a time for people, to a tenth of a second."""
    return as_clock(Fraction(round(time * 10), 10))[:-2]


def draw_row(
    project: Project, shot: Shot, pictures: Sequence[NDArray[np.uint8]], wave: NDArray[np.float32] | None, look: Look
) -> Image.Image:
    """Return a shot's row, with the space under it.

    Args:
        project: the shot's film.
        shot: what to draw.
        pictures: one or more pictures of it, ``uint8 (h, w, 3)``.
        wave: the stretch of the mix, ``float32 (3, wave_width)`` as ``waveform`` measures it, full scale 1; or None.
        look: the sizes.
    """
    canvas = Canvas(WIDTH, look.height + look.between, PAGE)
    canvas.box(MARGIN, 0, WIDTH - 2 * MARGIN, look.height, CARD, radius=12)
    _number(canvas, project.media, shot, look)
    _strip(canvas, pictures, look)
    _heard(canvas, shot, look)
    _sounds(canvas, project, shot, wave, look)
    return canvas.finished()


def _number(canvas: Canvas, media: MediaFacts, shot: Shot, look: Look) -> None:
    left, middle = MARGIN + PAD, look.height / 2
    start = media.start_timecode
    frame = max(0, start.frame + to_frame(shot.range.start - media.picture.start, start.rate))
    timecode = str(Timecode(frame, start.rate, start.drop_frame))
    if look.roomy:
        canvas.text((left - 3, middle - 8), str(shot.index), look.number, BRIGHT)
        canvas.text((left, middle + 32), short_time(shot.range.start), look.text, MUTED)
        canvas.text((left, middle + 62), f"{float(shot.range.duration):.1f} s", look.small, FAINT)
        return
    width = canvas.text((left, middle + 12), str(shot.index), look.number, BRIGHT)
    room = look.number_width - width - 16
    shown = timecode if text_width(timecode, look.small) <= room else short_time(shot.range.start)
    canvas.text((left + width + 12, middle - 2), shown, look.small, MUTED)
    canvas.text((left + width + 12, middle + 20), f"{float(shot.range.duration):.1f} s", look.small, FAINT)


def _strip(canvas: Canvas, pictures: Sequence[NDArray[np.uint8]], look: Look) -> None:
    """Lay the pictures side by side, each in its own shape."""
    left, (width, height) = float(MARGIN + PAD + look.number_width), look.frame
    for picture in pictures:
        scale = min(width / picture.shape[1], height / picture.shape[0])
        wide, high = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
        canvas.picture(picture, left, (look.height - high) / 2, wide, high, radius=6)
        left += wide + 8


def _heard(canvas: Canvas, shot: Shot, look: Look) -> None:
    """List what was heard with its scores, or say that it is unsure."""
    left = MARGIN + PAD + look.number_width + 3 * look.frame[0] + 16 + 32
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


def hits_in_words(cue: Cue) -> str:
    """Count a cue's hits for people: ``3 hits, 1 muted``; empty where it has none."""
    silent = sum(hit.muted for hit in cue.hits)
    count = f"{len(cue.hits)} {'hit' if len(cue.hits) == 1 else 'hits'}" if cue.hits else ""
    return f"{count}, {silent} muted" if silent else count


def cues_in(project: Project, shot: Shot) -> list[Cue]:
    """Return the cues that sound in a shot, by layer."""
    return [cue for layer in FOLEY_LAYERS for cue in project.cues_on(layer) if cue.range.overlap(shot.range)]


def _sounds(canvas: Canvas, project: Project, shot: Shot, wave: NDArray[np.float32] | None, look: Look) -> None:
    """Draw the shot's stretch of the mix and, under it, the cues that sound in it."""
    left, width = wave_left(look), wave_width(look)
    cues = cues_in(project, shot)
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
                reach = look.wave / 2 * (0.3 + 0.7 * max(0.0, min(1.0, hit.strength)))
                dot = 3.5 if look.roomy else 2.5
                if hit.muted:  # kept, not heard: hollow, without its line
                    canvas.frame(x - dot, middle - reach - dot, 2 * dot, 2 * dot, LAYERS[cue.layer], radius=dot)
                    continue
                canvas.line([(x, middle - reach), (x, middle + reach)], LAYERS[cue.layer], width=1.5)
                canvas.disc((x, middle - reach), dot, LAYERS[cue.layer])
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


def _lane(canvas: Canvas, cue: Cue, shot: Shot, left: float, top: float, width: float, look: Look) -> None:
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
        xs = np.linspace(begin, end - 1, len(times))
        curve = [(x, top + 1 + (look.lane - 1) * (1 - value)) for x, value in zip(xs, values, strict=True)]
        canvas.shape([(begin, top + look.lane), *curve, (end - 1, top + look.lane)], mixed(colour, CARD, 0.42))
        canvas.line(curve, mixed(colour, CARD, 0.65))
    canvas.box(begin, top, min(4, end - begin), look.lane, colour, radius=2)
    note = "muted" if cue.muted else hits_in_words(cue) or cue.event.catid
    words = f"{cue.event.caption}  ·  {note}" if note else cue.event.caption
    size, room = (look.small, end - begin - 24) if look.roomy else (13, end - begin - 20)
    if room > 0:
        canvas.text((begin + 12, top + look.lane * 0.72), words, size, BRIGHT, room=room)
