"""The one place that starts ffmpeg: the binary that moviepy resolves. Nothing here knows what it is asked to do.

Three rooms need it (remuxing what decord cannot read, the final mux, the demo), so the door stands on the lowest floor.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

from v2a_foley.errors import DependencyMissing, DiskFull, RenderError
from v2a_foley.progress import Progress

_FULL = ("No space left on device", "File too large", "Disk quota exceeded")
"""What ffmpeg says where the disk, or the user's share of it, is full."""
_TOO_LARGE = -getattr(signal, "SIGXFSZ", 0) or None
"""How a process ends that wrote more than its user may."""


@cache
def binary() -> Path:
    """Return the ffmpeg to run: ``FFMPEG_BINARY`` or the one that imageio-ffmpeg brings, as moviepy chooses it.

    Raises:
        DependencyMissing: there is none.
    """
    named = os.environ.get("FFMPEG_BINARY", "")
    if named and named not in ("ffmpeg-imageio", "auto-detect"):
        found = shutil.which(named)
        if found is None:
            raise DependencyMissing(
                f"There is no ffmpeg at {named!r}, which FFMPEG_BINARY names.", hint="Correct it, or unset it."
            )
        return Path(found)
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise DependencyMissing("There is no ffmpeg.", hint="Run: pip install imageio-ffmpeg") from error


def command(arguments: Sequence[str | Path]) -> list[str]:
    """Return the whole command line: quiet but for errors, never reading the terminal."""
    return [str(binary()), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]


def file_url(path: Path) -> str:
    """Return a path as ffmpeg must be given it, so that names like ``-x.mp4`` or ``a:b.mp4`` mean files."""
    return f"file:{path}"


def failure(what: str, stderr: str) -> RenderError | DiskFull:
    """Return the error that ffmpeg's last words stand for."""
    if any(words in stderr for words in _FULL):
        return DiskFull(f"There is no space left while {what}.", hint="Free some space, or choose another disk.")
    last = next((line for line in reversed(stderr.strip().splitlines()) if line.strip()), "no reason given")
    return RenderError(
        f"ffmpeg failed while {what}: {last.strip()}",
        hint="If the film may be damaged, copy it with ffmpeg (-c copy) to a .mkv first; else please report this.",
    )


def run(arguments: Sequence[str | Path], *, what: str, progress: Progress | None = None) -> str:
    """Run ffmpeg to its end and return what it wrote to standard error.

    Args:
        arguments: everything after the program's name.
        what: what it does, for the error ("writing the film").
        progress: asked four times a second whether to stop; the process is then ended and waited for.

    Raises:
        RenderError: ffmpeg failed.
        DiskFull: ffmpeg failed for want of space.
        Cancelled: the work was asked to stop.
    """
    process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
        command(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", errors="replace",
    )  # fmt: skip
    try:
        while True:
            try:
                stderr = process.communicate(timeout=0.25)[1]
                break
            except subprocess.TimeoutExpired:
                if progress is not None:
                    progress.check()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode == _TOO_LARGE:
        stderr += _FULL[1]
    if process.returncode != 0:
        if progress is not None:
            progress.check()  # a terminal sends Ctrl-C to ffmpeg as well
        raise failure(what, stderr)
    return stderr


def feed(
    arguments: Sequence[str | Path],
    blocks: Iterable[bytes | memoryview],
    *,
    what: str,
    progress: Progress | None = None,
) -> None:
    """Run ffmpeg to its end while it reads raw data from standard input.

    Args:
        arguments: everything after the program's name; the input that reads the data is ``pipe:0``.
        blocks: the data, piece by piece; made while ffmpeg works.
        what: what it does, for the error ("encoding the picture").
        progress: asked before every block whether to stop; the process is then ended and waited for.

    Raises:
        RenderError: ffmpeg failed.
        DiskFull: ffmpeg failed for want of space.
        Cancelled: the work was asked to stop.
    """
    line = [word for word in command(arguments) if word != "-nostdin"]
    with TemporaryFile() as words:
        process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
            line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words
        )
        if process.stdin is None:
            raise AssertionError("asked for a pipe and got none")
        try:
            with suppress(BrokenPipeError):  # ffmpeg gave up; its exit code and its words say why
                for block in blocks:
                    if progress is not None:
                        progress.check()
                    process.stdin.write(block)
                process.stdin.close()
            process.wait()
        finally:
            if process.poll() is None:
                process.kill()
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()
        if process.returncode != 0:
            if progress is not None:
                progress.check()
            words.seek(0)
            raise failure(what, words.read().decode("utf-8", "replace"))
