"""A project as a moviepy clip, to go on with in moviepy. Only here is moviepy imported, and only when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import MediaUnreadable, RenderError, UsageError
from v2a_foley.project.events import Kind
from v2a_foley.project.model import Cue, Project, Take
from v2a_foley.timebase import SAMPLE_RATE, from_samples, to_samples

if TYPE_CHECKING:
    from moviepy import AudioClip, VideoClip

_FADE = 0.03


def clip_of(project: Project) -> VideoClip:
    """Return a moviepy clip of a project's film, with a ``CompositeAudioClip`` of its own sound and all active takes.

    Every take lies on its sample, trimmed to its cue (what is struck rings on as far as its file goes), at its level
    and its cue's gain; what lasts is faded by 30 ms at its ends. The takes' files are read when moviepy asks for their
    samples. The caller closes the clip.

    Raises:
        UsageError: the project's medium is a photograph.
        MediaUnreadable: moviepy cannot open the film.
        RenderError: a take's file is missing.
    """
    from moviepy import CompositeAudioClip, VideoFileClip

    media = project.media
    if media.still:
        raise UsageError("A photograph is no film.", hint="Make a moviepy ImageClip of it, and add the takes' sound.")
    try:
        film = VideoFileClip(str(media.path), audio_fps=SAMPLE_RATE)
    except OSError as error:
        raise MediaUnreadable(f"moviepy cannot open {media.path.name!r}.", hint="Is it still there?") from error
    sounds: list[Any] = []
    try:
        if film.audio is not None and media.sound is not None:
            sounds.append(_original(film.audio, float(media.sound.start - media.picture.start)))
        sounds += [_sound(cue, cue.take, project) for cue in project.cues if cue.take is not None and not cue.muted]
    except BaseException:
        film.close()
        raise
    return film.with_audio(CompositeAudioClip(sounds).with_duration(film.duration)) if sounds else film


def _original(sound: AudioClip, start: float) -> AudioClip:
    """Return the film's own sound, placed against the first frame, which is moviepy's zero."""
    return sound.with_start(start) if start >= 0 else sound.subclipped(-start)


def _sound(cue: Cue, take: Take, project: Project) -> AudioClip:
    """Return a cue's active take on its place."""
    from moviepy import AudioClip, afx

    if not take.path.is_file():
        raise RenderError(
            f"The sound of {cue.id!r}, {str(take.path)!r}, is not there.",
            hint="Keep the folder of the takes (a RunResult keeps a temporary one as long as it lives).",
        )
    begin, end = to_samples(cue.range.start), to_samples(cue.range.end)
    zero = begin - to_samples(cue.slip) - take.before  # where the file's first sample falls
    start, rest = max(begin, zero), zero + take.samples
    rings = cue.event.kind is Kind.IMPULSE
    trimmed = cue.fade_out is not None or end < rest - take.after - 1
    stop = min(rest, end) if trimmed or not rings else min(rest, max(end, to_samples(project.media.duration)))
    length = max(1, stop - start)  # moviepy knows no clip of no length; where the take does not reach, it is silent

    def frames(time: float | NDArray[np.float64]) -> NDArray[np.float64]:
        return _samples(take.path, start - zero, max(0, stop - start), np.asarray(time) * SAMPLE_RATE)

    clip = AudioClip(frames, duration=float(from_samples(length)), fps=SAMPLE_RATE)
    usual = 0.0 if rings else min(_FADE, float(cue.range.duration) / 2)
    fades = [usual if fade is None else float(fade) for fade in (cue.fade_in, cue.fade_out)]
    effects = [
        afx.MultiplyVolume(10 ** (cue.gain / 20)),
        *([afx.AudioFadeIn(fades[0])] if fades[0] else []),
        *([afx.AudioFadeOut(fades[1])] if fades[1] else []),
    ]
    moved = from_samples(start) - project.media.picture.start
    return clip.with_effects(effects).with_start(float(from_samples(to_samples(moved))))


def _samples(path: Path, first: int, length: int, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Read samples of a WAV at positions counted from ``first``, ``(n, 2)`` or, for a single one, ``(2,)``.

    moviepy's own reader starts a process a file, keeps 16 bits, and is one sample late.
    """
    import soundfile

    wanted = np.rint(positions.reshape(-1)).astype(np.int64)
    out = np.zeros((len(wanted), 2))
    there = (wanted >= 0) & (wanted < length)
    if there.any():
        low, high = int(wanted[there].min()), int(wanted[there].max())
        with soundfile.SoundFile(path) as file:
            file.seek(first + low)
            block = file.read(high - low + 1, dtype="float64", always_2d=True)
        out[there] = block[wanted[there] - low]
    return out if positions.ndim else out[0]
