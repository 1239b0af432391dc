"""Makes the sounds of a data set with a profile's voice: the picture alone speaks, as in the paper.

Every sound is a finished file with a record beside it, named by its item; a second call goes on with what is missing.
What the sounds are worth is elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.wav import WavWriter
from v2a_foley.embed import Embeddings
from v2a_foley.engine.seeds import seed_for
from v2a_foley.engine.spot import WHOLE_SHOT
from v2a_foley.evaluate.contestants import Contestant
from v2a_foley.evaluate.dataset import Item
from v2a_foley.evaluate.seen import Seen
from v2a_foley.files import translated, write_text, writing
from v2a_foley.generate import Sound, SoundRequest
from v2a_foley.progress import Progress
from v2a_foley.timebase import to_samples

if TYPE_CHECKING:
    from v2a_foley.generate.audioldm import AudioLdmVoice

STAGE = "clips"
FORMAT = "v2a-foley generated clip"
TOGETHER = 64
"""Items that are asked of the mapper and of the voice at once; between two such groups a kill loses nothing."""


@dataclass(frozen=True)
class Variant:
    """One way of making sounds.

    Attributes:
        name: what its row is called.
        contestant: the mapper.
        frames: of each clip that the eyes look at.
        steps: the voice's denoising steps.
        guidance: the voice's.
        scheduler: the voice's.
        seconds: length of each sound.
        seed: everything random depends on it and on the item's name.
    """

    name: str
    contestant: Contestant
    frames: int = 64
    steps: int = 25
    guidance: float = 2.5
    scheduler: str = "dpm++"
    seconds: Fraction = Fraction(10)
    seed: int = 0

    def record(self, voice: AudioLdmVoice, eyes: str) -> dict[str, Any]:
        """Return all that decides its sounds, as JSON can hold it.

        Args:
            voice: what makes them.
            eyes: the fingerprint of the eyes' space.
        """
        return {
            "mapper": self.contestant.identity,
            "kind": self.contestant.kind,
            "eyes": eyes,
            "ears": self.contestant.mapper.target.fingerprint,
            "frames": self.frames,
            "steps": self.steps,
            "guidance": self.guidance,
            "scheduler": self.scheduler,
            "seconds": str(self.seconds),
            "seed": self.seed,
            "voice": voice.weights,
            "precision": voice.compute.precision,
            "rate": voice.native_rate,
        }


@dataclass(frozen=True)
class Clip:
    """One sound that was made.

    Attributes:
        item: what it was made for.
        path: the sound.
        seconds: what making it took, its share of the time of all that were made together.
        device: on what.
        seed: of the voice.
        licence: of the sound.
    """

    item: Item
    path: Path
    seconds: float
    device: str
    seed: int
    licence: str


def make_clips(
    variant: Variant, seen: Seen, voice: AudioLdmVoice, folder: Path, progress: Progress
) -> tuple[Clip, ...]:
    """Return a sound for every item of a data set, making those that are not there yet.

    Args:
        variant: how.
        seen: the items, and what the eyes made of them.
        voice: set as the variant says.
        folder: where the sounds are kept, in a folder that is named by all that decides them.
        progress: told of the items, in the stage ``clips``.

    Raises:
        SpaceMismatch: the mapper does not lead from the eyes to the voice.
        OutputError, DiskFull: the folder cannot be written to.
        Cancelled: the work was asked to stop; the sounds that are finished are kept.
    """
    voice.space.require(variant.contestant.mapper.target, what=f"The mapper {variant.contestant.name!r}")
    record = variant.record(voice, variant.contestant.mapper.source.fingerprint)
    place = folder / _folder_name(record) / seen.data.short
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, place) from error
    items = seen.data.items
    done = {
        number: clip
        for number, (item, row) in enumerate(zip(items, seen.embeddings, strict=True))
        if (clip := _finished(item, place, record, _seen_as(row)))
    }
    todo = [number for number in range(len(items)) if number not in done]
    with progress.stage(STAGE, len(items), variant.name) as stage:
        stage.tell(len(done), variant.name)
        for start in range(0, len(todo), TOGETHER):
            group = todo[start : start + TOGETHER]
            some = [items[number] for number in group]
            made = _made(variant, some, seen.embeddings[group], voice, place, record, progress)
            with closing(made):
                for at, clip in made:
                    done[group[at]] = clip
                    stage.advance(1, f"{variant.name}: {clip.item.label}")
    return tuple(done[number] for number in range(len(items)))


def _made(
    variant: Variant, items: Sequence[Item], seen: Embeddings, voice: AudioLdmVoice, place: Path,
    record: Mapping[str, Any], progress: Progress,
) -> Generator[tuple[int, Clip], None, None]:  # fmt: skip
    """Map and voice some items together; yield each by its place among them once its files are there."""
    started = time.perf_counter()
    seeds = [seed_for(variant.seed, item.key, "mapper", 1) for item in items]
    mapped = variant.contestant.mapper.map(seen, seeds, step_done=lambda _done, _of: progress.check())
    mapping = (time.perf_counter() - started) / len(items)
    requests = [_request(variant, item, row, voice.native_rate) for item, row in zip(items, mapped, strict=True)]
    timed = _timed(voice.make_all(requests, progress))
    device = _device(voice)
    with closing(timed):
        for at, sound, seconds in timed:
            item, request = items[at], requests[at]
            path = place / f"{item.key}.wav"
            _write(path, sound, request)
            content = {
                "format": FORMAT,
                "item": item.key,
                "label": item.label,
                "settings": dict(record),
                "seen": _seen_as(seen[at]),
                "voice_seed": request.seed,
                "mapper_seed": seeds[at],
                "seconds": {"map": mapping, "voice": seconds},
                "device": device,
                "source": sound.source,
                "licence": sound.licence,
            }
            write_text(path.with_suffix(".json"), json.dumps(content, indent=1, ensure_ascii=False) + "\n")
            yield at, Clip(item, path, mapping + seconds, device, request.seed, sound.licence)


def _request(variant: Variant, item: Item, embedding: NDArray[np.float32], rate: int) -> SoundRequest:
    """Return what the voice is asked for: one sound at its own rate that stands for all that is seen."""
    return SoundRequest(
        event=WHOLE_SHOT,
        samples=to_samples(variant.seconds, rate),
        seed=seed_for(variant.seed, item.key, "voice", 1),
        sample_rate=rate,
        embedding=embedding,
    )


def _timed(sounds: Iterator[tuple[int, Sound]]) -> Generator[tuple[int, Sound, float], None, None]:
    """Yield sounds with the seconds that were waited for each: the first of a batch bears the time of all of it."""
    with ExitStack() as stack:
        if isinstance(sounds, Generator):
            stack.callback(sounds.close)  # what it holds is let go at once, however this ends
        while True:
            started = time.perf_counter()
            found = next(sounds, None)
            if found is None:
                return
            yield (*found, time.perf_counter() - started)


def _write(path: Path, sound: Sound, request: SoundRequest) -> None:
    written = 0
    with writing(path) as part:
        with WavWriter(part, request.channels, bits=24, sample_rate=request.sample_rate) as wav:
            for block in sound.blocks:
                wav.write(block)
                written += block.shape[1]
        if written != request.samples:
            raise AssertionError(f"{written} samples of {request.samples} were made for {path.stem}")


def _seen_as(embedding: NDArray[np.float32]) -> str:
    """Return the beginning of a hash over what was seen: another file of the same name sounds otherwise."""
    return hashlib.sha256(np.ascontiguousarray(embedding).tobytes()).hexdigest()[:12]


def _finished(item: Item, place: Path, record: Mapping[str, Any], seen_as: str) -> Clip | None:
    """Return the clip that an earlier call finished, or None: its record is written last."""
    path = place / f"{item.key}.wav"
    try:
        content = json.loads(path.with_suffix(".json").read_text("utf-8"))
        same = content["settings"] == dict(record) and content["seen"] == seen_as
        if content["format"] != FORMAT or not same or not path.is_file():
            return None
        return Clip(
            item,
            path,
            sum(float(each) for each in content["seconds"].values()),
            str(content["device"]),
            int(content["voice_seed"]),
            str(content["licence"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _folder_name(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, sort_keys=True)
    return f"{record['kind'] or 'mapper'}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _device(voice: AudioLdmVoice) -> str:
    """Return on what sounds are made, in words."""
    known = voice.compute.record()
    threads = f", {known['threads']} threads" if voice.compute.on_cpu else ""
    return f"{known['device']} ({known['device_name']}), {known['precision']}{threads}"
