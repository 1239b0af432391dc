"""A small version of the demonstration's film, for tests that must be quick."""

from __future__ import annotations

from dataclasses import replace

from v2a_foley.demo.footage import Clip, Part, Rendered, Still, default_parts

SIZE = (320, 180)


def short_parts() -> tuple[Part, ...]:
    """Return a part of each kind, about 10 s together, with two landings and a cut within a clip."""
    street, motorcycle, _, blocks, bunny, _, spoken = default_parts()
    assert isinstance(street, Clip)
    assert isinstance(motorcycle, Still)
    assert isinstance(blocks, Rendered)
    return (
        replace(street, first=107, frames=60, cuts=(30,)),
        replace(motorcycle, frames=30),
        replace(blocks, frames=60),
        replace(bunny, frames=40),
        replace(spoken, frames=60),
    )
