"""Tables of figures as HTML: values and intervals, the best of a column, what to doubt, every column's protocol."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from v2a_foley.evaluate.report.words import text
from v2a_foley.metrics.figure import REFERENCE, Better, Column, Figure, Protocol, Table

_WAYS = {Better.LOWER: ("↓", "lower is better"), Better.HIGHER: ("↑", "higher is better"), Better.NEITHER: ("", "")}
_DIGITS = 4
"""Digits of a column's middle value; one less where it is below 1."""
_MOST_DECIMALS = 5
_WIDEST = 6
"""Columns of figures that stand side by side; where there are more, names stand there instead, if they are fewer."""
_REPORTED = " reported"
"""The class of what was not measured here."""


def table(content: Table, name: str) -> str:
    """Return a table with what it has to say about its figures below it.

    Args:
        content: the table.
        name: an identifier of its own on the page, for references inside it.
    """
    columns = list(content.columns.values())
    best = {each.protocol: best_rows(content, each) for each in columns}
    across, down = [_metric(each, place, name) for place, each in enumerate(columns, start=1)], _names(content)
    cells = [[_cell(content, row, each, best=row in best[each.protocol]) for each in columns] for row in content.rows]
    corner = "Name"
    if len(columns) > _WIDEST and len(content.rows) < len(columns):  # what has many figures reads from top to bottom
        across, down, cells, corner = down, across, [list(each) for each in zip(*cells, strict=True)], "Figure"
    head = "".join(f'<th scope="col" class="num{kind}">{words}</th>' for words, kind in across)
    body = "".join(
        f'<tr><th scope="row" class="name{kind}">{words}</th>{"".join(row)}</tr>'
        for (words, kind), row in zip(down, cells, strict=True)
    )
    return (
        f'<figure class="card table"><figcaption id="{name}"><h3>{text(content.title)}</h3></figcaption>'
        f'<div class="scroll" role="region" aria-labelledby="{name}" tabindex="0"><table aria-labelledby="{name}">'
        f'<thead><tr><th scope="col">{corner}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f"{_key(content, best)}{_protocols(content, columns, name)}</figure>"
    )


def best_rows(content: Table, column: Column) -> set[str]:
    """Return the rows whose figure is the best of a column: more than one where they are equal.

    The reference and figures on too few samples do not compete; where fewer than two rows do, or all are equal, none
    is best.
    """
    known = {
        row: figures[column.protocol].value
        for row, figures in content.rows.items()
        if row != REFERENCE
        and column.protocol in figures
        and figures[column.protocol].enough
        and math.isfinite(figures[column.protocol].value)
    }
    if column.better is Better.NEITHER or len(known) < 2:
        return set()
    winner = (min if column.better is Better.LOWER else max)(known.values())
    best = {row for row, value in known.items() if value == winner}
    return best if len(best) < len(known) else set()


def number(value: float, decimals: int) -> str:
    """Return a number for people: a true minus, thousands parted, and words for what is no number."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    shown = f"{value:,.{decimals}f}"
    return shown.removeprefix("-") if not float(shown.replace(",", "")) else shown.replace("-", "−")


def _decimals(content: Table, column: Column) -> int:
    """Return how many decimals show the column's middle value with enough digits; none where all are whole.

    What was printed elsewhere keeps all the digits that it was printed with.
    """
    values = [figures[column.protocol].value for figures in content.rows.values() if column.protocol in figures]
    values = [abs(value) for value in values if math.isfinite(value) and value]
    if all(value == round(value) for value in values):
        return 0
    middle = median(values)
    usual = max(1, (_DIGITS if middle >= 1 else _DIGITS - 1) - 1 - math.floor(math.log10(middle)))
    printed = [
        rows[column.protocol].value
        for name, rows in content.rows.items()
        if name in content.reported and column.protocol in rows
    ]
    return min(_MOST_DECIMALS, max([usual, *(len(f"{value!r}".partition(".")[2]) for value in printed)]))


def _metric(column: Column, place: int, name: str) -> tuple[str, str]:
    """Return a metric's heading, with the way it wants to go, and no class of its own."""
    arrow, words = _WAYS[column.better]
    way = f' <span aria-hidden="true">{arrow}</span><span class="unseen"> ({words})</span>' if arrow else ""
    unit = f' <span class="unit">{text(column.unit)}</span>' if column.unit else ""
    note = f'<sup><a href="#{name}-{place}" aria-label="protocol {place}">{place}</a></sup>'
    return f"{text(column.protocol.metric)}{way}{unit}{note}", ""


