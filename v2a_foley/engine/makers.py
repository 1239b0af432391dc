"""Which sound makers the settings allow, in which order, and whether they can do what is asked, before any work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, cast

from v2a_foley import hooks
from v2a_foley.audio.whole import read_whole
from v2a_foley.engine.profiles import Profile, listener_of, require_listener
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import MediaNotFound, UsageError
from v2a_foley.generate import Generator
from v2a_foley.progress import Progress

if TYPE_CHECKING:
    from v2a_foley.generate.audioldm import AudioLdmVoice


def generators(
    settings: RunSettings,
    profile: Profile,
    progress: Progress,
    *,
    voiced: Callable[[], Generator] | None = None,
) -> list[Generator]:
    """Return the sound makers that the settings allow, in order of preference.

    With ``auto``: the user's library where it has something fitting, then plugins' makers, then the profile's voice,
    then synthesis.

    Args:
        settings: which makers, and how they make sounds.
        profile: whose voice and ears.
        progress: told of a library that is indexed, and of plugins that had to be left out.
        voiced: hands over the profile's voice where it is there already; by default a new one.

    Raises:
        UsageError: AudioLDM is asked for and the profile has no voice, or the voice is asked for more than it can.
        MissingError: the voice's weights are missing or damaged.
    """
    from v2a_foley.generate.library import Library
    from v2a_foley.generate.procedural import Procedural

    wanted = settings.generator
    makers: list[Generator] = []
    if settings.library is not None and wanted in ("auto", "library"):
        makers.append(Library(settings.library, profile.ears, progress=progress))
    if wanted == "auto":
        makers += [cast("Generator", maker) for maker in hooks.generators(progress.warn)]
    if wanted == "audioldm" or (wanted == "auto" and profile.voice is not None):
        makers.append(voiced() if voiced is not None else voice(settings, profile))
    if wanted in ("auto", "procedural"):
        makers.append(Procedural())
    return makers


def voice(settings: RunSettings, profile: Profile, *, steady: bool = False) -> AudioLdmVoice:
    """Return the profile's AudioLDM, set as the settings say; its weights load with its first sound.

    Args:
        settings: how it makes sounds.
        profile: whose voice.
        steady: let the device alone decide what is made together, not the memory that is free.

    Raises:
        UsageError: the profile has no voice.
        MissingError: the ears that choose between candidates are missing, damaged, or of another space.
    """
    if profile.voice is None:
        raise _no_voice(profile)
    from v2a_foley.generate.audioldm import AudioLdmVoice, VoiceOptions

    options = VoiceOptions(
        scheduler=settings.scheduler,
        steps=settings.steps,
        guidance=settings.guidance,
        best_of=settings.best_of,
        init=read_whole(settings.init).mean(axis=0) if settings.init is not None else None,
        strength=settings.strength,
        draft=settings.draft,
        offload=settings.offload,
        compiled=settings.compile,
        steady=steady,
    )
    listener = listener_of(profile, "--best-of") if settings.best_of > 1 else None
    return AudioLdmVoice(profile.voice, profile.compute, options, listener=listener)


def check_voice(settings: RunSettings, profile: Profile, progress: Progress) -> None:
    """Refuse what the voice would refuse, before the film is looked at; no weights are read.

    Where no voice sounds, the user is told which wishes come to nothing.

    Raises:
        UsageError: the profile has no voice, or nothing that hears, and the settings need it.
        MissingError: the voice lacks files.
        MediaNotFound: the sound to start from does not exist.
    """
    if settings.generator not in ("auto", "audioldm"):
        _tell_vain(settings, progress)
        return
    if profile.voice is None:
        if settings.generator == "audioldm":
            raise _no_voice(profile)
        _tell_vain(settings, progress)
        return
    from v2a_foley.generate.audioldm.folder import require_complete

    require_complete(profile.voice)
    if settings.best_of > 1:
        require_listener(profile, "--best-of")
    if settings.init is not None and not settings.init.is_file():
        raise MediaNotFound(f"{str(settings.init)!r} does not exist, or is a folder.", hint="Check the path of --init.")


def _tell_vain(settings: RunSettings, progress: Progress) -> None:
    """Tell the user which of the options that only a neural voice understands were set."""
    neural = ("steps", "guidance", "scheduler", "best_of", "init", "strength", "draft", "offload", "compile")
    vain = [
        f"--{each.name.replace('_', '-')}"
        for each in fields(RunSettings)
        if each.name in neural and getattr(settings, each.name) != each.default
    ]
    if vain:
        progress.warn(f"Nothing here is made by a neural voice, so these options did nothing: {', '.join(vain)}.")


def _no_voice(profile: Profile) -> UsageError:
    return UsageError(
        f"The profile {profile.name!r} has no neural voice, which this needs.",
        hint="Choose --profile full (v2a-foley doctor says how to get it), or a profile of your own with a [voice].",
    )
