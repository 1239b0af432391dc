"""The contact sheet: one picture that shows a film's shots, what was heard in them, and what sounds.

Lays out the sheet; a row is drawn in ``sheet_row.py``, and the mix is measured in ``waveform.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from v2a_foley.files import readable, writing
from v2a_foley.media import MediaFacts
from v2a_foley.project import FOLEY_LAYERS, Project, Shot
from v2a_foley.render.canvas import Canvas, text_width
from v2a_foley.render.sheet_row import (
    BRIGHT,
    DENSE,
    FAINT,
    LAYERS,
    MARGIN,
    MUTED,
    PAD,
    PAGE,
    ROOMY,
    WIDTH,
    Look,
    cues_in,
    draw_row,
    short_time,
    wave_left,
    wave_width,
)
from v2a_foley.render.waveform import waveform

ReadFrames = Callable[[MediaFacts, Sequence[Fraction]], NDArray[np.uint8]]
"""Gives the pictures on screen at some times, ``uint8 (n, height, width, 3)``."""

MOST_SHOTS = 60
"""Shots on one sheet; the rest is counted at its foot."""
_SPACIOUS = 12
_HEADER = 184
_FOOTER = 64


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
    look = ROOMY if len(shots) <= _SPACIOUS else DENSE
    left_over = len(project.shots) - len(shots)
    height = _HEADER + len(shots) * (look.height + look.between) + (_FOOTER if left_over else MARGIN)
    sheet = Image.new("RGB", (WIDTH, height), PAGE)
    sheet.paste(_header(project, look), (0, 0))
    pictures = _pictures(project, shots, frames or _read_frames, look)
    waves = [waveform(mix, shot.range, wave_width(look)) if mix is not None else None for shot in shots]
    lanes = max((len(cues_in(project, shot)) for shot in shots), default=0)
    look = replace(look, lanes=max(1, min(look.lanes, lanes)))
    tallest = max((float(np.abs(wave).max()) for wave in waves if wave is not None), default=0.0)
    for number, (shot, triple, wave) in enumerate(zip(shots, pictures, waves, strict=True)):
        row = draw_row(project, shot, triple, None if wave is None else wave / max(tallest, 1e-3), look)
        sheet.paste(row, (0, _HEADER + number * (look.height + look.between)))
    if left_over:
        foot = Canvas(WIDTH, _FOOTER, PAGE)
        word = "shot" if left_over == 1 else "shots"
        foot.text((WIDTH / 2, 34), f"and {left_over} more {word}", 24, MUTED, anchor="ms")
        sheet.paste(foot.finished(), (0, height - _FOOTER))
    return sheet


def _read_frames(facts: MediaFacts, times: Sequence[Fraction]) -> NDArray[np.uint8]:
    from v2a_foley.video.read import read_frames

    return read_frames(facts, times, short_side=240)


def _pictures(project: Project, shots: Sequence[Shot], read: ReadFrames, look: Look) -> list[list[NDArray[np.uint8]]]:
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


def _reduced(picture: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
    """Keep no more of a picture than the sheet shows."""
    image = Image.fromarray(picture)
    image.thumbnail((2 * look.frame[0], 2 * look.frame[1]), Image.Resampling.LANCZOS)
    return np.asarray(image, np.uint8)


def _header(project: Project, look: Look) -> Image.Image:
    media = project.media
    canvas = Canvas(WIDTH, _HEADER, PAGE)
    legend = WIDTH - MARGIN
    for layer in reversed(FOLEY_LAYERS):
        count = sum(cue.layer is layer for cue in project.cues)
        label = f"{layer}  {count}"
        legend -= round(text_width(label, 24))
        canvas.text((legend, 76), label, 24, BRIGHT if count else FAINT)
        canvas.disc((legend - 20, 68), 8, LAYERS[layer] if count else FAINT)
        legend -= 68
    canvas.text((MARGIN - 2, 82), readable(media.path.name), 48, BRIGHT, room=legend - MARGIN - 20)
    canvas.text((MARGIN, 120), "   ·   ".join(_facts(project)), 22, MUTED, room=WIDTH - 2 * MARGIN)
    strip = MARGIN + PAD + look.number_width
    heard = strip + 3 * look.frame[0] + 16 + 32
    for left, title in ((MARGIN + PAD, "SHOT"), (strip, "PICTURE"), (heard, "HEARD"), (wave_left(look), "SOUND")):
        canvas.text((left, _HEADER - 14), title, 16, FAINT)
    return canvas.finished()


def _facts(project: Project) -> list[str]:
    media, count = project.media, len(project.shots)
    width, height = media.picture.display_size
    facts = [] if media.still else [f"{count} shot" if count == 1 else f"{count} shots", short_time(media.duration)]
    facts.append(f"{width} x {height}")
    if not media.still:
        facts.append(f"{float(media.picture.rate):.5g} fps" + (", variable" if media.picture.variable_rate else ""))
    sure = sum(not shot.unsure for shot in project.shots)
    if sure < count:
        facts.append(f"{count - sure} unsure")
    return [*facts, f"{project.profile} profile"]
