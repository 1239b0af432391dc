"""Pictures for the page: a still a shot, and what each stem looks like over time and pitch. Lays nothing out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.wav import read_wav
from v2a_foley.files import writing
from v2a_foley.project import Project, Shot
from v2a_foley.timebase import SAMPLE_RATE
from v2a_foley.video.read import read_frames

Pixels = NDArray[np.uint8]

STILL_HEIGHT = 216
"""Pixels of a still's height."""
_WINDOW = 2048
_LOWEST, _HIGHEST = 40.0, 20_000.0
_RANGE = 70.0
"""Decibels between the darkest and the brightest colour of a spectrogram."""
_COLOURS = np.array(
    [(12, 14, 20), (31, 32, 66), (74, 45, 110), (140, 54, 112), (206, 82, 84), (243, 142, 64), (252, 206, 116),
     (255, 250, 224)], np.float32,
)  # fmt: skip
"""From silence to the loudest."""


def write_stills(project: Project, folder: Path) -> dict[int, str]:
    """Write the picture in the middle of every shot as JPEG; returns the files' names by the shots' numbers."""
    from PIL import Image

    def middle(shot: Shot) -> Fraction:
        return (shot.range.start + shot.range.end) / 2

    frames = read_frames(project.media, [middle(shot) for shot in project.shots], short_side=STILL_HEIGHT)
    names = {}
    for shot, frame in zip(project.shots, frames, strict=True):
        names[shot.index] = f"shot{shot.index}.jpg"
        with writing(folder / names[shot.index]) as part:
            Image.fromarray(frame).save(part, quality=86)
    return names


def write_spectrogram(sound: Path, picture: Path, *, size: tuple[int, int] = (1600, 220)) -> None:
    """Draw a sound over time (across) and pitch (up, 40 Hz to 20 kHz in equal steps an octave) as PNG.

    Args:
        sound: a sound file at 48 kHz.
        picture: where to.
        size: width and height in pixels.
    """
    from PIL import Image

    with writing(picture) as part:
        Image.fromarray(spectrogram(read_wav(sound)[0].mean(axis=0), size)).save(part, optimize=True)


def spectrogram(sound: NDArray[np.float32], size: tuple[int, int]) -> Pixels:
    """Return a picture of a sound ``(samples,)``, ``uint8 (height, width, 3)``, dark where it is silent."""
    import cv2

    width, height = size
    starts = np.linspace(0, max(0, len(sound) - 1), width).astype(int)
    padded = np.pad(sound, (_WINDOW // 2, _WINDOW // 2))
    window = np.hanning(_WINDOW).astype(np.float32)
    columns = np.empty((width, _WINDOW // 2 + 1), np.float32)
    for first in range(0, width, 200):
        places = starts[first : first + 200, None] + np.arange(_WINDOW)
        columns[first : first + 200] = np.abs(np.fft.rfft(padded[places] * window, axis=1))
    levels = 20 * np.log10(columns / (_WINDOW / 4) + 1e-7)
    pitches = np.geomspace(_HIGHEST, _LOWEST, height) / SAMPLE_RATE * _WINDOW
    across = np.tile(pitches[:, None], (1, width)).astype(np.float32)
    rows = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    shown = cv2.remap(levels, across, rows, cv2.INTER_LINEAR)
    brightness = np.clip((shown + 30 + _RANGE) / _RANGE, 0, 1) * (len(_COLOURS) - 1)
    steps = np.arange(len(_COLOURS))
    return np.stack([np.interp(brightness, steps, _COLOURS[:, c]) for c in range(3)], axis=-1).astype(np.uint8)
