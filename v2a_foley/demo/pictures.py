"""Pictures for the page: a still a shot, and what each stem looks like over time and pitch. Lays nothing out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from v2a_foley.audio.wav import read_wav
from v2a_foley.files import writing
from v2a_foley.project import Project, Shot
from v2a_foley.render.spectrogram import spectrogram_png
from v2a_foley.video.read import read_frames

STILL_HEIGHT = 216
"""Pixels of a still's height."""


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
    """Draw a sound over time and pitch as PNG.

    Args:
        sound: a sound file at 48 kHz.
        picture: where to.
        size: width and height in pixels.
    """
    with writing(picture) as part:
        part.write_bytes(spectrogram_png(read_wav(sound)[0], size))
