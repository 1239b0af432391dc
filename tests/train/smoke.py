"""``make train-smoke``: a dozen made clips through embed, train, evaluate and run, on tiny models of the true classes.

Run as a program, it says what every step took and ends with an error if the loss did not fall.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from tests.footage import ffmpeg, shots_frames
from tests.tiny.profile import write_profile
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import Procedural
from v2a_foley.project import default_vocabulary

EVENTS = ("rain", "dog_bark", "car", "church_bell")
"""What the clips sound like; each has a look of its own."""
SECONDS, RATE, SIZE = 4, 12, (160, 120)
STEPS = 120


@dataclass(frozen=True)
class Smoke:
    """What a whole pass came to.

    Attributes:
        losses: the training loss at every step.
        seconds: wall-clock seconds a step of the pass.
        folder: where everything lies.
    """

    losses: list[float]
    seconds: dict[str, float]
    folder: Path

    @property
    def fell(self) -> tuple[float, float]:
        """The loss as it began and as it ended: means of ten steps, for single ones are noisy."""
        return float(np.mean(self.losses[:10])), float(np.mean(self.losses[-10:]))


def write_clips(folder: Path, count: int = 12) -> Path:
    """Write short films whose pictures and sounds belong together, by their number. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = default_vocabulary()
    for number in range(count):
        event = vocabulary[EVENTS[number % len(EVENTS)]]
        sound = Procedural().make(SoundRequest(event, SECONDS * 48_000, seed=number))
        wav = folder / f"clip{number:02d}.wav"
        soundfile.write(wav, np.concatenate(list(sound.blocks), axis=1).T, 48_000, subtype="PCM_16")
        looks = shots_frames([], SECONDS * RATE, SIZE, seed=100 * (number % len(EVENTS)) + number)
        picture = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE[0]}x{SIZE[1]}", "-r", str(RATE), "-i", "pipe:0"]
        film = wav.with_suffix(".mp4")
        codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
        ffmpeg(*picture, "-i", wav, *codecs, film, frames=looks)
        wav.unlink()
    return folder


def smoke(folder: Path) -> Smoke:
    """Take the program through all four steps, as a user would call it.

    Raises:
        subprocess.CalledProcessError: a step failed; what it said stands on standard error.
    """
    seconds: dict[str, float] = {}

    def step(name: str, *words: object) -> None:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "v2a_foley.cli.main", *map(str, words)], check=True, stdout=sys.stderr)
        seconds[name] = time.perf_counter() - started

    started = time.perf_counter()
    profile = write_profile(folder / "profile", mapper="bridge")
    clips = write_clips(folder / "clips")
    seconds["make"] = time.perf_counter() - started
    store, mapper = folder / "store", folder / "mapper"
    step("embed", "train", "embed", clips, "-o", store, "--profile", profile, "--clip-length", 2, "--frames", 8)
    small = ("--width", 64, "--depth", 2, "--heads", 2)
    quick = ("--steps", STEPS, "--batch", 16, "--warm-up", 10, "--lr", 2e-3)
    step("train", "train", "mapper", store, "-o", mapper, *quick, *small)
    report = folder / "report.html"
    step("evaluate", "evaluate", "mapper", store, "--mapper", mapper, "--profile", profile, "-o", report)
    step("run", "run", clips / "clip00.mp4", "-o", folder / "sounded.mp4", "--profile", profile, "--mapper", mapper,
         "--steps", 4, "--original", "replace", "--cues", "shots")  # fmt: skip
    with (mapper / "training" / "curve.csv").open(encoding="utf-8") as opened:
        losses = [float(row["loss"]) for row in csv.DictReader(opened) if row["loss"]]
    return Smoke(losses, seconds, folder)


def main() -> int:
    """Run the smoke test in a folder that goes away, or in one that was named."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--keep", type=Path, help="leave everything here")
    keep = arguments.parse_args().keep
    with tempfile.TemporaryDirectory(prefix="v2a-smoke-") as scratch:
        done = smoke(keep or Path(scratch))
    first, last = done.fell
    print(json.dumps({name: round(value, 1) for name, value in done.seconds.items()}))  # noqa: T201 - a program's word
    print(f"loss {first:.3f} -> {last:.3f}, {sum(done.seconds.values()):.0f} s in all")  # noqa: T201 - a program's word
    return 0 if last < first else 1


if __name__ == "__main__":
    sys.exit(main())
