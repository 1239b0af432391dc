"""Sounds and pictures as a page holds them inside itself: small, in formats that every browser plays.

What the page looks like is decided elsewhere.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

from v2a_foley import ffmpeg
from v2a_foley.audio.stream import Samples
from v2a_foley.errors import MediaNotFound, MediaUnreadable
from v2a_foley.files import scratch_folder
from v2a_foley.progress import Progress
from v2a_foley.timebase import SAMPLE_RATE
from v2a_foley.video.photograph import photograph, photograph_facts

_KILOBITS = 128
"""A second of a channel, at most: what noise up to 20 kHz takes."""
_CODER = "fast"
"""ffmpeg's way of choosing what to leave out. Its usual one puts a click of 4 dB before a tone that starts at once."""


def data_uri(kind: str, content: bytes) -> str:
    """Return a file's content as an address that holds it.

    Args:
        kind: its media type: ``image/png``.
        content: the file.
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def sound_uri(sound: Samples, *, progress: Progress | None = None) -> str:
    """Return a sound as AAC in MPEG-4 (6 to 16 kB a second and channel) inside an address.

    Args:
        sound: ``float32 (channels, samples)`` at 48 kHz, at least one sample; more than two channels become two.
        progress: asked whether to stop.

    Raises:
        RenderError: ffmpeg failed.
        DiskFull: there is no space for it.
        Cancelled: the work was asked to stop.
    """
    channels = len(sound)
    raw = sound.T.astype("<f4", copy=False).tobytes()
    with scratch_folder() as room:
        made = room / "sound.m4a"
        ffmpeg.feed(
            ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", str(channels), "-i", "pipe:0", "-ac", str(min(2, channels)),
             "-c:a", "aac", "-aac_coder", _CODER, "-b:a", f"{_KILOBITS * min(2, channels)}k", "-map_metadata", "-1",
             "-fflags", "+bitexact", "-movflags", "+faststart", ffmpeg.file_url(made)],
            [raw],
            what="encoding a sound for the page",
            progress=progress,
        )  # fmt: skip
        return data_uri("audio/mp4", made.read_bytes())


def still_uri(path: Path, *, height: int) -> str:
    """Return a photograph, upright and at most so tall, as JPEG inside an address.

    Args:
        path: the photograph.
        height: in pixels.

    Raises:
        MediaNotFound: there is no such file.
        MediaUnreadable: it is no photograph, or is damaged.
    """
    from PIL import Image

    if not path.is_file():
        raise MediaNotFound(f"{str(path)!r} does not exist, or is a folder.", hint="Check the path.")
    facts = photograph_facts(path)
    if facts is None:
        raise MediaUnreadable(f"{str(path)!r} is no photograph.", hint="Choose a PNG or a JPEG.")
    wide, tall = facts.picture.display_size
    scale = min(1.0, height / tall)
    pixels = photograph(path, (max(1, round(wide * scale)), max(1, round(tall * scale))))
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, format="JPEG", quality=82, optimize=True)
    return data_uri("image/jpeg", written.getvalue())
