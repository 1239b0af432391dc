"""Sounds to listen to as HTML: a player, what the sound looks like with readable axes, and its picture."""

from __future__ import annotations

from v2a_foley.audio.whole import read_whole
from v2a_foley.evaluate.report.content import Player
from v2a_foley.evaluate.report.words import text
from v2a_foley.progress import Progress
from v2a_foley.render.inline import data_uri, sound_uri, still_uri
from v2a_foley.render.spectrogram import (
    HIGHEST,
    LOUDEST,
    LOWEST,
    PITCHES,
    SOFTEST,
    height_of,
    spectrogram_png,
    time_marks,
)
from v2a_foley.timebase import SAMPLE_RATE

_SIZE = (560, 150)
"""Pixels of a spectrogram."""
_STILL_HEIGHT = 180


def player(content: Player, *, progress: Progress | None = None) -> str:
    """Return a sound's card. The sound lies inside, and is not decoded before somebody plays it.

    Args:
        content: what to show.
        progress: asked whether to stop.

    Raises:
        MediaNotFound, MediaUnreadable: the sound, or its picture, cannot be read.
        RenderError: the sound cannot be encoded.
        Cancelled: the work was asked to stop.
    """
    sound = read_whole(content.sound, progress=progress)
    seconds = sound.shape[1] / SAMPLE_RATE
    title = text(content.title)
    picture = ""
    if content.picture is not None:
        uri = still_uri(content.picture, height=_STILL_HEIGHT)
        picture = f'<img class="still" src="{uri}" alt="The picture that belongs to {title}" decoding="async">'
    png = data_uri("image/png", spectrogram_png(sound, _SIZE))
    about = " · ".join(part for part in (f"{seconds:.1f} s", content.caption) if part)
    return (
        f'<figure class="card player"><figcaption><b>{title}</b><span>{text(about)}</span></figcaption>{picture}'
        f'<div class="spectrogram"><img src="{png}" width="{_SIZE[0]}" height="{_SIZE[1]}" decoding="async" '
        f'alt="Spectrogram of {title}: {seconds:.1f} s across, {LOWEST:.0f} Hz to {HIGHEST / 1000:.0f} kHz up">'
        f"{_axes(seconds)}</div>"
        f'<audio controls preload="none" aria-label="{title}" src="{sound_uri(sound, progress=progress)}"></audio>'
        "</figure>"
    )


def scale() -> str:
    """Return how the colours of the spectrograms read, once for a row of players."""
    return (
        f'<p class="scale"><span>{SOFTEST:.0f} dB</span><i></i><span>{LOUDEST:.0f} dB</span>'
        f"<em>colour of the spectrograms, 0 dB is a sine at full scale; pitch {LOWEST:.0f} Hz to "
        f"{HIGHEST / 1000:.0f} kHz, every octave as tall</em></p>"
    ).replace("-", "−", 2)


def _axes(seconds: float) -> str:
    """Return the marks of both axes, for eyes only: the picture's text says the same in words."""
    pitches = "".join(f'<span style="bottom:{100 * height_of(hertz):.1f}%">{_pitch(hertz)}</span>' for hertz in PITCHES)
    marks = [round(each, 6) for each in time_marks(seconds)]
    last = marks[-1]
    times = "".join(
        f'<span style="left:{100 * mark / max(seconds, 1e-9):.1f}%">{mark:g}{"<i>s</i>" if mark == last else ""}</span>'
        for mark in marks
    )
    return f'<div class="pitch" aria-hidden="true">{pitches}</div><div class="time" aria-hidden="true">{times}</div>'


def _pitch(hertz: float) -> str:
    return f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz:g} Hz"
