"""Writes the mix and its stems as Broadcast WAV. What sounds where comes from ``programme.py``, how from ``audio``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from v2a_foley.audio.loudness import LAYOUTS, Loudness, LoudnessMeter
from v2a_foley.audio.mix import Mixer, MixSettings
from v2a_foley.audio.read import read_sound
from v2a_foley.audio.stream import Samples
from v2a_foley.audio.wav import WavWriter, to_24_bits
from v2a_foley.files import safe_name, writing
from v2a_foley.media import MediaFacts
from v2a_foley.progress import Progress, Stage
from v2a_foley.project import FOLEY_LAYERS, Layer, Project
from v2a_foley.render.programme import clips_of
from v2a_foley.timebase import from_samples, to_samples

_FULL_SCALE = 2**23


@dataclass(frozen=True)
class RenderedSound:
    """What a film's sound became.

    Attributes:
        mix: the finished mix, 48 kHz 24-bit Broadcast WAV.
        stems: the layers that it consists of, each as long as the film, with the mix's channels; ORIG is among them
            where the original is in the mix. Sample by sample their sum is the mix.
        loudness: what the mix measures.
        gain_db: decibels by which everything was changed to reach the loudness asked for.
    """

    mix: Path
    stems: dict[Layer, Path]
    loudness: Loudness
    gain_db: float = 0.0


def stem_path(folder: Path, film: Path, layer: Layer) -> Path:
    """Return where a stem of a film goes: ``{film}_{LAYER}.wav``."""
    return folder / f"{safe_name(film.stem)}_{layer.value}.wav"


def mix_path(folder: Path, film: Path) -> Path:
    """Return where the mix of a film goes."""
    return folder / f"{safe_name(film.stem)}_MIX.wav"


def render_sound(
    project: Project,
    settings: MixSettings,
    folder: Path,
    progress: Progress | None = None,
    stage: Stage | None = None,
) -> RenderedSound:
    """Mix a project and write the mix and its stems.

    Args:
        project: the film and what should sound.
        settings: how to mix.
        folder: where to write; must exist. Files of the same names are replaced.
        progress: warned of damage in the original; asked whether to stop.
        stage: told how far the mix is, in seconds of film; its total should be the film's length.

    Raises:
        DiskFull: the disk is full; nothing is left behind, as with every other failure.
        RenderError: a take's file is missing or damaged.
        MediaUnreadable: the film's own sound cannot be read.
        Cancelled: the work was asked to stop.
    """
    facts, progress = project.media, progress or Progress()
    mixer = mixer_of(project, settings, progress)
    length, measured = float(from_samples(mixer.samples)), 0.0
    halves = 1 if settings.loudness is None else 2

    def tick(samples: int) -> None:
        nonlocal measured
        progress.check()
        measured += float(from_samples(samples))
        if stage is not None:
            stage.tell(min(measured, length) / 2, "measuring the loudness")

    gain = mixer.programme_gain(tick)
    meter = LoudnessMeter(mixer.layout)
    mix = mix_path(folder, facts.path)
    stems = {Layer(bus): stem_path(folder, facts.path, Layer(bus)) for bus in mixer.buses}
    reference = facts.time_reference
    with ExitStack() as stack:

        def writer(path: Path, what: str) -> WavWriter:
            part = stack.enter_context(writing(path))
            return stack.enter_context(
                WavWriter(
                    part,
                    mixer.channels,
                    time_reference=reference,
                    description=f"{facts.path.stem}: {what}",
                    layout=mixer.layout,
                )
            )

        mix_file = writer(mix, "mix")
        files = {layer: writer(path, layer.value) for layer, path in stems.items()}
        for block in mixer.blocks(gain):
            progress.check()
            whole = {layer: to_24_bits(block[layer.value]) for layer in files}
            for layer, file in files.items():
                file.write(whole[layer])
            total = np.zeros((mixer.channels, whole[next(iter(whole))].shape[1]), np.int32)
            for stem in whole.values():
                total += stem
            np.clip(total, -_FULL_SCALE, _FULL_SCALE - 1, out=total)
            mix_file.write(total)
            meter.feed(np.asarray(total * np.float32(1 / _FULL_SCALE), np.float32))
            if stage is not None:
                stage.tell(length - (length - float(from_samples(mix_file.samples))) / halves, "mixing")
    return RenderedSound(mix, stems, meter.finish(), gain)


def mixer_of(project: Project, settings: MixSettings, progress: Progress | None = None) -> Mixer:
    """Return the mixer for a project: its clips on the layers BG, FX and FOLEY beside the film's own sound."""
    facts = project.media
    samples = to_samples(facts.duration)
    sound = facts.sound

    def original() -> Iterator[Samples]:
        if sound is None:
            raise ValueError("the film has no sound of its own")
        return read_sound(facts.path, sound, origin=facts.origin, samples=samples, progress=progress)

    return Mixer(
        clips_of(project),
        [layer.value for layer in FOLEY_LAYERS],
        samples,
        settings,
        original=None if sound is None else original,
        layout=_layout(facts),
    )


def _layout(facts: MediaFacts) -> str:
    """Return the mix's channel layout: the original's, but stereo for mono and for none."""
    if facts.sound is None or facts.sound.channels <= 2:
        return "stereo"
    layout = facts.sound.layout.replace("(side)", "").replace("(back)", "")
    known = {name: count for count, name in LAYOUTS.items()}
    return layout if known.get(layout) == facts.sound.channels else LAYOUTS.get(facts.sound.channels, layout)
