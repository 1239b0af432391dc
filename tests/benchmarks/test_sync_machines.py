"""Machines, the scenes that nets learn from: the same from the same seed, and their contacts seen in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.sync.kinds import KINDS
from benchmarks.sync.machines import MACHINES, QUIET_MACHINES
from benchmarks.sync.quiet import QUIET
from benchmarks.sync.render import chosen

CANVAS = (320, 180)
SECONDS = 4.0


@pytest.mark.parametrize("name", sorted(MACHINES | QUIET_MACHINES))
def test_a_machine_keeps_its_word(name):
    make = (MACHINES | QUIET_MACHINES)[name]
    met = 0
    for seed in range(4):
        scene, again = (make(np.random.default_rng(seed), CANVAS, SECONDS) for _ in range(2))
        assert scene.hits == again.hits
        assert np.array_equal(scene.draw(1.37), again.draw(1.37))
        assert all(0 <= hit.time < SECONDS and 0 <= hit.x <= 1 and 0 <= hit.y <= 1 for hit in scene.hits)
        assert [hit.time for hit in scene.hits] == sorted(hit.time for hit in scene.hits)
        met += len(scene.hits)
    assert bool(met) == (name in MACHINES)


def test_machines_are_none_of_the_kinds_that_are_measured():
    assert not (set(MACHINES) | set(QUIET_MACHINES)) & (set(KINDS) | set(QUIET))
    loud, quiet = chosen("machines")
    assert (loud, quiet) == (MACHINES, QUIET_MACHINES)
    measured, _ = chosen("all")
    assert not set(measured) & set(MACHINES)
