"""Writes a report as one HTML file that refers to nothing outside itself. What is in it is decided by who measured."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from string import Template

from v2a_foley.evaluate.report.content import Block, Player, Plot, Report, Section, Text
from v2a_foley.evaluate.report.drawings import drawing
from v2a_foley.evaluate.report.players import player, scale
from v2a_foley.evaluate.report.tables import table
from v2a_foley.evaluate.report.words import text
from v2a_foley.files import write_text
from v2a_foley.metrics.figure import Table
from v2a_foley.progress import Progress


def write_report(report: Report, path: Path, *, progress: Progress | None = None) -> Path:
    """Write a report in one step; its sounds and pictures are read now, and lie inside it.

    Args:
        report: what it shows.
        path: the HTML file; replaced if it is there.
        progress: asked whether to stop.

    Returns:
        ``path``.

    Raises:
        MediaNotFound, MediaUnreadable: a sound or a picture to be shown cannot be read.
        RenderError: a sound cannot be encoded.
        OutputError: the place cannot be written.
        DiskFull: there is no space left.
        Cancelled: the work was asked to stop.
        ValueError: a plot is no drawing, or holds more than one.
    """
    write_text(path, page(report, progress=progress))
    return path


def page(report: Report, *, progress: Progress | None = None) -> str:
    """Return the page's whole text; raises as ``write_report`` does."""
    here = files(__package__)
    script = here.joinpath("page.js").read_text("utf-8")
    sections = [_section(section, number, progress) for number, section in enumerate(report.sections, start=1)]
    return Template(here.joinpath("page.html").read_text("utf-8")).substitute(
        title=text(report.title),
        lead=text(report.lead),
        style=here.joinpath("page.css").read_text("utf-8"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
        contents=_contents(report),
        notes=_notes(report),
        sections="\n".join(sections),
    )


def _contents(report: Report) -> str:
    """Return links to the sections, where there is more than one."""
    if len(report.sections) < 2:
        return ""
    links = "".join(
        f'<li><a href="#s{number}">{text(section.title)}</a></li>'
        for number, section in enumerate(report.sections, start=1)
    )
    return f'<nav aria-label="Sections"><ol>{links}</ol></nav>'


def _notes(report: Report) -> str:
    """Return what must be known before a figure is believed."""
    if not report.notes:
        return ""
    lines = "".join(f"<li>{text(note)}</li>" for note in report.notes)
    return (
        f'<aside class="card notes" aria-labelledby="notes"><h2 id="notes">Read this first</h2><ul>{lines}</ul></aside>'
    )


def _section(section: Section, number: int, progress: Progress | None) -> str:
    blocks = "".join(_blocks(section, number, progress))
    return f'<section aria-labelledby="s{number}"><h2 id="s{number}">{text(section.title)}</h2>{blocks}</section>'


def _blocks(section: Section, number: int, progress: Progress | None) -> Iterator[str]:
    """Yield a section's blocks; plots and players that follow each other share a row."""
    place = 0
    for kind, group in groupby(section.blocks, type):
        if kind is Player:
            yield scale()
        cards = []
        for block in group:
            place += 1
            if progress is not None:
                progress.check()
            cards.append(_block(block, f"t{number}-{place}", progress))
        row = {Plot: "plots", Player: "players"}.get(kind)
        yield f'<div class="{row}">{"".join(cards)}</div>' if row else "".join(cards)


def _block(block: Block, name: str, progress: Progress | None) -> str:
    match block:
        case Text():
            return f'<p class="words">{text(block.words)}</p>'
        case Table():
            return table(block, name)
        case Plot():
            return drawing(block)
        case Player():
            return player(block, progress=progress)
