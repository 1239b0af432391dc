"""What the library costs: indexing a folder of sounds, opening it again, finding a match, conforming an hour.

Makes the sounds itself. Run: ``python benchmarks/library.py [--files 500]``.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from v2a_foley.embed.pocket import PocketWords
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.library import Library
from v2a_foley.project import Kind, default_vocabulary

WORDS = (
    "door",
    "metal",
    "wood",
    "glass",
    "dog",
    "cat",
    "rain",
    "wind",
    "fire",
    "car",
    "train",
    "bell",
    "clock",
    "bird",
)


def make_sounds(folder: Path, count: int) -> float:
    """Write sounds of half a second to eight, 48 kHz stereo, 24 bits, and return how many seconds they last."""
    rng = np.random.default_rng(0)
    seconds = 0.0
    for number in range(count):
        length = float(rng.uniform(0.5, 8))
        noise = (rng.standard_normal((round(48_000 * length), 2)) * 0.1).astype(np.float32)
        name = " ".join(rng.choice(WORDS, 3, replace=False))
        soundfile.write(folder / f"{name} {number:04d}.wav", noise, 48_000, subtype="PCM_24")
        seconds += length
    return seconds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=500)
    count = options.parse_args().files
    with tempfile.TemporaryDirectory() as room:
        folder, cache = Path(room, "sfx"), Path(room, "cache")
        folder.mkdir()
        seconds = make_sounds(folder, count)
        words = PocketWords()
        words.encode_texts(["a dog barks"])
        started = time.perf_counter()
        Library(folder, words, cache=cache)
        took = time.perf_counter() - started
        print(f"index     {count} files, {seconds:.0f} s of sound: {took:.1f} s, {1000 * took / count:.0f} ms a file")
        started = time.perf_counter()
        library = Library(folder, words, cache=cache)
        print(f"reopen    {time.perf_counter() - started:.2f} s")
        rain = next(event for event in default_vocabulary() if event.kind is Kind.AMBIENCE)
        request = SoundRequest(rain, 3600 * 48_000, channels=2)
        library.can_make(request)
        started = time.perf_counter()
        library.can_make(request)
        print(f"match     {1000 * (time.perf_counter() - started):.1f} ms")
        started = time.perf_counter()
        made = sum(block.shape[1] for block in library.make(request).blocks)
        took = time.perf_counter() - started
        print(f"conform   {made / 48_000:.0f} s in {took:.1f} s: {made / 48_000 / took:.0f} x real time")
        print(f"memory    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
