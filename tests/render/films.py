"""What the tests of the muxed film ask of a file, by ffmpeg and PyAV alone."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.footage import ffmpeg
from v2a_foley.ffmpeg import command, file_url


def picture_hashes(path: Path) -> list[str]:
    """ffmpeg's hashes over the packets of all picture streams, as the issue asks for them."""
    line = command(["-i", file_url(path), "-map", "0:v", "-c", "copy", "-f", "streamhash", "-"])
    said = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    return [line.split("=")[-1] for line in said.splitlines()]


def packet_times(path: Path, kind: str = "video") -> list[Fraction]:
    with av.open(str(path)) as film:
        stream = next(s for s in film.streams if s.type == kind)
        return sorted(p.pts * p.time_base for p in film.demux(stream) if p.pts is not None)


def decoded_sound(path: Path, folder: Path, channels: int = 2, number: int = 0) -> np.ndarray:
    raw = folder / "decoded.f32"
    ffmpeg("-i", path, "-map", f"0:a:{number}", "-f", "f32le", raw)
    return np.fromfile(raw, np.float32).reshape(-1, channels).T


def hit_errors(sound: np.ndarray, places: list[int], around: int = 1500) -> list[int]:
    """How many samples each hit is away from its place."""
    return [int(np.argmax(np.abs(sound[0, place - around : place + around]))) - around for place in places]
