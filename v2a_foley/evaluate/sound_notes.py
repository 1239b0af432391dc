"""What must be known before sets of sounds are compared: lists that name no sound, sets of unequal sizes or clips."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from v2a_foley.errors import SourceError
from v2a_foley.evaluate.backbones import Backbone
from v2a_foley.evaluate.pairing import SoundSet
from v2a_foley.evaluate.sound_settings import SoundSettings

_UNEQUAL = 1.1
"""How many times as many sounds another set may have before its distances can no longer be set beside."""


def of_list(path: Path, listed: Mapping[str, str], known: Collection[str]) -> list[str]:
    """Return a sentence where some names of a list are those of no sound.

    Args:
        path: the list.
        listed: its lines, by name.
        known: names that it may hold.

    Raises:
        SourceError: not one of its names is that of a sound.
    """
    strange = [name for name in listed if name not in known]
    if not strange:
        return []
    if len(strange) == len(listed):
        raise SourceError(
            f"No sound bears a name of {path.name!r}, such as {strange[0]!r}.",
            hint=f"Names are paths inside the folder without the suffix, such as {min(known)!r}." if known else "",
        )
    return [f"Of {len(listed):,} names in {path.name!r} no sound bears {len(strange):,}, such as {strange[0]!r}."]


def unheard(settings: SoundSettings, ears: Sequence[Backbone]) -> list[str]:
    """Return a sentence for whatever was given to be compared with, and no backbone listens that could."""
    keys = {each.key for each in ears}
    found = []
    if settings.captions is not None and "clap" not in keys:
        found.append("No agreement with captions: no CLAP listens.")
    if settings.images is not None and "wav2clip" not in keys:
        found.append("No image–sound score: no Wav2CLIP listens.")
    return found


def of_sizes(sets: Sequence[SoundSet], true: Collection[str]) -> list[str]:
    """Return sentences where sets differ in their numbers of sounds, or in the clips that they have sounds for.

    Args:
        sets: those that stand in one table.
        true: names of the true sounds; empty where there are none.
    """
    found = []
    counts = {each.name: len(each.paths) for each in sets}
    if max(counts.values()) > _UNEQUAL * min(counts.values()):
        listed = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        found.append(
            f"The sets have unequal numbers of sounds ({listed}): FD, FAD and the Inception Score depend on them, and "
            "their rows cannot be compared before FD∞ stands beside them."
        )
    clips = {each.name: set(each.clip.values()) & set(true or each.clip.values()) for each in sets}
    if any(some != clips[sets[0].name] for some in clips.values()):
        every: set[str] = set(true) or set().union(*clips.values())
        listed = ", ".join(f"{name} {len(some):,}" for name, some in clips.items())
        found.append(
            f"The sets have sounds for different clips (of {len(every):,}: {listed}): figures by pair are over each "
            "set's own, and cannot be compared from row to row."
        )
    return found
