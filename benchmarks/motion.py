"""What following the motion adds to the one decode pass over a minute of real footage: medians of alternating runs.

Without it the pass decodes and finds the shots; with it, it measures motion and runs the onset net besides.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.main_job import SIZES, film  # noqa: E402 - found through ROOT
from v2a_foley.media import MediaFacts  # noqa: E402 - found through ROOT
from v2a_foley.sync.onsets.finding import finder_of  # noqa: E402 - found through ROOT
from v2a_foley.video.look import look  # noqa: E402 - found through ROOT
from v2a_foley.video.probe import probe  # noqa: E402 - found through ROOT
from v2a_foley.video.read import read_blocks  # noqa: E402 - found through ROOT
from v2a_foley.video.shots import ShotFinder, detector_of  # noqa: E402 - found through ROOT


def without(facts: MediaFacts) -> int:
    """Decode and find the shots; return how many cuts there are."""
    finder = ShotFinder(detector_of("adaptive", facts.picture.rate), facts.picture.rate)
    for block in read_blocks(facts, short_side=256):
        finder.feed(block)
    return len(finder.finish())


def measured_by_hand(facts: MediaFacts) -> int:
    """Measure motion as well; return how many sharp moments there are."""
    return len(look(facts).motion.peaks)


def with_net(facts: MediaFacts) -> int:
    """Measure motion and run the onset net as well; return how many onsets there are."""
    finder = finder_of("auto")
    assert finder is not None  # noqa: S101 - the shipped net is one
    seen = look(facts, readers=[finder.reader])
    return len(finder.applied(seen.motion, [shot.range.start for shot in seen.shots[1:]]).peaks)


WAYS: dict[str, Callable[[MediaFacts], int]] = {
    "shots alone": without, "shots and motion": measured_by_hand, "shots, motion, net": with_net,
}  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keep the films here for the next time")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        folder.mkdir(exist_ok=True)
        print(f"{'film':<14}{'the pass':<22}{'seconds':>9}{'more':>8}{'found':>8}")
        for size in SIZES:
            facts = probe(film(folder, size))
            spent: dict[str, list[float]] = {name: [] for name in WAYS}
            found = {name: way(facts) for name, way in WAYS.items()}  # also loads what is loaded once
            for _ in range(chosen.runs):
                for name, way in WAYS.items():
                    began = time.perf_counter()
                    way(facts)
                    spent[name].append(time.perf_counter() - began)
            base = median(spent["shots alone"])
            for name in WAYS:
                at = median(spent[name])
                print(f"{size + ' 1 min':<14}{name:<22}{at:>9.2f}{at - base:>8.2f}{found[name]:>8}")


if __name__ == "__main__":
    main()
