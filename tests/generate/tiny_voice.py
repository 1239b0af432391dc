"""A tiny AudioLDM for the tests of this room, written and loaded once a process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from tests.tiny.audioldm import write_audioldm
from v2a_foley.compute import Compute
from v2a_foley.embed import normalised
from v2a_foley.generate.audioldm.parts import AudioLdm
from v2a_foley.generate.audioldm.passes import Conditions, Rooms, Work
from v2a_foley.progress import Progress

SIZE = 32
NATIVE = 16_000


@cache
def folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="tiny-audioldm-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return write_audioldm(made, embedding=SIZE)


@cache
def model() -> AudioLdm:
    return AudioLdm.load(folder(), Compute("cpu", "float32"))


def embedding(seed: int) -> np.ndarray:
    return normalised(np.random.default_rng(seed).standard_normal(SIZE))


def conditions(*seeds: int) -> Conditions:
    return Conditions(
        np.stack([embedding(seed) for seed in seeds]), np.repeat(model().unconditional[None], len(seeds), 0), seeds
    )


def work(**rooms) -> Work:
    return Work(model(), Rooms(**rooms), Progress())
