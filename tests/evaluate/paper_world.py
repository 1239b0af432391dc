"""VGGSound and ImageHear as they lie on a disk, a dozen clips and a few photographs that are made in seconds."""

from pathlib import Path

import numpy as np

from tests import footage

LABELS = ("dog barking", "rain, on a roof", "engine idling")
"""One has a comma in it, as many of VGGSound's classes do."""


def write_vggsound(folder: Path, clips: int = 12, *, train: int = 2, lost: int = 1, seconds: float = 1.0) -> Path:
    """Write clips of a second in VGGSound's layout, under the names in use, with a list that names more than there are.

    Args:
        folder: where to.
        clips: of the test part that are there.
        train: of the training part that are there.
        lost: of the test part that are listed and not there.
        seconds: length of each.
    """
    (folder / "video").mkdir(parents=True)
    rows = []
    for number in range(clips + train + lost):
        video, start, label = f"-id{number:02d}_abcdef", 10 * number, LABELS[number % len(LABELS)]
        split = "test" if number < clips or number >= clips + train else "train"
        shown = f'"{label}"' if "," in label else label
        rows.append(f"{video},{start},{shown},{split}")
        if number >= clips + train:
            continue
        stem = f"{video}_{start:06d}" if number % 2 else f"{video}_{start * 1000}_{(start + 10) * 1000}"
        write_clip(folder / "video" / f"{stem}.mp4", number, seconds)
    (folder / "vggsound.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def write_clip(path: Path, number: int, seconds: float) -> None:
    """Write a clip with a picture and a sound of its own: a tone in noise that depends on the class and the number."""
    import soundfile

    count = round(seconds * 10)
    frames = footage.shots_frames([], count, (64, 48), seed=number)
    rate, rng = 16_000, np.random.default_rng(number)
    at = np.arange(round(seconds * rate)) / rate
    tone = np.sin(2 * np.pi * (200 * (1 + number % len(LABELS)) + 10 * number) * at)
    sound = path.with_suffix(".wav")
    soundfile.write(sound, 0.3 * tone + 0.05 * rng.normal(size=at.size), rate)
    silent = footage.make_film(path.with_suffix(".mkv"), seconds=seconds, rate="10", size=(64, 48), frames=frames)
    footage.ffmpeg("-i", silent, "-i", sound, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", path)
    sound.unlink()
    silent.unlink()


def write_imagehear(folder: Path, *, folders: bool = False) -> Path:
    """Write a few photographs under ImageHear's names, or in a folder a class."""
    from PIL import Image

    folder.mkdir(parents=True)
    for number, (label, count) in enumerate((("accordion", 2), ("dog", 1), ("waterfall", 2))):
        for each in range(1, count + 1):
            path = folder / label / f"{each}.jpg" if folders else folder / f"{label}{each}.jpg"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(footage.texture(50 + 10 * number + each, (64, 48))).save(path)
    return folder
