"""Measures sync through the real program: ``python -m benchmarks.sync.measure --films DIR --out FILE.jsonl``.

Every line of the file is one film under one system: raw events, heard and true. What they amount to: ``figures.py``.
What stands in the file already is not measured again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.sync.cases import Case, read_cases
from benchmarks.sync.road import Outcome, Road
from benchmarks.sync.systems import SYSTEMS, energy_hits
from v2a_foley.errors import FoleyError


@dataclass(frozen=True)
class Job:
    """One film under one system.

    Attributes:
        case: the film.
        system: the system's name.
        generator: what makes the sounds; ``silent`` for the hits alone.
        extra: settings beside the system's own: the profile, the library.
    """

    case: Case
    system: str
    generator: str
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What a line is found again by."""
        return self.case.name, self.system, self.generator


def measured(job: Job) -> dict[str, Any]:
    """Measure one film; what the program refuses is part of the result, never a film less."""
    case, system = job.case, SYSTEMS[job.system]
    line: dict[str, Any] = {
        "film": case.name, "system": job.system, "generator": job.generator, "kind": case.kind, "prompt": case.prompt,
        "seconds": case.seconds, "fps": case.fps, "quiet": case.quiet, "truth": case.truth, "speed": case.speed,
    }  # fmt: skip
    try:
        with TemporaryDirectory(prefix="v2a-sync-") as folder:
            line |= asdict(_outcome(job, system.listed, system.choices(case, Path(folder))))
    except FoleyError as error:
        line["error"] = f"{type(error).__name__}: {error}"
    return line


def _outcome(job: Job, listed: bool, choices: dict[str, Any]) -> Outcome:
    """Run the program; the hits of a list are known, and looking for them would be a waste."""
    if job.generator != "silent":
        return _road().sounded(job.case, {**choices, "generator": job.generator, **dict(job.extra)})
    if not listed:
        return _road().silent(job.case, {**choices, **dict(job.extra)})
    if job.system == "truth":
        return Outcome(tuple(zip(job.case.truth, job.case.strengths, strict=True)))
    return Outcome(tuple(zip(*energy_hits(job.case), strict=True)))


@cache
def _road() -> Road:
    """Return this process's road, whose profile is loaded once."""
    return Road()


def measure_all(jobs: Iterable[Job], out: Path, processes: int = 1) -> int:
    """Measure what is not in the file yet, and append it line by line; return how many films failed.

    Args:
        jobs: what to measure.
        out: a file of JSON lines; made if it is missing.
        processes: one or two at once.
    """
    done = {(line["film"], line["system"], line["generator"]) for line in read_lines(out) if "error" not in line}
    left = [job for job in jobs if job.key not in done]
    out.parent.mkdir(parents=True, exist_ok=True)
    failed = 0
    torn = out.is_file() and not out.read_bytes().endswith(b"\n")
    with out.open("a", encoding="utf-8") as lines:
        lines.write("\n" if torn else "")
        for number, line in enumerate(_results(left, processes), start=1):
            lines.write(json.dumps(line) + "\n")
            lines.flush()
            failed += "error" in line
            what = (
                line.get("error") or f"{len(line['truth'])} true, {len(line['hits'])} hits, {len(line['heard'])} heard"
            )
            print(f"{number}/{len(left)} {line['film']} {line['system']} {line['generator']}: {what}", flush=True)
    return failed


def _results(jobs: list[Job], processes: int) -> Iterator[dict[str, Any]]:
    if processes == 1:
        yield from map(measured, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        yield from pool.map(measured, jobs)


def _one_thread() -> None:
    """Let a process that shares the machine use one thread."""
    import torch

    torch.set_num_threads(1)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return what was measured; of two lines for one film and system the later counts, a torn one does not."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    if not path.is_file():
        return []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        found[line["film"], line["system"], line["generator"]] = line
    return list(found.values())


def main(arguments: list[str] | None = None) -> None:
    """Measure films as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=Path, required=True, help="folder of NAME.mp4, NAME.hits.csv, NAME.json")
    parser.add_argument("--out", type=Path, required=True, help="file of JSON lines; what stands there is kept")
    parser.add_argument("--systems", nargs="+", choices=sorted(SYSTEMS), default=["off", "energy", "hand", "truth"])
    parser.add_argument("--kinds", nargs="+", default=[], help="only these kinds of scene")
    parser.add_argument("--each", type=int, help="at most so many films of each kind")
    parser.add_argument("--silent", action="store_true", help="score the hits alone, no sound")
    parser.add_argument("--generator", choices=["procedural", "library", "audioldm"], default="procedural")
    parser.add_argument("--library", type=Path, help="folder of sounds, for --generator library")
    parser.add_argument("--profile", default="pocket", help="another profile, for --generator audioldm")
    parser.add_argument("--net", type=Path, help="the onset net's file, for the system net; by default the shipped one")
    parser.add_argument("--processes", type=int, choices=[1, 2], default=1)
    chosen = parser.parse_args(arguments)
    extra = {"profile": chosen.profile} | ({"library": str(chosen.library)} if chosen.library else {})
    generator = "silent" if chosen.silent else chosen.generator
    cases = read_cases(chosen.films, each=chosen.each, kinds=frozenset(chosen.kinds))
    nets = {"net": (("onsets", str(chosen.net)),)} if chosen.net else {}
    jobs = [
        Job(case, system, generator, (*extra.items(), *nets.get(system, ())))
        for case in cases
        for system in chosen.systems
    ]
    print(f"{len(cases)} films of {len({case.kind for case in cases})} kinds", flush=True)
    sys.exit(1 if measure_all(jobs, chosen.out, chosen.processes) else 0)


if __name__ == "__main__":
    main()
