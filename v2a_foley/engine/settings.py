"""Everything that a user can choose about a run, in one dataclass.

The command line, the app's forms and the docs are made from its fields, so that the three cannot disagree. Each field
carries its help, and its unit, range or choices where it has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from v2a_foley.errors import UsageError

PROFILES = ("pocket",)
GENERATORS = ("auto", "procedural", "library")
ORIGINALS = ("mix", "duck", "replace")
DETECTORS = ("adaptive", "content", "transnet")

_SPAN = re.compile(r"^(\d+)(?:-(\d+))?$")
_NUMBERED = re.compile(r"^(\d+)=(.*)$", re.DOTALL)


def option(
    default: Any,  # noqa: ANN401 - a field's default may be anything
    text: str,
    *,
    group: str,
    flag: str = "",
    metavar: str = "",
    unit: str = "",
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401 - dataclasses.field is typed so as well
    """Return a dataclass field that carries what a form needs to show it."""
    metadata = {
        "help": text, "group": group, "flag": flag, "metavar": metavar, "unit": unit,
        "least": least, "most": most, "choices": choices,
    }  # fmt: skip
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class RunSettings:
    """What to make of a film. Every field has a default that does the sensible thing.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """

    shots: str = option("all", "Which shots get sound: all, or numbers and ranges such as 1,3-5.", group="What")
    cuts: Path | None = option(
        None, "Take the cuts from a file: PySceneDetect's CSV, or one timecode a line.", group="What", metavar="FILE"
    )
    detector: str = option("adaptive", "How cuts are found.", group="What", choices=DETECTORS)
    duration: float = option(
        10.0, "Length of the sound for a photograph.", group="What", unit="s", least=0.1, most=3600
    )
    profile: str = option("pocket", "Which eyes, mapper and voice work together.", group="Sound", choices=PROFILES)
    generator: str = option("auto", "What makes the sounds.", group="Sound", choices=GENERATORS)
    library: Path | None = option(None, "A folder of your own sounds.", group="Sound", metavar="DIR")
    prompt: tuple[str, ...] = option(
        (), "What should sound; N=TEXT for shot N alone. May be given again.", group="Sound", metavar="[N=]TEXT"
    )
    negative: str = option("", "What should not be heard.", group="Sound", metavar="TEXT")
    seed: int = option(0, "The same seed gives the same sound.", group="Sound", least=0, most=2**31 - 1)
    takes: int = option(1, "How many takes to make of each cue; the first sounds.", group="Sound", least=1, most=16)
    handles: float = option(
        4.0, "Sound beyond a cue's ends, for crossfades and trimming.", group="Sound", unit="s", least=0, most=60
    )
    original: str = option("mix", "What becomes of the film's own sound.", group="Mix", choices=ORIGINALS)
    gain: float = option(
        0.0, "Level of the new sound against its nominal level.", group="Mix", unit="dB", least=-60, most=24
    )
    loudness: str = option(
        "auto",
        "Loudness of the finished programme in LUFS, or off. Auto is -23 with --original replace, else off.",
        group="Mix", metavar="off|LUFS",
    )  # fmt: skip
    stems: Path | None = option(
        None, "Write ORIG, BG, FX and FOLEY here, 24-bit Broadcast WAV.", group="Files", metavar="DIR"
    )
    spotting: Path | None = option(None, "Write the spotting list.", group="Files", metavar="FILE.csv")
    timeline: Path | None = option(
        None, "Write the timeline for editors; its takes go beside it.", group="Files", metavar="FILE.otio"
    )
    contact_sheet: Path | None = option(None, "Draw the shots and what was heard.", group="Files", metavar="FILE.png")
    overwrite: bool = option(False, "Replace files that exist.", group="Files")

    def __post_init__(self) -> None:
        """Check every value against its field's range and choices."""
        for each in fields(self):
            value, wants = getattr(self, each.name), each.metadata
            name = f"--{each.name.replace('_', '-')}"
            if wants["choices"] and value not in wants["choices"]:
                raise UsageError(
                    f"{name} {value!r} is not known.", hint=f"Choose one of {', '.join(wants['choices'])}."
                )
            low, high = wants["least"], wants["most"]
            if low is not None and not low <= value <= high:  # also refuses NaN
                unit = f" {wants['unit']}" if wants["unit"] else ""
                raise UsageError(f"{name} {value} is out of range.", hint=f"Choose {low:g} to {high:g}{unit}.")
        if self.generator == "library" and self.library is None:
            raise UsageError("--generator library needs a folder of sounds.", hint="Add --library DIR.")
        self.loudness_target()

    def loudness_target(self) -> float | None:
        """Return the integrated loudness to reach, in LUFS, or None where it is left alone."""
        if self.loudness == "auto":
            return -23.0 if self.original == "replace" else None
        if self.loudness == "off":
            return None
        try:
            target = float(self.loudness)
        except ValueError:
            target = 0.0
        if not -60 <= target <= -5:
            raise UsageError(
                f"--loudness {self.loudness!r} is not a loudness.",
                hint="Give 'off' or LUFS from -60 to -5, such as -23.",
            )
        return target

    def chosen_shots(self, count: int) -> frozenset[int]:
        """Return the numbers, from 1, of the shots that get sound, of ``count`` in the film.

        Raises:
            UsageError: the text is no list of shots, or names one that does not exist.
        """
        if self.shots.strip().lower() == "all":
            return frozenset(range(1, count + 1))
        chosen: set[int] = set()
        for part in self.shots.split(","):
            match = _SPAN.match(part.strip())
            if match is None:
                raise UsageError(f"--shots {self.shots!r} is not a list of shots.", hint="Write all, or 1,3-5.")
            first = int(match[1])
            last = int(match[2] or first)
            if not 1 <= first <= last <= count:
                raise UsageError(f"There is no shot {part.strip()}; the film has {count}.", hint="See: v2a-foley shots")
            chosen.update(range(first, last + 1))
        return frozenset(chosen)

    def prompts(self) -> Mapping[int | None, str]:
        """Return the prompts by shot number; None stands for every shot without one of its own."""
        return parse_prompts(self.prompt)


def parse_prompts(texts: Iterable[str]) -> Mapping[int | None, str]:
    """Read prompts as the command line takes them: ``TEXT`` for all shots, ``N=TEXT`` for one.

    Raises:
        UsageError: a prompt is empty, or two are meant for the same shot.
    """
    prompts: dict[int | None, str] = {}
    for text in texts:
        match = _NUMBERED.match(text)
        number, words = (int(match[1]), match[2].strip()) if match else (None, text.strip())
        if not words:
            raise UsageError("A prompt is empty.", hint='Write --prompt "rain on a roof" or --prompt 3="a dog barks".')
        if number in prompts:
            whose = "every shot" if number is None else f"shot {number}"
            raise UsageError(f"There are two prompts for {whose}.", hint="Give one.")
        prompts[number] = words
    return MappingProxyType(prompts)
