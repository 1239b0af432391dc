"""What a user can choose about a comparison of sounds; the options of the verb are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from v2a_foley.evaluate.backbone_keys import KEYS
from v2a_foley.options import Option, check_options


@dataclass(frozen=True)
class SoundSettings:
    """How sounds are compared with true ones.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """

    reference: Annotated[
        Path | None, Option("The true sounds; what bears the same name is compared as a pair.", "What", metavar="DIR")
    ] = None
    backbone: Annotated[
        tuple[str, ...],
        Option(
            f"What listens: {', '.join(KEYS)}; by default all whose weights are here. May be given again.",
            "What",
            metavar="KEY[=WEIGHTS]",
        ),
    ] = ()
    captions: Annotated[
        Path | None,
        Option("What should be heard, for CLAP: a list with the columns file,caption.", "What", metavar="FILE.csv"),
    ] = None
    takes: Annotated[
        Path | None,
        Option(
            "Which sounds are takes of one clip, where their names do not say it (bark_1, bark_2): file,clip.",
            "What",
            metavar="FILE.csv",
        ),
    ] = None
    images: Annotated[
        Path | None,
        Option("The pictures or films that the sounds were made for, by name, for wav2clip.", "What", metavar="DIR"),
    ] = None
    eyes: Annotated[
        Path | None,
        Option("OpenAI's CLIP ViT-B/32, for --images; by default the installed one.", "What", metavar="DIR"),
    ] = None
    frames: Annotated[int, Option("Frames of each film, averaged.", "What", least=1, most=4096)] = 64
    length: Annotated[
        float,
        Option(
            "Each sound is cut to this length, or followed by silence up to it; 0 leaves each as it is.",
            "What",
            unit="s",
            least=0,
            most=600,
        ),
    ] = 10.0
    players: Annotated[int, Option("How many clips can be listened to in the report.", "Files", least=0, most=64)] = 4
    device: Annotated[str, Option("Where the networks run.", "Neural", metavar="auto|cpu|cuda[:N]|mps")] = "auto"
    overwrite: Annotated[bool, Option("Replace a report that exists.", "Files")] = False

    def __post_init__(self) -> None:
        """Check every value against its field's range and choices."""
        check_options(self)
