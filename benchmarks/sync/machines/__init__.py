"""Machines: scenes put together at random from parts that touch. A net learns from them; nothing is measured on them.

They stand beside ``kinds`` because whole kinds are held out from training: what a net must learn is a contact, not the
look of a hammer.
"""

from __future__ import annotations

import numpy as np

from benchmarks.sync.kinds.stage import stage
from benchmarks.sync.machines.arms import arms, legs
from benchmarks.sync.machines.bodies import flying_bodies, jaws, sliders
from benchmarks.sync.machines.others import drifters, panels, throws, wavers
from benchmarks.sync.machines.part import Part, PartMaker
from benchmarks.sync.quiet import SILENCE
from benchmarks.sync.scene import Kind, Scene

HEARD: dict[str, PartMaker] = {part.__name__: part for part in (flying_bodies, arms, legs, panels, sliders, jaws)}
"""Parts that touch, by name."""
UNHEARD: dict[str, PartMaker] = {part.__name__: part for part in (drifters, wavers, throws)}
"""Parts that only move."""


def _machine(name: str, first: PartMaker) -> Kind:
    heard = name in HEARD
    told, prompt = (f"machine {name}", "a knock") if heard else (f"quiet {name}", SILENCE)

    def kind(rng: np.random.Generator, canvas: tuple[int, int], seconds: float) -> Scene:
        on = stage(rng, canvas, (0.6, 0.92) if rng.uniform() < 0.6 else None)
        parts: list[Part] = [first(rng, on, seconds)]
        if rng.uniform() < 0.3:
            parts.insert(0, UNHEARD[str(rng.choice(sorted(UNHEARD)))](rng, on, seconds))
        if heard and rng.uniform() < 0.15:
            parts.append(HEARD[str(rng.choice(sorted(HEARD)))](rng, on, seconds))
        lights = [part.light for part in parts if part.light]

        def draw(time: float) -> np.ndarray:
            picture = on.picture(time)
            for part in parts:
                part.paint(picture, time)
            for light in lights:
                picture = (picture * light(time)).astype(np.uint8)
            return picture

        hits = [hit for part in parts for hit in part.hits if 0 <= hit.x <= 1 and 0 <= hit.y <= 1]
        return on.scene(told, prompt, seconds, draw, hits)

    return kind


MACHINES: dict[str, Kind] = {name: _machine(name, part) for name, part in HEARD.items()}
"""Machines that are heard, by the name of their first part."""
QUIET_MACHINES: dict[str, Kind] = {name: _machine(name, part) for name, part in UNHEARD.items()}
"""Machines that are not."""
