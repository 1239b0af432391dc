"""What a profile is put together of, as names: the built-in profiles, and profile files. Nothing is loaded here.

A profile file is TOML, and names any part; what it leaves out is the pocket profile's, or follows from the others::

    name = "my chain"

    [eyes]
    model = "clip-vit-b-32"        # pocket, an installed model, or a folder beside this file
    frames = 64                    # of each shot; 0 glances twice a second
    weighting = "mean"             # or "motion": frames in which more moves count more

    [ears]
    model = "my-clap"              # the audio space; left out, it is the voice's own
    listener = "my-clap"           # hears sounds in that space: for blend and --best-of

    [mapper]
    model = "bridge"               # or the folder of a trained mapper

    [voice]
    model = "audioldm-s-full-v2"   # left out, sounds are synthesised

    [events]
    scale = 100.0                  # how similarities become probabilities
    none = 0.25
    threshold = 0.3
    ambience_none = 0.22
    same_place = 0.82
    caption_weight = 0.5           # how much a cue's caption counts beside the picture, 0 to 1
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from v2a_foley.errors import ModelMissing, UsageError
from v2a_foley.mapper.calibration import CLIP_CALIBRATION, POCKET_CALIBRATION, Calibration

POCKET_PART = "pocket"
"""The name of the parts that need no download."""
BRIDGE = "bridge"
"""The name of the mapper that needs no training."""
FILE = "profile.toml"
"""What a profile file in a folder is called."""
WEIGHTINGS = ("mean", "motion")

_SECTIONS = {
    "eyes": ("model", "frames", "weighting"),
    "ears": ("model", "listener"),
    "mapper": ("model",),
    "voice": ("model",),
    "events": ("scale", "none", "threshold", "ambience_none", "same_place", "caption_weight"),
}


@dataclass(frozen=True)
class Parts:
    """The parts of a profile, by name or folder.

    Attributes:
        name: what the profile is called.
        base: the folder that relative paths start from.
        eyes: ``pocket``, an installed model, or a folder in open_clip's format.
        frames: frames of each shot to look at, spread evenly; 0: two a second, in the one decode pass.
        weighting: ``mean`` or ``motion``.
        ears: what reads texts into the audio space: an AudioLDM or CLAP folder, ``pocket``; empty: the voice's own
            text tower, or the eyes' words where there is no voice.
        listener: what hears sounds in the audio space: a CLAP; empty: nothing does.
        mapper: ``bridge``, or a trained mapper's folder or installed name.
        voice: an AudioLDM folder or installed name; empty: sounds are synthesised.
        calibration: how similarities in the eyes' space become probabilities.
        caption_weight: how much a cue's caption counts beside the picture, 0 to 1.
    """

    name: str
    base: Path = Path()
    eyes: str = POCKET_PART
    frames: int = 0
    weighting: str = "motion"
    ears: str = ""
    listener: str = ""
    mapper: str = BRIDGE
    voice: str = ""
    calibration: Calibration = POCKET_CALIBRATION
    caption_weight: float = 0.5


POCKET = Parts("pocket")
FULL = Parts(
    "full",
    eyes="clip-vit-b-32",
    frames=64,
    weighting="mean",
    listener="clap-630k-audioset-best",
    voice="audioldm-s-full-v2",
    calibration=CLIP_CALIBRATION,
)
FULL_MODELS = (FULL.eyes, FULL.voice)
"""The installed models that the full profile cannot do without."""
BUILT_IN = {parts.name: parts for parts in (POCKET, FULL)}


def parts_of(name: str) -> Parts:
    """Return the parts of a profile: ``pocket``, ``full``, ``auto``, a profile file, or a folder with one.

    ``auto`` is ``full`` where its models are installed, else ``pocket``.

    Raises:
        UsageError: there is no such profile, or its file says what is not understood.
    """
    if name == "auto":
        from v2a_foley.models import installed_path

        return FULL if all(installed_path(model) is not None for model in FULL_MODELS) else POCKET
    if name in BUILT_IN:
        return BUILT_IN[name]
    path = Path(name)
    if path.is_dir():
        path = path / FILE
    if not path.is_file():
        raise UsageError(
            f"There is no profile {name!r}.",
            hint=f"Choose pocket, full or auto, or name a profile file (a folder with a {FILE} will do).",
        )
    return read_parts(path)


def read_parts(path: Path) -> Parts:
    """Read a profile file.

    Raises:
        UsageError: it is no TOML, names a section or a key that does not exist, or a value is out of its range.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # some numbers fail as plain ValueErrors
        raise UsageError(f"{path.name} cannot be read: {error}.", hint="A profile file is TOML in UTF-8.") from error
    name = table.pop("name", path.stem if path.name != FILE else path.absolute().parent.name)
    if not isinstance(name, str) or not name:
        raise _wrong(path, "name", "is not a text")
    for section, keys in table.items():
        if section not in _SECTIONS or not isinstance(keys, dict):
            raise _wrong(path, section, f"is not known; there are {', '.join(_SECTIONS)}")
        for key in keys:
            if key not in _SECTIONS[section]:
                raise _wrong(path, f"{section}.{key}", f"is not known; there are {', '.join(_SECTIONS[section])}")
    eyes, ears = table.get("eyes", {}), table.get("ears", {})
    parts = Parts(
        name=name,
        base=path.absolute().parent,
        eyes=_text(path, eyes, "eyes", "model", POCKET_PART),
        frames=int(_number(path, eyes, "eyes", "frames", 0, 0, 4096)),
        weighting=_text(path, eyes, "eyes", "weighting", "motion"),
        ears=_text(path, ears, "ears", "model", ""),
        listener=_text(path, ears, "ears", "listener", ""),
        mapper=_text(path, table.get("mapper", {}), "mapper", "model", BRIDGE),
        voice=_text(path, table.get("voice", {}), "voice", "model", ""),
    )
    if parts.weighting not in WEIGHTINGS:
        raise _wrong(path, "eyes.weighting", f"is none of {', '.join(WEIGHTINGS)}")
    start = POCKET_CALIBRATION if parts.eyes == POCKET_PART else CLIP_CALIBRATION
    return _with_events(path, parts, start, table.get("events", {}))


