"""The films of the footage matrix: a box that lands, in every codec, rate and oddity; each is made once a process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tests import footage, scenes
from v2a_foley.ffmpeg import file_url

SECONDS = 1.2
CONTACT = 0.7
"""Seconds after its first frame at which the box lands."""


@dataclass(frozen=True)
class Codec:
    """How a picture is encoded, and in which container it usually comes."""

    encoder: str
    home: str
    options: tuple[str, ...] = ()
    pixels: str = "yuv420p"


_X264 = ("-preset", "ultrafast", "-g", "12")
_X265 = ("-preset", "ultrafast", "-x265-params")
_VP9 = ("-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M")
_QUIET = "log-level=error:keyint=12"
_BT2020 = ":colorprim=bt2020:colormatrix=bt2020nc:transfer="
CODECS = {
    "H.264": Codec("libx264", "mp4", (*_X264, "-bf", "2", "-x264-params", "b-adapt=0")),
    "H.264 without B-frames": Codec("libx264", "ts", (*_X264, "-bf", "0")),
    "HEVC": Codec("libx265", "mp4", (*_X265, _QUIET)),
    "HEVC 10 bit": Codec("libx265", "mkv", (*_X265, _QUIET), "yuv420p10"),
    "VP9": Codec("libvpx-vp9", "webm", _VP9),
    "AV1": Codec("libaom-av1", "mp4", ("-usage", "realtime", "-cpu-used", "8", "-b:v", "2M")),
    "ProRes 422": Codec("prores_ks", "mov", (), "yuv422p10"),
    "ProRes 4444": Codec("prores_ks", "mov", ("-profile:v", "4444"), "yuva444p10"),
    "DNxHR": Codec("dnxhd", "mxf", ("-profile:v", "dnxhr_sq"), "yuv422p"),
    "MPEG-2": Codec("mpeg2video", "ts", ("-q:v", "3", "-g", "12", "-bf", "2")),
    "MPEG-2, intra": Codec("mpeg2video", "mxf", ("-q:v", "3", "-g", "1")),
    "MPEG-4": Codec("mpeg4", "avi", ("-q:v", "3", "-g", "12")),
}
HDR = {
    "PQ": (
        Codec("libx265", "mp4", (*_X265, _QUIET + _BT2020 + "smpte2084"), "yuv420p10"),
        Codec("libvpx-vp9", "webm", (*_VP9, "-profile:v", "2", "-color_trc", "smpte2084"), "yuv420p10"),
    ),
    "HLG": (
        Codec("libx265", "mp4", (*_X265, _QUIET + _BT2020 + "arib-std-b67"), "yuv420p10"),
        Codec("libvpx-vp9", "webm", (*_VP9, "-profile:v", "2", "-color_trc", "arib-std-b67"), "yuv420p10"),
    ),
}
ALPHA = (CODECS["ProRes 4444"], Codec("libvpx-vp9", "webm", (*_VP9, "-auto-alt-ref", "0"), "yuva420p"))
OPEN = Codec("libx264", "mp4", ("-preset", "ultrafast", "-x264-params", "open-gop=1:keyint=10:bframes=2:b-adapt=0"))
REFRESH = Codec("libx264", "mp4", ("-preset", "ultrafast", "-x264-params", "intra-refresh=1:keyint=10"))
COLOURS = Codec("libx264", "mp4", (*_X264, "-bf", "2"), "yuv444p")
_SOUND = {"webm": "libopus", "mxf": "pcm_s16le", "avi": "pcm_s16le", "mov": "pcm_s16le", "mkv": "flac"}


@cache
def _held() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="v2a-footage-matrix-")


def room() -> Path:
    """Return a folder for the films, which goes with the process."""
    return Path(_held().name)


@cache
def frames_of(rate: str) -> list[np.ndarray]:
    """Return the pictures of the falling box at a rate."""
    return scenes.drop(rate, seconds=SECONDS).frames


def once(name: str, make: Callable[[Path], None]) -> Path:
    """Return the film of this name, made if it is not there yet."""
    path = room() / name
    if not path.exists():
        make(path)
    return path


def film(codec: Codec, suffix: str, rate: str = "25", *more: str, filters: str = "") -> Path:
    """Make a film of the falling box with two channels of silence.

    Args:
        codec: of the picture.
        suffix: of the container.
        rate: frames a second, as ffmpeg reads it.
        more: further options of the output.
        filters: what is done to the picture before it is encoded.
    """
    width, height = scenes.SIZE
    picture = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate, "-i", "pipe:0"]
    silence = ["-f", "lavfi", "-i", f"anullsrc=r=48000:cl=stereo:d={SECONDS}"]
    tracks = ["-map", "0:v", "-map", "1:a", "-c:a", _SOUND.get(suffix, "aac")]
    options = [*(["-vf", filters] if filters else []), "-c:v", codec.encoder, "-pix_fmt", codec.pixels, *codec.options]
    arguments = [*picture, *silence, *tracks, *options, *more]
    name = f"{abs(hash((tuple(arguments), suffix))):x}.{suffix}"
    return once(name, lambda path: void(footage.ffmpeg(*arguments, file_url(path), frames=frames_of(rate))))


def void(_: object) -> None:
    """Take what nobody wants."""


def remade(source: Path, what: str, suffix: str, *arguments: str, before: tuple[str, ...] = ()) -> Path:
    """Return a copy of a film to which something was done without encoding its picture."""

    def make(path: Path) -> None:
        footage.ffmpeg(*before, "-i", file_url(source), *arguments, file_url(path))

    return once(f"{source.stem}-{what}.{suffix}", make)