def _names(content: Table) -> list[tuple[str, str]]:
    """Return the names of the rows, with their classes."""
    tag = ' <span class="tag">as reported in the paper</span>'
    return [
        (text(row) + (tag if row in content.reported else ""), _REPORTED if row in content.reported else "")
        for row in content.rows
    ]


def _cell(content: Table, row: str, column: Column, *, best: bool) -> str:
    figure, reported = content.rows[row].get(column.protocol), _REPORTED if row in content.reported else ""
    if figure is None:
        return (
            f'<td class="num none{reported}"><span aria-hidden="true">–</span>'
            '<span class="unseen">not measured</span></td>'
        )
    decimals = _decimals(content, column)
    kind = f"num{' best' if best else ''}{'' if figure.enough else ' few'}{reported}"
    said = '<span class="mark">best</span>' if best else ""
    spread = ""
    if math.isfinite(figure.low) and math.isfinite(figure.high) and figure.high > figure.low:
        spread = f'<span class="range">{number(figure.low, decimals)} to {number(figure.high, decimals)}</span>'
    few = "" if figure.enough else f'<span class="mark">only {figure.samples:,} of {figure.needs:,}</span>'
    value = f'<span class="value">{number(figure.value, decimals)}</span>'
    return f'<td class="{kind}">{value}{said}{spread}{few}</td>'


def _key(content: Table, best: dict[Protocol, set[str]]) -> str:
    """Return what the marks that occur in a table mean."""
    figures = [figure for row in content.rows.values() for figure in row.values()]
    said = []
    if any(figure.high > figure.low for figure in figures):
        said.append("Small figures below a value: its interval.")
    if any(best.values()):
        said.append(f"{_mark('best')} of those who compete: the {REFERENCE} and figures on too few samples do not.")
    if any(not figure.enough for figure in figures):
        said.append(
            f"{_mark('only n of m', 'few')} measured on n samples where m are needed: the value may be far off, and "
            "is not ranked."
        )
    if content.reported:
        said.append('<span class="tag">as reported in the paper</span> copied from a publication, not measured here.')
    return f'<ul class="key">{"".join(f"<li>{each}</li>" for each in said)}</ul>' if said else ""


def _mark(words: str, kind: str = "best") -> str:
    return f'<span class="{kind}"><span class="mark">{words}</span></span>'


def _protocols(content: Table, columns: Sequence[Column], name: str) -> str:
    lines = "".join(
        f'<li id="{name}-{place}"><b>{text(each.protocol.metric)}</b> {_protocol(content, each)}</li>'
        for place, each in enumerate(columns, start=1)
    )
    return f'<div class="protocols"><h4>What each figure rests on</h4><ol>{lines}</ol></div>'


def _protocol(content: Table, column: Column) -> str:
    """Return a column's protocol in full, with how its intervals were found and how many samples it has and needs."""
    protocol = column.protocol
    figures = [row[protocol] for row in content.rows.values() if protocol in row]
    words = [
        *([f"rests on {protocol.rests_on}"] if protocol.rests_on else []),
        *([f"measured on {protocol.data}"] if protocol.data else []),
        *([protocol.details] if protocol.details else []),
        *[f"interval: {each}" for each in dict.fromkeys(figure.interval for figure in figures) if each],
        _counts(figures),
        *[each for each in dict.fromkeys(figure.reason for figure in figures) if each],
    ]
    return text("; ".join(each for each in words if each) + ".")


def _counts(figures: Sequence[Figure]) -> str:
    """Return how many samples stand behind a column, and how many it needs."""
    counts, needs = [each.samples for each in figures], [each.needs for each in figures]
    if max(needs) <= 1:
        return f"n = {_span(counts)}" if max(counts) > 1 else ""
    return f"n = {_span(counts)}, needs {_span(needs)}"


def _span(values: Sequence[int]) -> str:
    least, most = min(values), max(values)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
