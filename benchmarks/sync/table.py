"""Writes what was measured as tables: ``python -m benchmarks.sync.table FILE.jsonl``, into a page between two marks.

The marks are lines ``<!-- made: sync -->`` and ``<!-- end: sync -->``. What the figures mean: ``figures.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.sync.figures import Calm, Following, Line, Row, ambience, calm, following, groups, rows
from benchmarks.sync.measure import read_lines
from benchmarks.sync.plots import write_plots
from v2a_foley.files import write_text

BEGIN, END = "<!-- made: sync -->", "<!-- end: sync -->"
SILENT = "silent"


def tables(lines: Sequence[Line]) -> str:
    """Return all tables as Markdown: one part a generator, then the hits alone."""
    generators = sorted({line["generator"] for line in lines}, key=lambda name: (name == SILENT, name))
    parts = []
    for generator in generators:
        those = [line for line in lines if line["generator"] == generator]
        heard = generator != SILENT
        title = f"Heard in the muxed film, sounds by `{generator}`" if heard else "Hits alone, no sound made"
        parts.append(f"### {title}\n")
        parts += [_summary(those, heard=heard), _kinds(those, heard=heard), _calm(calm(those, heard=False))]
        if heard:
            parts.append(_following(following(those)))
            parts.append(_steady(ambience(those)))
        failed = sorted({f"{line['film']} ({line['system']}): {line['error']}" for line in those if "error" in line})
        if failed:
            parts.append("Not measured:\n\n" + "\n".join(f"- {each}" for each in failed) + "\n")
    return "\n".join(part for part in parts if part)


def _summary(lines: Sequence[Line], *, heard: bool) -> str:
    """Return the figures of held-out and of training kinds, all systems."""
    head = ["", "films", "events", "F1 −15…+45 ms", "95 %", "precision", "recall", "AP", "F1 ±50 ms", "median offset"]
    body = []
    for name, those in list(groups(lines).items())[:2]:
        if name.endswith("kinds"):
            body.append([f"**{name}**", *[""] * 9])
            body += [_cells(row) for row in rows(those, heard=heard)]
    return _table(head, body) if body else ""


def _cells(row: Row) -> list[str]:
    interval = f"{row.interval[0]:.2f} – {row.interval[1]:.2f}" if row.interval else "–"
    offset = "–" if row.offset is None else f"{1000 * row.offset:+.0f} ms"
    return [
        row.system, str(row.films), str(row.events), f"{row.f1:.3f}", interval, f"{row.precision:.3f}",
        f"{row.recall:.3f}", f"{row.ap:.3f}", f"{row.wide:.3f}", offset,
    ]  # fmt: skip


def _kinds(lines: Sequence[Line], *, heard: bool) -> str:
    """Return F1 by kind, a column a system."""
    each = {name: rows(those, heard=heard) for name, those in groups(lines).items() if not name.endswith("kinds")}
    if not each:
        return ""
    systems = list(dict.fromkeys(row.system for those in each.values() for row in those))
    body = []
    for name, those in each.items():
        by_system = {row.system: row for row in those}
        cells = [f"{by_system[system].f1:.2f}" if system in by_system else "–" for system in systems]
        body.append([name.replace("_", " "), str(those[0].films), str(those[0].events), *cells])
    return _table(["F1 −15…+45 ms", "films", "events", *systems], body)


def _calm(found: Sequence[Calm]) -> str:
    if not found:
        return ""
    body = [
        [one.system, str(one.films), f"{one.minutes:.1f}", str(one.events), f"{one.rate.value:.2f}",
         f"{one.rate.low:.2f} – {one.rate.high:.2f}"]
        for one in found
    ]  # fmt: skip
    return _table(["nothing happens", "films", "minutes", "false hits", "a minute", "95 %"], body)


def _following(found: Sequence[Following]) -> str:
    if not found:
        return ""
    body = [
        [one.system, one.kind.replace("_", " "), str(one.films), f"{one.median:.2f}", f"{one.least:.2f}"]
        for one in found
    ]
    return _table(["level with speed", "kind", "films", "rank correlation, median", "least"], body)


def _steady(found: Sequence[tuple[str, float]]) -> str:
    if not found:
        return ""
    body = [[name, f"{decibels:+.2f} dB"] for name, decibels in found]
    return _table(["a background alone", "level while fast against slow"], body)


def _table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def put(page: Path, text: str) -> None:
    """Write tables between the marks of a page; where the page or its marks are missing, at its end.

    Raises:
        ValueError: only one of the marks is there.
    """
    old = page.read_text(encoding="utf-8") if page.is_file() else "# Sync\n"
    if (BEGIN in old) != (END in old):
        raise ValueError(f"{page.name} has one of the marks {BEGIN} and {END}, and not the other.")
    if BEGIN not in old:
        old = f"{old.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    write_text(page, f"{before}{BEGIN}\n\n{text.rstrip()}\n\n{END}{after}")


def main(arguments: list[str] | None = None) -> None:
    """Write the tables and plots of files of measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="what measure wrote")
    parser.add_argument("--page", type=Path, help="write into this page; by default print")
    parser.add_argument("--plots", type=Path, help="folder for sync-offsets.svg and sync-film.svg")
    chosen = parser.parse_args(arguments)
    lines = [line for file in chosen.files for line in read_lines(file)]
    if chosen.page is None:
        print(tables(lines))
    else:
        put(chosen.page, tables(lines))
    if chosen.plots is not None:
        write_plots(lines, chosen.plots)


if __name__ == "__main__":
    main()
