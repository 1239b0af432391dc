"""What a user can choose about the two comparisons of mappers; the options of the verbs are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from v2a_foley.compute import PRECISIONS
from v2a_foley.engine.settings import SCHEDULERS
from v2a_foley.errors import UsageError
from v2a_foley.options import Option, check_options

EVENTS = "events"
"""The captions of the event vocabulary."""
ABLATIONS = ("mapper", "guidance", "steps", "frames")
_DEVICE = Option("Where the networks run.", "Neural", metavar="auto|cpu|cuda[:N]|mps")
_PRECISION = Option("Their arithmetic; auto is what the device does best.", "Neural", choices=PRECISIONS)
_MAPPER = Option("A trained mapper's folder. May be given again.", "What", metavar="DIR")
_OVERWRITE = Option("Replace a report that exists.", "Files")


@dataclass(frozen=True)
class MapperSettings:
    """How mappers are compared on a store of pairs.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """

    mapper: Annotated[tuple[str, ...], _MAPPER] = ()
    profile: Annotated[
        str,
        Option(
            "Whose words read the captions of the bridge; without a fitting profile the bridge is left out.",
            "What",
            metavar="auto|pocket|full|DIR",
        ),
    ] = "auto"
    captions: Annotated[
        str,
        Option(
            "What the bridge stands on: the events' captions, or a file with one a line.", "What", metavar="events|FILE"
        ),
    ] = EVENTS
    limit: Annotated[
        int, Option("At most so many pairs, drawn by their names; 0 takes all.", "What", least=0, most=10**9)
    ] = 0
    seeds: Annotated[int, Option("Draws of each mapper that draws.", "What", least=2, most=32)] = 3
    seed: Annotated[int, Option("The first of them.", "What", least=0, most=2**31 - 1)] = 0
    guidance: Annotated[str, Option("Guidances to compare for mappers that draw.", "Ablations", metavar="G,G…")] = ""
    steps: Annotated[
        str, Option("Numbers of sampling steps to compare for mappers that draw.", "Ablations", metavar="N,N…")
    ] = ""
    device: Annotated[str, _DEVICE] = "auto"
    precision: Annotated[str, _PRECISION] = "auto"
    overwrite: Annotated[bool, _OVERWRITE] = False

    def __post_init__(self) -> None:
        """Check every value against its field's range and choices."""
        check_options(self)
        self.guidances()
        self.step_counts()

    def guidances(self) -> tuple[float, ...]:
        """Return the guidances to compare."""
        return numbers(self.guidance, "--guidance", 0, 100)

    def step_counts(self) -> tuple[int, ...]:
        """Return the numbers of steps to compare."""
        return whole_numbers(self.steps, "--steps", 1, 1000)


@dataclass(frozen=True)
class PaperSettings:
    """How the paper's protocol is run.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """

    profile: Annotated[str, Option("Which eyes and voice work together.", "What", metavar="auto|full|DIR")] = "full"
    mapper: Annotated[tuple[str, ...], _MAPPER] = ()
    backbone: Annotated[
        tuple[str, ...],
        Option(
            "What listens, with its weights where it needs some. May be given again.", "What", metavar="KEY[=WEIGHTS]"
        ),
    ] = ()
    limit: Annotated[int, Option("At most so many clips of VGGSound; 0 takes all.", "What", least=0, most=10**9)] = 0
    duration: Annotated[float, Option("Length of each sound.", "What", unit="s", least=0.5, most=60)] = 10.0
    frames: Annotated[int, Option("Frames of each clip, averaged.", "What", least=1, most=4096)] = 64
    seed: Annotated[int, Option("The same seed gives the same sounds.", "What", least=0, most=2**31 - 1)] = 0
    steps: Annotated[int, Option("Denoising steps of a sound.", "Neural", least=1, most=1000)] = 25
    guidance: Annotated[
        float, Option("How closely a sound follows its embedding; 1 is unguided.", "Neural", least=1, most=20)
    ] = 2.5
    scheduler: Annotated[str, Option("How the steps are taken.", "Neural", choices=SCHEDULERS)] = "dpm++"
    device: Annotated[str, _DEVICE] = "auto"
    precision: Annotated[str, _PRECISION] = "auto"
    ablations: Annotated[
        str, Option(f"Which ablations to run: {', '.join(ABLATIONS)}, or none.", "Ablations", metavar="all|none|NAME,…")
    ] = "all"
    ablation_limit: Annotated[int, Option("Clips of VGGSound for each ablation.", "Ablations", least=2, most=10**9)] = (
        200
    )
    guidances: Annotated[str, Option("The voice's guidances to compare.", "Ablations", metavar="G,G…")] = "1,2.5,4.5"
    step_counts: Annotated[str, Option("Its numbers of steps.", "Ablations", metavar="N,N…")] = "10,25,50"
    frame_counts: Annotated[str, Option("Numbers of frames.", "Ablations", metavar="N,N…")] = "1,8,64"
    overwrite: Annotated[bool, _OVERWRITE] = False

    def __post_init__(self) -> None:
        """Check every value against its field's range and choices."""
        check_options(self)
        self.chosen_ablations()
        self.all_guidances()
        self.all_steps()
        self.all_frames()

    def chosen_ablations(self) -> tuple[str, ...]:
        """Return the names of the ablations to run, in the order of ``ABLATIONS``."""
        words = [word.strip() for word in self.ablations.split(",") if word.strip()]
        if words == ["all"]:
            return ABLATIONS
        if words == ["none"]:
            return ()
        unknown = [word for word in words if word not in ABLATIONS]
        if unknown or not words:
            raise UsageError(
                f"--ablations {self.ablations!r} is not understood.",
                hint=f"Choose all, none, or of {', '.join(ABLATIONS)}.",
            )
        return tuple(name for name in ABLATIONS if name in words)

    def all_guidances(self) -> tuple[float, ...]:
        """Return the voice's guidances to compare."""
        return numbers(self.guidances, "--guidances", 1, 20)

    def all_steps(self) -> tuple[int, ...]:
        """Return the voice's numbers of steps to compare."""
        return whole_numbers(self.step_counts, "--step-counts", 1, 1000)

    def all_frames(self) -> tuple[int, ...]:
        """Return the numbers of frames to compare."""
        return whole_numbers(self.frame_counts, "--frame-counts", 1, 4096)


def numbers(text: str, name: str, least: float, most: float) -> tuple[float, ...]:
    """Read numbers parted by commas, each once, rising; an empty text holds none.

    Raises:
        UsageError: a part is no number, or out of its range.
    """
    try:
        found = {float(part) for part in text.split(",") if part.strip()}
    except ValueError as error:
        raise UsageError(f"{name} {text!r} is not a list of numbers.", hint=f"Write {name} 1,1.5,2.5.") from error
    wrong = [each for each in found if not least <= each <= most]
    if wrong:
        raise UsageError(f"{name} {min(wrong):g} is out of range.", hint=f"Choose {least:g} to {most:g}.")
    return tuple(sorted(found))


def whole_numbers(text: str, name: str, least: int, most: int) -> tuple[int, ...]:
    """Read whole numbers parted by commas, as ``numbers``."""
    found = numbers(text, name, least, most)
    if any(each != int(each) for each in found):
        raise UsageError(f"{name} {text!r} holds a broken number.", hint="Steps and frames are whole.")
    return tuple(int(each) for each in found)
