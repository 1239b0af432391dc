"""Traits without a film: something falls through the cells and strikes, again and again, and turns round as it does."""

from fractions import Fraction

import numpy as np

from v2a_foley.video.traits import CELLS, FRAME, Traits

CELL = {name: number for number, name in enumerate(CELLS)}


def bounces(*, frames=160, rate=25, every=20, rows=9, columns=16, seed=0) -> tuple[Traits, np.ndarray]:
    """Return traits, and the truths in them: ``(m, 4)`` seconds, strength, across, down."""
    rng = np.random.default_rng(seed)
    cells = (0.05 * rng.standard_normal((frames, len(CELLS), rows, columns))).astype(np.float32)
    times = tuple(Fraction(number, rate) for number in range(frames))
    frame = np.zeros((frames, len(FRAME)), np.float32)
    frame[:, -1] = 30 / rate
    truths = []
    column = int(rng.integers(1, columns - 1))
    at = int(rng.integers(every // 2, every))
    while at < frames - 6:
        truths.append((float(times[at]) - 0.3 / rate, 0.8, (column + 0.5) / columns, (rows - 0.5) / rows))
        for back in range(-5, 6):
            row = max(0, rows - 1 - abs(back))
            speed = 1.5 if back < 0 else -1.2
            cells[at + back, [CELL["v"], CELL["thing_v"]], row, column] = speed
            cells[at + back, [CELL["speed"], CELL["thing"], CELL["change"]], row, column] = 1.5
        cells[at, CELL["turn"], rows - 1, column] = 2.0
        at += every + int(rng.integers(-3, 4))
    return Traits(times, cells, frame), np.array(truths, np.float64).reshape(-1, 4)
