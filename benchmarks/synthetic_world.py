"""The paper's claim on a world with known answers: each kind of mapper from five starts, with intervals over them.

Two random but fixed spaces, thirty things that sound in three ways each (``tests/train/world.py``). It prints figures,
not seconds; it takes some minutes on two cores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402 - found through ROOT, as what follows

from tests.evaluate.claim import means, measured  # noqa: E402 - found through ROOT


def main() -> None:
    """Train, measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--steps", type=int, default=700)
    options.add_argument("--world", type=int, default=1)
    given = options.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="v2a-world-") as folder:
        found = means(measured(Path(folder), range(1, given.seeds + 1), world=given.world, steps=given.steps))
    metrics = list(next(iter(found.values())))
    print(f"{given.seeds} starts, {given.steps} steps, world {given.world}: mean [95 %, Student's t over the starts]")
    print(f"{'':<12}" + "".join(f"{metric:>26}" for metric in metrics))
    for name, figures in found.items():
        cells = (f"{each.value:.3f} [{each.low:.3f}, {each.high:.3f}]" for each in figures.values())
        print(f"{name:<12}" + "".join(f"{cell:>26}" for cell in cells))


if __name__ == "__main__":
    main()
