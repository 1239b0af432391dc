"""What broadcasters and platforms ask of a finished mix, as values, and whether a mix meets it. Nothing here mixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from v2a_foley.audio.loudness import Loudness

LEAST_SPEECH = 0.15
"""Share of a programme that must be speech for its loudness to be gated by dialogue (Netflix, AES TD1008)."""
_PEAK_SPARE = 0.2
"""Decibels by which meters of true peak differ where a sound is strong near half its sample rate."""


@dataclass(frozen=True)
class Delivery:
    """What a finished mix must measure.

    Attributes:
        name: its name on the command line.
        title: what it is.
        loudness: integrated loudness, LUFS.
        tolerance: LU by which it may miss.
        ceiling: true peak at most, dBTP.
        short_term: loudness of the loudest three seconds at most, LUFS; None where nothing is asked.
        by_dialogue: whether the loudness is that of the speech alone, where there is enough of it.
    """

    name: str
    title: str
    loudness: float
    tolerance: float
    ceiling: float
    short_term: float | None = None
    by_dialogue: bool = False

    @property
    def limit(self) -> float:
        """The true peak to hold a mix to, dBTP, so that any meter finds it below the ceiling."""
        return self.ceiling - _PEAK_SPARE


DELIVERIES: Mapping[str, Delivery] = MappingProxyType(
    {
        each.name: each
        for each in (
            Delivery("ebu", "EBU R 128", -23.0, 0.2, -1.0),
            Delivery("ebu-s1", "EBU R 128 s1 (short-form)", -23.0, 0.2, -1.0, short_term=-18.0),
            Delivery("atsc", "ATSC A/85", -24.0, 2.0, -2.0),
            Delivery("netflix", "Netflix", -27.0, 2.0, -2.0, by_dialogue=True),
            Delivery("web", "the web", -14.0, 1.0, -1.0),
        )
    }
)
"""The presets, by their names."""


@dataclass(frozen=True)
class Check:
    """One number of a delivery.

    Attributes:
        what: what was measured.
        measured: its value; −inf where there was nothing to measure.
        unit: its unit.
        wanted: what is asked, as a reader would say it.
        passed: whether it is met.
    """

    what: str
    measured: float
    unit: str
    wanted: str
    passed: bool


@dataclass(frozen=True)
class DeliveryReport:
    """Whether a finished mix is what was asked for.

    Attributes:
        delivery: what was asked.
        gate: ``programme`` or ``dialogue``: which part of the mix its loudness is that of.
        speech: share of the film that is speech, 0 to 1, as silero-vad estimates it; None where nobody asked.
        checks: each number, measured on the finished mix.
    """

    delivery: Delivery
    gate: str
    speech: float | None
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every number is met."""
        return all(check.passed for check in self.checks)

    def sentence(self) -> str:
        """Say it in one line."""
        said = "; ".join(
            f"{each.what} {_number(each.measured)} {each.unit} ({each.wanted}: {'pass' if each.passed else 'FAIL'})"
            for each in self.checks
        )
        gate = "gated by dialogue" if self.gate == "dialogue" else "gated by programme"
        if self.speech is not None:
            gate += f", {self.speech:.0%} speech by silero-vad's estimate"
        return f"{self.delivery.title}: {said}; {gate}."


def judged(
    delivery: Delivery, loudness: Loudness, *, dialogue: float | None = None, speech: float | None = None
) -> DeliveryReport:
    """Return whether a finished mix is what was asked for.

    Args:
        delivery: what was asked.
        loudness: what the mix measures.
        dialogue: loudness of its speech alone in LUFS, where that was what it was set by.
        speech: share of the film that is speech, where somebody listened for it.
    """
    level = loudness.integrated if dialogue is None else dialogue
    checks = [
        Check(
            "integrated loudness" if dialogue is None else "dialogue loudness",
            level,
            "LUFS",
            f"{delivery.loudness:g} ±{delivery.tolerance:g}",
            isfinite(level) and abs(level - delivery.loudness) <= delivery.tolerance + 1e-9,
        )
    ]
    if delivery.short_term is not None:
        highest = loudness.max_short_term
        wanted = f"at most {delivery.short_term:g}"
        checks.append(Check("maximum short-term", highest, "LUFS", wanted, highest <= delivery.short_term))
    peak = loudness.true_peak
    wanted = f"at most {delivery.ceiling:g}"
    checks.append(Check("true peak", peak, "dBTP", wanted, peak <= delivery.ceiling))
    return DeliveryReport(delivery, "programme" if dialogue is None else "dialogue", speech, tuple(checks))


def why_missed(report: DeliveryReport) -> str:
    """Return the warning for a mix that is not what was asked for, with what stands in the way; empty where it is."""
    if report.passed:
        return ""
    first = next(check for check in report.checks if not check.passed)
    if first.measured == -inf:
        reason = "it is silent, shorter than 0.4 s, or nowhere above the gate of -70 LUFS"
    elif first.unit == "LUFS" and first.measured < report.delivery.loudness:
        reason = "its peaks stand in the way of more level"
    else:
        reason = "its loud and soft parts lie too far apart"
    return (
        f"The mix does not meet {report.delivery.title}: {first.what} {_number(first.measured)} {first.unit}, "
        f"asked {first.wanted}; {reason}."
    )


def _number(value: float) -> str:
    return f"{value:.1f}" if isfinite(value) else "not measurable"
