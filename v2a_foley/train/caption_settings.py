"""Everything that a user can choose about ``train captions``, in one dataclass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from v2a_foley.compute import PRECISIONS
from v2a_foley.errors import UsageError
from v2a_foley.options import Option, check_options

PROCEDURAL = "procedural"
"""What ``--sounds`` calls the sounds that the program makes itself."""


@dataclass(frozen=True)
class CaptionSettings:
    """How captions become a store of pairs.

    Raises:
        UsageError: a value lies outside its range or is none of its choices, or two of them contradict each other.
    """

    events: Annotated[
        bool, Option("Take the event vocabulary: what is seen when a thing sounds, and its caption.", "Texts")
    ] = False
    heard: Annotated[
        bool,
        Option("Pair what is seen with the sounds that the program makes of each event, not with captions.", "Texts"),
    ] = False
    seeds: Annotated[int, Option("How many sounds to make of each event.", "Texts", least=1, most=64)] = 3
    images: Annotated[
        Path | None,
        Option("Correct the eyes' side by the mean of these images or films.", "Modality gap", metavar="DIR"),
    ] = None
    sounds: Annotated[
        str,
        Option(
            "Correct the ears' side by the mean of these sounds, or of those that the program makes.",
            "Modality gap",
            metavar="DIR|procedural",
        ),
    ] = ""
    means: Annotated[
        Path | None, Option("Correct both by the means of a store of clips.", "Modality gap", metavar="STORE")
    ] = None
    profile: Annotated[
        str, Option("Whose words and ears read the texts.", "Models", metavar="auto|pocket|full|DIR")
    ] = "auto"
    device: Annotated[str, Option("Where the networks run.", "Models", metavar="auto|cpu|cuda[:N]|mps")] = "auto"
    precision: Annotated[
        str, Option("Their arithmetic; auto is what the device does best.", "Models", choices=PRECISIONS)
    ] = "auto"

    def __post_init__(self) -> None:
        """Check every value against its field's range and choices, and those that go together."""
        check_options(self)
        if self.means is not None and (self.images is not None or self.sounds):
            raise UsageError(
                "--means corrects both sides already.", hint="Leave out --images and --sounds, or --means."
            )
        if self.heard and self.sounds:
            raise UsageError(
                "With --heard the ears' side is sounds already: there is nothing to correct.",
                hint="Leave out --sounds.",
            )