def place(part: str, base: Path) -> Path:
    """Return where a part lies: a folder or file, relative to the profile's own folder, or an installed model.

    Raises:
        ModelMissing: there is neither, or the model is known and not installed.
        ModelDamaged: the installed model is not what it should be.
    """
    try:
        path = base / Path(part).expanduser()
    except RuntimeError as error:
        raise ModelMissing(f"{part!r} is in the home folder of nobody here.", hint="Write the whole path.") from error
    if path.exists():
        return path
    from v2a_foley.models import require

    try:
        return require(part)
    except UsageError as error:
        raise ModelMissing(
            f"There is no folder {part!r}, and no model of that name is known.",
            hint="See what there is: v2a-foley models list",
        ) from error


def _with_events(path: Path, parts: Parts, start: Calibration, table: Mapping[str, Any]) -> Parts:
    calibration = Calibration(
        scale=_number(path, table, "events", "scale", start.scale, 0.001, 1000),
        none=_number(path, table, "events", "none", start.none, -1, 1),
        threshold=_number(path, table, "events", "threshold", start.threshold, 0, 1),
        ambience_none=_number(path, table, "events", "ambience_none", start.ambience_none, -1, 1),
        same_place=_number(path, table, "events", "same_place", start.same_place, -1, 1),
    )
    weight = _number(path, table, "events", "caption_weight", parts.caption_weight, 0, 1)
    return replace(parts, calibration=calibration, caption_weight=weight)


def _text(path: Path, table: Mapping[str, Any], section: str, key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (key in table and not value.strip()):
        raise _wrong(path, f"{section}.{key}", "is not a text")
    return value


def _number(
    path: Path, table: Mapping[str, Any], section: str, key: str, default: float, least: float, most: float
) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise _wrong(path, f"{section}.{key}", f"is not a number from {least:g} to {most:g}")
    return float(value)


def _wrong(path: Path, key: str, what: str) -> UsageError:
    return UsageError(f"{path.name}: {key} {what}.", hint="See docs/profiles.md for what a profile file may say.")
