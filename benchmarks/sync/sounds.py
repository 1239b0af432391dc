"""A library of sounds to measure with: the program's own strikes, written as files, as a sound editor would keep them.

``python -m benchmarks.sync.sounds FOLDER`` writes it. Each file holds some strikes after a second of silence, and is
called after what it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile

from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import Procedural
from v2a_foley.project import default_vocabulary
from v2a_foley.timebase import SAMPLE_RATE

EVENTS = (
    "anvil", "applause_few", "axe", "ball_bounce", "billiards", "body_fall", "cardboard_box", "chopping", "door_slam",
    "drums", "footsteps_wood", "glass_break", "hammer", "hand_drum", "metal_clang", "pistol", "plate_break",
    "room_tone", "sword_clash", "switch_click", "table_tennis", "wood_knock",
)  # fmt: skip
"""What the rendered scenes ask for, and what lies near it."""
_STRIKES = (1.0, 1.9, 2.9, 3.7)
_SECONDS = 5


def write_library(folder: Path, names: tuple[str, ...] = EVENTS) -> list[Path]:
    """Write one file an event that the vocabulary knows, 48 kHz; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {event.name: event for event in default_vocabulary()}
    written = []
    for number, name in enumerate(names):
        if name not in known:
            continue
        event = known[name]
        hits = tuple((round(time * SAMPLE_RATE), 1.0 - 0.1 * place) for place, time in enumerate(_STRIKES))
        request = SoundRequest(event=event, samples=_SECONDS * SAMPLE_RATE, hits=hits, seed=1000 + number)
        path = folder / f"{event.caption}.wav"
        sound = np.concatenate(list(Procedural().make(request).blocks), axis=1)
        soundfile.write(path, sound.T, SAMPLE_RATE, subtype="PCM_24")
        written.append(path)
    return written


def main(arguments: list[str] | None = None) -> None:
    """Write the library."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    print(f"{len(write_library(parser.parse_args(arguments).folder))} sounds")


if __name__ == "__main__":
    main()
