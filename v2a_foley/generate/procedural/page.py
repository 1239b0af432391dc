"""The page of a family for the docs, made from the family itself, so that the two cannot disagree. Draws nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from v2a_foley.generate.procedural.family import Family
from v2a_foley.project import Event


def family_page(family: Family, events: Iterable[Event]) -> str:
    """Return a family's page as Markdown: its model, its parameters, who uses it, its source and its picture.

    Args:
        family: what is described.
        events: those of the vocabulary; those of other families are left out.
    """
    own = [event for event in events if event.family == family.name]
    lines = [f"# {family.name}", "", family.summary, "", family.model, ""]
    lines += ["| parameter | default | range |", "|---|---|---|"]
    for item in dataclasses.fields(family.params):
        lines.append(f"| `{item.name}` | {_value(item.default)} | {_range(item.metadata)} |")
    lines += ["", f"Source: {family.source}", ""]
    if own:
        lines += [f"Events: {', '.join(f'`{event.name}` ({event.catid})' for event in own)}.", ""]
    lines += [f"![Spectrograms of {family.name}](../pictures/procedural/{family.name}.png)", ""]
    return "\n".join(lines)


def index_rows(families: Iterable[Family], events: Iterable[Event]) -> list[str]:
    """Return the rows of the table of all families, in Markdown: name and page, summary, number of events."""
    everything = list(events)
    rows = ["| family | what it is | events |", "|---|---|---|"]
    for family in families:
        count = sum(event.family == family.name for event in everything)
        rows.append(f"| [{family.name}](procedural/{family.name}.md) | {family.summary} | {count} |")
    return rows


def shown(family: Family) -> list[Mapping[str, float | str]]:
    """Return the sets of parameters that a family's picture shows, at most twelve."""
    if family.shown:
        return list(family.shown)[:12]
    words = [item for item in dataclasses.fields(family.params) if "choices" in item.metadata]
    numbers = [item for item in dataclasses.fields(family.params) if "low" in item.metadata]
    cells: list[Mapping[str, float | str]] = [
        {item.name: word} for item in words[:1] for word in item.metadata["choices"]
    ]
    for item in numbers:
        cells += [{item.name: item.metadata["low"]}, {item.name: item.metadata["high"]}]
    return cells[:12]


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _range(metadata: Mapping[str, object]) -> str:
    choices = metadata.get("choices")
    if isinstance(choices, tuple):
        return ", ".join(choices)
    return f"{metadata['low']:g} to {metadata['high']:g} {metadata['unit']}".strip()
