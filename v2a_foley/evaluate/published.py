"""What the paper prints (arXiv 2308.09300), as figures with a protocol of their own: "as printed".

A printed figure never shares a column with one that is measured here, whatever the backbone is called: the same system
was printed with an FD of 24.168 over PANNs, and measured again by others with 8.40. Only a count is a count: the
numbers that a system learns.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from v2a_foley.metrics.figure import Better, Figure, Protocol, Table

TRAINED = Protocol("trained parameters", "a count", details="millions of numbers that learn")
"""The one figure that the paper's systems and ours share."""
_ITEMS = {"VGGSound test": 15_446, "ImageHear": 101}


@dataclass(frozen=True)
class Published:
    """What a publication prints.

    Attributes:
        name: how it is called.
        cite: where it stands.
        rows: its figures, by the system's name.
        trained: millions of learned numbers, by the system's name.
    """

    name: str
    cite: str
    rows: Mapping[str, tuple[Figure, ...]]
    trained: Mapping[str, float]

    def table(self) -> Table:
        """Return what is printed, as a table of its own; every row is marked as reported."""
        table = Table(f"As printed in {self.name}")
        for name, figures in self.rows.items():
            table.add(name, figures, reported=True)
        return table


@cache
def paper() -> Published:
    """Return what the paper prints."""
    content = tomllib.loads(files(__package__).joinpath("published.toml").read_text("utf-8"))
    source, columns = content["source"]["name"], content["column"]
    rows = {
        row["name"]: tuple(
            _figure(row[each["key"]], each, f"as printed in {source}") for each in columns if each["key"] in row
        )
        for row in content["row"]
    }
    trained = {row["name"]: row["trained_millions"] for row in content["row"] if "trained_millions" in row}
    return Published(source, content["source"]["cite"], rows, trained)


def trained_figure(millions: float, *, printed: bool = False) -> Figure:
    """Return a count of learned numbers, in millions; exact, or rounded as it was printed."""
    return Figure(
        TRAINED, millions, millions, millions, 1, 1, Better.LOWER, "as printed" if printed else "exact", unit="M"
    )


def _figure(value: float, column: Mapping[str, Any], how: str) -> Figure:
    protocol = Protocol(f"{column['metric']} (printed)", column["rests_on"], column["data"], how)
    samples = _ITEMS.get(column["data"], 1)
    return Figure(
        protocol, value, value, value, samples, 1, Better(column["better"]), "none is printed", column.get("unit", "")
    )
