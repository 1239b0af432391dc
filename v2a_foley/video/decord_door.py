"""The only import of decord, and its ways: what it costs to load, how it fails, which sizes it gets wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.compute import cores
from v2a_foley.errors import DependencyMissing, MediaUnreadable
from v2a_foley.ffmpeg import file_url

Frames = NDArray[np.uint8]
"""``uint8 (n, height, width, 3)``, RGB, upright."""

_THREADS = 2
_RUN = 32
"""Frames that are taken from decord at once."""
_NONE_LOST = "0.0000001"
"""The part of the frames that decord may replace by others before it says so: less than one of any film, for with each
one that is lost all later ones come a frame early."""
_WIDTH_STEP = 64
_SMALLEST, _LARGEST = 16, 4096
_SOURCE_LINE = re.compile(r"\[[\d:]+\] \S+:\d+: |Check failed: .*\) ")
"""What decord puts before its words: where in its own source code it was."""


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Hide a package from ``importlib.util.find_spec`` unless it is imported already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # the documented way to say "there is none"
    try:
        yield
    finally:
        del sys.modules[name]


@cache
def _decord() -> Any:  # noqa: ANN401 - decord has no types
    """Import decord without the CUDA libraries.

    decord loads every library below the ``nvidia`` packages that torch brings (some 600 MB of memory and 2 s), for
    decoding on a GPU. We decode on the CPU, so the package is hidden while decord looks for it.

    Raises:
        DependencyMissing: decord is not installed or cannot be loaded.
    """
    try:
        with _hidden("nvidia"):
            import decord
    except (ImportError, OSError, RuntimeError) as error:
        raise DependencyMissing(f"decord cannot be loaded: {error}.", hint="Run: pip install decord2") from error
    decord.logging.set_level(decord.logging.QUIET)
    return decord


def fitting_size(width: int, height: int, short_side: int) -> tuple[int, int]:
    """Return the size to decode to: near the wanted short side, never much larger than the film.

    Widths are multiples of 64: swscale pads rows to that, and decord takes padded rows for picture where the padding
    happens to be a multiple of the width (8 pixels wide: an error), else copies row by row. Heights follow the
    aspect, so that nothing looks stretched by more than a pixel.

    Args:
        width: as shown, in pixels.
        height: as shown, in pixels.
        short_side: what the shorter side should be about, in pixels.
    """
    scale = min(1.0, short_side / min(width, height))
    wide = max(_WIDTH_STEP, round(width * scale / _WIDTH_STEP) * _WIDTH_STEP)
    high = round(wide * height / width)
    return min(wide, _LARGEST), min(max(high, _SMALLEST), _LARGEST)


class Decoder:
    """One film open in decord, frames by number in the order in which they are shown.

    Args:
        path: the film, or its bytes.
        size: width and height of the frames, upright.
        tolerant: whether frames that cannot be decoded may be replaced by the last one that could.
        film: whom errors speak of, where ``path`` is a copy.

    Raises:
        MediaUnreadable: decord cannot open it.
        DependencyMissing: decord is not installed.
    """

    def __init__(
        self, path: Path | BytesIO, size: tuple[int, int], *, tolerant: bool = False, film: Path | None = None
    ) -> None:
        """Open the film."""
        decord = _decord()
        self._film, self._size = film or path, size
        self._read, self._last = 0, np.empty((0, size[1], size[0], 3), np.uint8)
        source = file_url(path) if isinstance(path, Path) else path
        self._errors = (
            decord.DECORDError,
            decord.DECORDLimitReachedError,
            RuntimeError,
            AssertionError,
            IndexError,
            ValueError,
        )
        try:
            self._reader: Any = decord.VideoReader(
                source,
                ctx=decord.cpu(0),
                width=size[0],
                height=size[1],
                num_threads=min(_THREADS, cores()),
                fault_tol=-1 if tolerant else _NONE_LOST,
            )
        except self._errors as error:
            raise self._failure(error) from error

    def __len__(self) -> int:
        """How many frames decord counts."""
        return len(self._reader)

    def picked(self, numbers: range | list[int]) -> Frames:
        """Return the frames of these numbers, which do not fall, and do not lie before the one that was picked last.

        All frames up to the last one are read, one after the other: where decord leaps, it counts frames wrongly behind
        keyframes that others precede (open groups of pictures, MPEG-2, AVI, transport streams, intra refresh).

        Raises:
            MediaUnreadable: they cannot be decoded.
        """
        wanted = np.asarray(numbers, dtype=np.int64)
        if np.any(np.diff(wanted, prepend=max(0, self._read - 1)) < 0):
            raise ValueError("frames are picked in their order")
        if not len(wanted):
            return np.empty((0, self._size[1], self._size[0], 3), np.uint8)
        pieces = [np.repeat(self._last, np.sum(wanted < self._read), axis=0)]
        for start in range(self._read, int(wanted[-1]) + 1, _RUN):
            run = range(start, min(start + _RUN, int(wanted[-1]) + 1))
            try:
                frames: Frames = self._reader.get_batch(run).asnumpy()
            except self._errors as error:
                raise self._failure(error) from error
            self._read, self._last = run.stop, frames[-1:]
            here = wanted[(wanted >= run.start) & (wanted < run.stop)]
            pieces.append(frames if len(here) == len(run) else frames[here - run.start])
        return np.concatenate(pieces)

    def _failure(self, error: Exception) -> MediaUnreadable:
        said = _SOURCE_LINE.sub("", str(error)).strip().splitlines()
        reason = said[0].strip().rstrip(".") if said else type(error).__name__
        return MediaUnreadable(
            f"The picture of {str(self._film)!r} cannot be decoded: {reason}.",
            hint="If it plays elsewhere, convert it to H.264 in mp4 or mov; if not, copy or export it again.",
        )
