"""A finished demonstration in words and plain values, for the terminal and for JSON. The page is made elsewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from v2a_foley.demo.footage import RATE
from v2a_foley.demo.story import Demo
from v2a_foley.engine.result import finite
from v2a_foley.timebase import as_text


def in_ms(time: Fraction) -> str:
    """Write a small time in milliseconds, with its sign."""
    return f"{float(time * 1000):+.1f} ms".replace("-", "−")


def in_frames(time: Fraction) -> str:
    """Write a small time in frames of the demonstration's film, with its sign."""
    return f"{float(time * RATE):+.2f}".replace("-", "−")


def summary(demo: Demo) -> list[str]:
    """Return what a newcomer should read when the demonstration is done, ending with where the page is."""
    measured, lines = demo.measured, [""]
    lines.append(f"Cuts found on their frame: {measured.cuts_found} of {len(demo.film.cuts)}")
    if measured.impacts is not None:
        worst = measured.impacts.worst
        apart = f"at most {abs(float(worst * RATE)):.2f} frames apart" if worst is not None else "not all of them sound"
        lines.append(f"Visible impacts and their sounds: {len(measured.impacts.strikes)}, {apart}")
    if measured.speech_difference is not None:
        same = "bit-identical" if measured.speech_difference == 0 else f"differs by {measured.speech_difference}/2^23"
        lines.append(f"The original voice under the Foley: {same}")
    lines.append(f"Picture: {'untouched' if measured.picture_same else 'CHANGED'}")
    seconds = float(demo.film.duration)
    lines.append(
        f"{seconds:.0f} s of film in {measured.job_seconds:.1f} s (and {measured.build_seconds:.1f} s to build it)"
    )
    lines += ["", str(demo.page)]
    return lines


def as_dict(demo: Demo) -> dict[str, Any]:
    """Return the demonstration as plain values for JSON: the main job's result, and what was measured."""
    measured, impacts = demo.measured, demo.measured.impacts
    return {
        **demo.result.as_dict(),
        "page": str(demo.page),
        "film": str(demo.film.path),
        "measured": {
            "cuts": len(demo.film.cuts),
            "cuts_found": measured.cuts_found,
            "cuts_invented": measured.cuts_invented,
            "picture_same": measured.picture_same,
            "impacts": [
                {
                    "seen": as_text(strike.seen),
                    "sounds": as_text(strike.sounds) if strike.sounds is not None else None,
                    "offset_frames": round(float(strike.offset * RATE), 3) if strike.offset is not None else None,
                }
                for strike in (impacts.strikes if impacts else ())
            ],
            "sounds_without_impact": [as_text(time) for time in (impacts.others if impacts else ())],
            "speech_difference_24_bit_steps": measured.speech_difference,
            "voice": demo.film.voice,
            "before_lufs": finite(measured.before.integrated),
            "build_seconds": round(measured.build_seconds, 2),
            "job_seconds": round(measured.job_seconds, 2),
        },
    }
