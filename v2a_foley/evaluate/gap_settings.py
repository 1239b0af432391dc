"""What a user can choose about a look at the domain gap; the options of the verb are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from v2a_foley.compute import PRECISIONS
from v2a_foley.options import Option, check_options


@dataclass(frozen=True)
class GapSettings:
    """How the gap between pictures and sounds is measured.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """

    mapper: Annotated[
        tuple[str, ...], Option("A trained mapper's folder. May be given again.", "What", metavar="DIR")
    ] = ()
    captions: Annotated[
        Path | None,
        Option("Texts in the same two spaces, as 'v2a-foley train captions' wrote them.", "What", metavar="STORE"),
    ] = None
    limit: Annotated[
        int, Option("At most so many pairs, and so many captions; 0 takes all.", "What", least=0, most=10**9)
    ] = 10_000
    seed: Annotated[int, Option("Of what the mappers draw.", "What", least=0, most=2**31 - 1)] = 0
    device: Annotated[str, Option("Where the networks run.", "Neural", metavar="auto|cpu|cuda[:N]|mps")] = "auto"
    precision: Annotated[
        str, Option("Their arithmetic; auto is what the device does best.", "Neural", choices=PRECISIONS)
    ] = "auto"
    overwrite: Annotated[bool, Option("Replace a report that exists.", "Files")] = False

    def __post_init__(self) -> None:
        """Check every value against its field's range and choices."""
        check_options(self)
