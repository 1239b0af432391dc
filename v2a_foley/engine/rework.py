"""Works on a sound with the profile's voice: varies it, goes on with it, closes it to a loop, repairs a stretch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.stream import Samples
from v2a_foley.audio.wav import WavWriter
from v2a_foley.audio.whole import read_whole
from v2a_foley.engine import stages
from v2a_foley.engine.border import border
from v2a_foley.engine.makers import voice as voice_of
from v2a_foley.engine.profiles import Profile
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import MediaUnreadable, ModelMissing, UsageError
from v2a_foley.files import check_output, writing
from v2a_foley.progress import Progress
from v2a_foley.timebase import SAMPLE_RATE, to_samples

if TYPE_CHECKING:
    from v2a_foley.generate.audioldm import AudioLdmVoice
    from v2a_foley.generate.audioldm.region import Reworked

_SPAN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True)
class Wish:
    """What to do to a sound: exactly one of the four.

    Attributes:
        vary: how far a variation may go, 0 to 1.
        extend: seconds to go on for.
        loop: seconds at the end that are made anew, so that the end joins the start.
        repair: the stretch to make anew, (start, end) in seconds.

    Raises:
        UsageError: none, or more than one, is wished for.
    """

    vary: float | None = None
    extend: Fraction | None = None
    loop: Fraction | None = None
    repair: tuple[Fraction, Fraction] | None = None

    def __post_init__(self) -> None:
        """Refuse what is not exactly one wish."""
        wished = [each for each in (self.vary, self.extend, self.loop, self.repair) if each is not None]
        if len(wished) != 1:
            raise UsageError(
                "Say what to do with the sound, one thing at a time.",
                hint="Give one of --vary, --extend, --loop and --repair.",
            )


def span(text: str) -> tuple[Fraction, Fraction]:
    """Read a stretch as the command line takes it: ``1.5-2.25``, in seconds.

    Raises:
        UsageError: the text is none, or ends before it begins.
    """
    match = _SPAN.match(text)
    start, end = (Fraction(match[1]), Fraction(match[2])) if match else (Fraction(0), Fraction(0))
    if not start < end:
        raise UsageError(f"{text!r} is not a stretch of a sound.", hint="Write --repair 1.5-2.25, in seconds.")
    return start, end


def rework(source: Path, output: Path, wish: Wish, prompt: str, settings: RunSettings, progress: Progress) -> Reworked:
    """Work on a sound file, and write the outcome as 48 kHz float WAV.

    What it should sound like comes from the words; without words from the sound itself, where the profile has ears for
    it; else the network only hears what is kept.

    Args:
        source: any file with a sound in it, mono or stereo, at most half an hour.
        output: the WAV file.
        wish: what to do.
        prompt: what it should sound like, or empty.
        settings: profile, seed, negative prompt, and how the network denoises.
        progress: told of the stages, and warned of what is less than it was.

    Raises:
        FoleyError: one of its children; nothing is left at the output's name.
    """
    if output.suffix.lower() != ".wav":
        raise UsageError("A reworked sound is a WAV file.", hint=f"Write to {output.stem}.wav.")
    check_output(output, inputs=[source], overwrite=settings.overwrite)
    with border():
        with progress.stage("open"):
            sound = read_whole(source, progress=progress)
        if len(sound) > 2:
            raise MediaUnreadable(f"{source.name!r} has {len(sound)} channels.", hint="Fold it down to stereo first.")
        profile = stages.load_profile(settings.profile, progress, settings)
        voice = voice_of(settings, profile)
        made = _made(voice, sound, wish, prompt, _embedding(profile, sound, prompt, progress), settings, progress)
        with writing(output) as part, WavWriter(part, len(made.samples), bits=32) as wav:
            wav.write(made.samples)
        progress.warn(made.note)
    return made


def _made(
    voice: AudioLdmVoice,
    sound: Samples,
    wish: Wish,
    prompt: str,
    embedding: NDArray[np.float32] | None,
    settings: RunSettings,
    progress: Progress,
) -> Reworked:
    from v2a_foley.generate.audioldm.region import extend, loop, repair, vary

    conditions = voice.conditions(prompt, embedding=embedding, negative=settings.negative, seed=settings.seed)
    work, steps = voice.work(progress), voice.steps
    if wish.vary is not None:
        return vary(work, sound, wish.vary, conditions, steps)
    if wish.extend is not None:
        return extend(work, sound, float(wish.extend), conditions, steps)
    if wish.loop is not None:
        return loop(work, sound, conditions, steps, seam=float(wish.loop))
    start, end = wish.repair or (Fraction(0), Fraction(0))
    if to_samples(end) > sound.shape[1]:
        raise UsageError(
            f"The stretch {float(start):g}-{float(end):g} s does not lie inside a sound of "
            f"{sound.shape[1] / SAMPLE_RATE:.2f} s.",
            hint="Choose a stretch inside it.",
        )
    return repair(work, sound, to_samples(start), to_samples(end), conditions, steps)


def _embedding(profile: Profile, sound: Samples, prompt: str, progress: Progress) -> NDArray[np.float32] | None:
    """Return what the sound itself is like, where nothing was said and the profile can hear it."""
    if prompt or profile.listener is None:
        return None
    try:
        listener = profile.listener()
    except ModelMissing as error:
        progress.warn(f"Without words, the network hears only what is kept: {error}")
        return None
    return np.asarray(listener.encode_audio([sound.mean(axis=0)])[0])
