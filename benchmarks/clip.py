"""How fast CLIP looks and reads at its real size (ViT-B-32 with seeded random weights): float32 against bfloat16.

Prints medians of several runs, and how alike the two arithmetics are. The figures stand in ``docs/spaces.md``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.tiny.weights import lively  # noqa: E402 - found through ROOT
from v2a_foley.compute import Compute, choose  # noqa: E402 - found through ROOT
from v2a_foley.embed.clip import load_clip  # noqa: E402 - found through ROOT
from v2a_foley.embed.clip_frames import batch_preparation  # noqa: E402 - found through ROOT
from v2a_foley.embed.on_disk import content_hash  # noqa: E402 - found through ROOT

NAME = "ViT-B-32-quickgelu"
FRAMES, TEXTS, RUNS = 64, 32, 3


def speed(work: Callable[[], object], units: int) -> str:
    """Return units a second (the median of several runs, after one that does not count), and a second of processor."""
    work()
    wall, cpu = [], []
    for _ in range(RUNS):
        started, used = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    return f"{units / median(wall):.1f}/s ({units / median(cpu):.1f} a second of processor)"


def write(folder: Path) -> Path:
    import open_clip
    from safetensors.torch import save_file

    weights = folder / "weights.safetensors"
    save_file(lively(open_clip.create_model(NAME).state_dict(), 0), weights)
    return weights


def main() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (FRAMES, 270, 480, 3), dtype=np.uint8)
    texts = [f"the sound of thing number {number}" for number in range(TEXTS)]
    fastest = choose()
    wanted = {"float32": Compute("cpu", "float32"), "bfloat16": Compute("cpu", "bfloat16")}
    if not fastest.on_cpu:
        wanted[f"{fastest.device} {fastest.precision}"] = fastest
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["V2A_FOLEY_CACHE"] = str(folder / "cache")
        weights = write(folder)
        prepare = batch_preparation({"size": 224, "interpolation": "bicubic", "resize_mode": "shortest"})
        assert prepare is not None  # noqa: S101 - the usual way is always there
        print(f"preparing {FRAMES} frames of 480 × 270: {speed(lambda: prepare(frames), FRAMES)}")
        started = time.perf_counter()
        content_hash([weights])
        print(f"hashing {weights.stat().st_size / 1e6:.0f} MB of weights: {time.perf_counter() - started:.2f} s")
        exact = None
        for shown, compute in wanted.items():
            clip = load_clip(NAME, compute, weights=weights)
            started = time.perf_counter()
            clip.eyes.load()
            loaded = time.perf_counter() - started
            seen = clip.eyes.encode_images(frames)
            exact = seen if exact is None else exact
            alike = float(np.sum(seen * exact, axis=1).min())
            looking = speed(lambda clip=clip: clip.eyes.encode_images(frames), FRAMES)
            reading = speed(lambda clip=clip: [clip.words.encode_texts(texts[s : s + 16]) for s in (0, 16)], TEXTS)
            print(f"{shown}: loaded in {loaded:.1f} s, frames {looking}, texts {reading}, least cosine {alike:.6f}")


if __name__ == "__main__":
    main()
