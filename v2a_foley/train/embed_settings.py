"""Everything that a user can choose about ``train embed``, in one dataclass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from v2a_foley.compute import PRECISIONS
from v2a_foley.options import Option, check_options
from v2a_foley.train.sources import KINDS


@dataclass(frozen=True)
class EmbedSettings:
    """How a source becomes a store of pairs.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """

    kind: Annotated[str, Option("What the source is; auto recognises it.", "Source", choices=KINDS)] = "auto"
    clips: Annotated[
        Path | None, Option("Where the clips of VGGSound's list lie; by default beside it.", "Source", metavar="DIR")
    ] = None
    clip_length: Annotated[
        float, Option("Length of a clip; longer films are cut.", "Source", unit="s", least=0.5, most=600)
    ] = 10.0
    least_length: Annotated[float, Option("What is shorter is left out.", "Source", unit="s", least=0.1, most=600)] = (
        1.0
    )
    limit: Annotated[
        int, Option("Take only the first entries of the source; 0 takes all.", "Source", least=0, most=10**9)
    ] = 0
    profile: Annotated[
        str, Option("Whose eyes and ears; it must have a listener.", "Models", metavar="auto|full|DIR")
    ] = "auto"
    frames: Annotated[
        int, Option("Frames of a clip, spread evenly, whose embeddings are averaged.", "Models", least=1, most=4096)
    ] = 64
    device: Annotated[str, Option("Where the networks run.", "Models", metavar="auto|cpu|cuda[:N]|mps")] = "auto"
    precision: Annotated[
        str, Option("Their arithmetic; auto is what the device does best.", "Models", choices=PRECISIONS)
    ] = "auto"
    threads: Annotated[int, Option("Films decoded at once; 0 lets the machine decide.", "Work", least=0, most=64)] = 0
    part: Annotated[
        str, Option("Do one part of the work, on one of several machines that share the store.", "Work", metavar="N/M")
    ] = ""
    retry: Annotated[bool, Option("Try again what is listed as broken.", "Work")] = False
    shard_rows: Annotated[
        int,
        Option(
            "Pairs after which a shard is closed; every five minutes it is closed too.", "Work", least=1, most=65536
        ),
    ] = 1024

    def __post_init__(self) -> None:
        """Check every value against its field's range and choices."""
        check_options(self)
