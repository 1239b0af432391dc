"""A figure with all that it needs to be compared: its protocol, its interval, how many samples stand behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from v2a_foley.errors import UsageError

REFERENCE = "reference"
"""The name of the row of what is true: it shows what can be reached, and is never the best."""


class Better(StrEnum):
    """Which way a figure wants to go."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = ""
    """It describes; it does not judge."""


@dataclass(frozen=True)
class Protocol:
    """What has to be equal for two figures to be comparable.

    Attributes:
        metric: its usual short name: ``FD``, ``FAD``, ``KL``, ``IS``, ``CS``, ``R@5`` …
        rests_on: the embedding or classifier, with its version: ``PANNs Cnn14 (32 kHz)``, ``CLAP space 512-ab12…``.
        data: what it was measured on: ``VGGSound test, 10 s``.
        details: whatever else decides the value: ``softmax over 527 classes, KL(reference ‖ generated)``.
    """

    metric: str
    rests_on: str
    data: str = ""
    details: str = ""

    def __str__(self) -> str:
        """Return the protocol in one line."""
        return " · ".join(part for part in (self.metric, self.rests_on, self.data, self.details) if part)


@dataclass(frozen=True)
class Figure:
    """A measured number.

    Attributes:
        protocol: what it may be compared with.
        value: the estimate from all samples.
        low: lower end of its interval.
        high: upper end.
        samples: how many samples it was measured on (the smaller side, where there are two).
        needs: how many samples it needs before it can be trusted.
        better: which way it wants to go.
        interval: how the interval was found: ``95 %, bootstrap of 1000``.
        unit: of the value: ``dB``, ``s``; empty for a plain number.
        reason: why it needs so many samples, one sentence.
    """

    protocol: Protocol
    value: float
    low: float
    high: float
    samples: int
    needs: int
    better: Better
    interval: str = ""
    unit: str = ""
    reason: str = ""

    @property
    def enough(self) -> bool:
        """Whether it was measured on as many samples as it needs."""
        return self.samples >= self.needs


@dataclass(frozen=True)
class Column:
    """A table's column: all figures in it share one protocol."""

    protocol: Protocol
    better: Better
    unit: str = ""


@dataclass
class Table:
    """Rows of figures that can be compared: in one column there is one protocol.

    Attributes:
        title: what it shows.
        columns: in their order, by protocol.
        rows: a row's name, and its figures by protocol; a figure may be missing.
        reported: rows that were not measured here but taken from a publication.
    """

    title: str
    columns: dict[Protocol, Column] = field(default_factory=dict)
    rows: dict[str, dict[Protocol, Figure]] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)

    def add(self, name: str, figures: Sequence[Figure], *, reported: bool = False) -> None:
        """Add a row, or figures to a row that is there.

        Raises:
            UsageError: a figure measures what a column does, by another protocol: it belongs into another table; or
                the row has another figure there already: two things bear one name.
        """
        for figure in figures:
            known = self.rows.get(name, {}).get(figure.protocol)
            if known is not None and known != figure:
                raise UsageError(f"{name} has its {figure.protocol.metric} already.", hint="Call the two rows apart.")
            rival = next(
                (each for each in self.columns if each.metric == figure.protocol.metric and each != figure.protocol),
                None,
            )
            if rival is not None:
                raise UsageError(
                    f"{name}: {figure.protocol} cannot stand in one column with {rival}.",
                    hint="Put figures of another protocol into a table of their own.",
                )
            self.columns.setdefault(figure.protocol, Column(figure.protocol, figure.better, figure.unit))
        self.rows.setdefault(name, {}).update({figure.protocol: figure for figure in figures})
        if reported:
            self.reported.add(name)


def as_dict(figure: Figure) -> Mapping[str, object]:
    """Return a figure as JSON can hold it."""
    protocol = figure.protocol
    return {
        "metric": protocol.metric,
        "rests_on": protocol.rests_on,
        "data": protocol.data,
        "details": protocol.details,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "interval": figure.interval,
        "samples": figure.samples,
        "needs": figure.needs,
        "enough": figure.enough,
        "reason": figure.reason,
        "better": str(figure.better),
        "unit": figure.unit,
    }
