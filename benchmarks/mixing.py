"""How long mixing takes, and how much memory, for a minute of film and for half an hour.

Thirty clips a minute on three buses beside an original sound in AAC: four stems and the mix. Run it from the
repository's root: ``python -m benchmarks.mixing``. The half hour writes 2.6 GB of stems to the temporary folder.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from tests.footage import make_film
from v2a_foley.project import Cue, Project

RATE = 48_000


def project_for(folder: Path, seconds: int) -> Project:
    from tests.render.projects import bed, cue, project
    from v2a_foley.project import Kind, Layer
    from v2a_foley.video.probe import probe

    rng = np.random.default_rng(1)
    impulse = (rng.standard_normal((1, RATE)) * np.exp(-np.arange(RATE) / 4000) * 0.3).astype(np.float32)
    cues = [bed(0, folder, 0, 10, level=0.02)]
    cues += [cue(1, folder, impulse, 1, 2), cue(2, folder, impulse, 1, 2, layer=Layer.FOLEY)]
    cues += [bed(3, folder, 0, 3, layer=Layer.FX, kind=Kind.CONTINUOUS, level=0.03)]
    ground, hit, step, engine = cues
    every = []
    for minute in range(seconds // 60):
        at = 60 * minute
        every += [moved(ground, f"b{at + n}", at + n, 10) for n in range(0, 60, 10)]
        every += [moved(hit, f"h{at + n}", at + n, 1) for n in range(0, 60, 8)]
        every += [moved(step, f"s{at + n}", at + n, 1) for n in range(3, 60, 6)]
        every += [moved(engine, f"e{at + n}", at + n, 3) for n in range(5, 60, 10)]
    return project(probe(folder / f"{seconds}.mp4"), *every)


def moved(cue: Cue, name: str, start: int, length: int) -> Cue:
    from v2a_foley.timebase import TimeRange

    take = replace(cue.take, id=name)
    return replace(cue, id=name, range=TimeRange(Fraction(start), Fraction(start + length)), takes=(take,), active=name)


def measured(folder: Path, seconds: int, mode: str, loudness: float | None) -> None:
    """Mix once, in this process, and print what it took as JSON."""
    from v2a_foley.audio.mix import MixSettings
    from v2a_foley.render.stems import render_sound

    short = project_for(folder, 60)
    render_sound(short, MixSettings(original=mode, loudness=loudness), folder)  # imports, caches
    work = project_for(folder, seconds)
    started, processor = time.perf_counter(), time.process_time()
    sound = render_sound(work, MixSettings(original=mode, loudness=loudness), folder)
    print(
        json.dumps(
            {
                "clips": len(work.cues),
                "stems": len(sound.stems),
                "wall": time.perf_counter() - started,
                "processor": time.process_time() - processor,
                "memory": peak_memory(),
            }
        )
    )


def peak_memory() -> float:
    """The most memory that this process held, in MB, as Linux tells it (``ru_maxrss`` would count the parent's too)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=4, metavar=("FOLDER", "SECONDS", "MODE", "LOUDNESS"), help="used by itself")
    parser.add_argument("--long", action="store_true", help="also half an hour")
    chosen = parser.parse_args()
    if chosen.one:
        folder, seconds, mode, loudness = chosen.one
        measured(Path(folder), int(seconds), mode, None if loudness == "off" else float(loudness))
        return
    cases = [(60, "mix", "off"), (60, "duck", "off"), (60, "mix", "-23"), (60, "replace", "-23")]
    cases += [(1800, "duck", "off"), (1800, "replace", "-23")] if chosen.long else []
    print(f"{'film':>7} {'original':>9} {'loudness':>9} {'clips':>6} {'stems':>6} {'wall s':>8} {'cpu s':>7} {'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for seconds in sorted({case[0] for case in cases}):  # made here, so that its memory is not counted below
            make_film(Path(folder) / f"{seconds}.mp4", seconds=seconds, rate="5", size=(64, 64), sound="speech")
        for case in cases:
            line = [sys.executable, "-m", "benchmarks.mixing", "--one", folder, *map(str, case)]
            said = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
            print(
                f"{case[0]:>5} s {case[1]:>9} {case[2]:>9} {said['clips']:>6} {said['stems']:>6}"
                f" {said['wall']:>8.2f} {said['processor']:>7.2f} {said['memory']:>6.0f}"
            )


if __name__ == "__main__":
    main()
