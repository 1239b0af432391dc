"""What a report is made of, as values: sections of texts, tables, plots and players. Their looks are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from v2a_foley.metrics.figure import Table


@dataclass(frozen=True)
class Text:
    """A paragraph, plain text."""

    words: str


@dataclass(frozen=True)
class Plot:
    """A drawing.

    Attributes:
        svg: the whole ``<svg>`` element, without scripts or references to anything outside it.
        title: what it shows, one line.
        caption: how to read it.
    """

    svg: str
    title: str
    caption: str = ""


@dataclass(frozen=True)
class Player:
    """A sound to listen to, with its spectrogram and, where it has one, its picture.

    Attributes:
        sound: the file; it is embedded.
        title: whose sound it is.
        caption: what belongs to it: seed, score.
        picture: a still, embedded small; or None.
    """

    sound: Path
    title: str
    caption: str = ""
    picture: Path | None = None


Block = Text | Table | Plot | Player


@dataclass(frozen=True)
class Section:
    """A part of the report under a heading. Players that follow each other stand in one row."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes:
        title: its heading.
        lead: what was measured, on what, with which parts: the reader's first paragraph.
        sections: in order.
        notes: what a reader must know before believing a figure: too few samples, missing backbones, licences.
    """

    title: str
    lead: str
    sections: Sequence[Section]
    notes: Sequence[str] = ()
