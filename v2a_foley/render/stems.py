"""Writes the mix, its stems and the mix without its dialogue as Broadcast WAV.

What sounds where comes from ``programme.py``, how from ``audio``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2a_foley.audio.delivery import DeliveryReport
from v2a_foley.audio.loudness import LAYOUTS, Loudness, LoudnessMeter
from v2a_foley.audio.mix import DIALOGUE, MUSIC, ORIGINAL, Mixer, MixSettings
from v2a_foley.audio.read import read_sound
from v2a_foley.audio.sources import Own
from v2a_foley.audio.stream import Samples
from v2a_foley.audio.wav import WavWriter, to_24_bits
from v2a_foley.audio.weighting import EnergyMeter, gated, within
from v2a_foley.errors import UsageError
from v2a_foley.files import writing
from v2a_foley.media import MediaFacts, SoundStream, Tracks
from v2a_foley.progress import Progress, Stage
from v2a_foley.project import FOLEY_LAYERS, Project
from v2a_foley.project.names import Naming
from v2a_foley.render.programme import clips_of
from v2a_foley.timebase import from_samples, to_samples

_FULL_SCALE = 2**23
MIX, EFFECTS, MUSIC_AND_EFFECTS = "MIX", "EFX", "ME"
"""What the mix is called where its layer would stand, and the mix without its dialogue."""


@dataclass(frozen=True)
class RenderedSound:
    """What a film's sound became.

    Attributes:
        mix: the finished mix, 48 kHz 24-bit Broadcast WAV.
        stems: what it consists of, by layer, each as long as the film, with the mix's channels; ORIG is among them
            where the original is in the mix, or DX and MX in its place. Sample by sample their sum is the mix.
        loudness: what the mix measures.
        gain_db: decibels by which everything was changed to reach the loudness asked for.
        reduced: the mix without its dialogue: ``ME`` where the dialogue is known, else ``EFX``, the new sound alone.
        speech: loudness of the mix within the speech in LUFS, where that was what it was set by.
        delivery: whether it is what was asked for, where something was.
    """

    mix: Path
    stems: dict[str, Path]
    loudness: Loudness
    gain_db: float = 0.0
    reduced: dict[str, Path] = field(default_factory=dict)
    speech: float | None = None
    delivery: DeliveryReport | None = None


def stem_layers(tracks: Tracks) -> tuple[str, ...]:
    """Return what a folder of stems may hold: the layers, and the mix without dialogue."""
    foley = (layer.value for layer in FOLEY_LAYERS)
    return (ORIGINAL, DIALOGUE, MUSIC, *foley, reduced_name(tracks))


def reduced_name(tracks: Tracks) -> str:
    """Return what the mix without its dialogue is called: nobody may call it M&E who does not know the dialogue."""
    return EFFECTS if tracks.dialogue is None else MUSIC_AND_EFFECTS


def render_sound(
    project: Project,
    settings: MixSettings,
    folder: Path,
    progress: Progress | None = None,
    stage: Stage | None = None,
    *,
    naming: Naming | None = None,
    tracks: Tracks | None = None,
    dated: bool = True,
) -> RenderedSound:
    """Mix a project and write the mix and its stems.

    Args:
        project: the film and what should sound.
        settings: how to mix.
        folder: where to write; must exist. Files of the same names are replaced.
        progress: warned of damage in the original; asked whether to stop.
        stage: told how far the mix is, in seconds of film; its total should be the film's length.
        naming: how the files are called.
        tracks: which of the film's own tracks are what; the named ones then sound in the mix.
        dated: whether the files say when they were made; without, the same mix gives the same files.

    Raises:
        DiskFull: the disk is full; nothing is left behind, as with every other failure.
        RenderError: a take's file is missing or damaged.
        UsageError: a named track does not exist.
        MediaUnreadable: the film's own sound cannot be read.
        Cancelled: the work was asked to stop.
    """
    facts, progress = project.media, progress or Progress()
    naming, tracks = naming or Naming(), tracks or Tracks()
    mixer = mixer_of(project, settings, progress, tracks)
    length, measured = float(from_samples(mixer.samples)), 0.0
    halves = 1 if settings.loudness is None else 2

    def tick(samples: int) -> None:
        nonlocal measured
        progress.check()
        measured += float(from_samples(samples))
        if stage is not None:
            stage.tell(min(measured, length) / 2, "measuring the loudness")

    def path_of(layer: str) -> Path:
        return folder / naming.stem_name(facts.path, layer, facts.start_timecode)

    ride = mixer.levelled(tick)
    meter, energies = LoudnessMeter(mixer.layout), EnergyMeter(mixer.layout)
    mix = path_of(MIX)
    stems = {bus: path_of(bus) for bus in mixer.buses}
    reduced = {reduced_name(tracks): path_of(reduced_name(tracks))}
    own = (ORIGINAL, DIALOGUE, MUSIC) if tracks.dialogue is None else (DIALOGUE,)
    effects = [bus for bus in mixer.buses if bus not in own]
    with ExitStack() as stack:

        def writer(path: Path, what: str) -> WavWriter:
            part = stack.enter_context(writing(path))
            return stack.enter_context(
                WavWriter(
                    part,
                    mixer.channels,
                    time_reference=facts.time_reference,
                    description=f"{facts.path.stem}: {what}",
                    layout=mixer.layout,
                    dated=dated,
                )
            )

        mix_file = writer(mix, "mix")
        files = {bus: writer(path, bus) for bus, path in stems.items()}
        [(what, path)] = reduced.items()
        reduced_file = writer(path, what)
        for block in mixer.blocks(ride):
            progress.check()
            whole = {bus: to_24_bits(block[bus]) for bus in files}
            for bus, file in files.items():
                file.write(whole[bus])
            reduced_file.write(_total(whole, effects))
            total = _total(whole, files)
            mix_file.write(total)
            sound = np.asarray(total * np.float32(1 / _FULL_SCALE), np.float32)
            meter.feed(sound)
            if settings.speech:
                energies.feed(sound)
            if stage is not None:
                stage.tell(length - (length - float(from_samples(mix_file.samples))) / halves, "mixing")
    speech = gated(within(energies.finish(), settings.speech)) if settings.speech else None
    return RenderedSound(mix, stems, meter.finish(), ride.gain_db, reduced, speech)


def _total(whole: Mapping[str, NDArray[np.int32]], buses: Collection[str]) -> NDArray[np.int32]:
    """Return the sum of some stems, 24-bit whole numbers, clipped at full scale."""
    total = np.zeros_like(next(iter(whole.values())))
    for bus in buses:
        total += whole[bus]
    return np.clip(total, -_FULL_SCALE, _FULL_SCALE - 1, out=total)


def mixer_of(
    project: Project, settings: MixSettings, progress: Progress | None = None, tracks: Tracks | None = None
) -> Mixer:
    """Return the mixer for a project: its clips on the layers BG, FX and FOLEY beside the film's own sound.

    Raises:
        UsageError: a named track does not exist.
    """
    facts, samples = project.media, to_samples(project.media.duration)
    sounds = own_sounds(facts, tracks or Tracks())

    def reader(sound: SoundStream) -> Callable[[], Iterator[Samples]]:
        return lambda: read_sound(facts.path, sound, origin=facts.origin, samples=samples, progress=progress)

    return Mixer(
        clips_of(project),
        [layer.value for layer in FOLEY_LAYERS],
        samples,
        settings,
        own={bus: Own(reader(sound), _layout(sound)) for bus, sound in sounds.items()},
        layout=mix_layout(sounds.values()),
    )


def own_sounds(facts: MediaFacts, tracks: Tracks) -> dict[str, SoundStream]:
    """Return the film's own tracks that sound in the mix, by their buses.

    Without names it is the track that plays (ORIG). Named tracks are in the mix (DX, MX); where the dialogue is named,
    or the named music is the track that plays, they take its place.

    Raises:
        UsageError: a named track does not exist, or is named twice.
    """
    if tracks.dialogue is not None and tracks.dialogue == tracks.music:
        raise UsageError(
            f"Sound track {tracks.music} cannot be both the dialogue and the music.",
            hint="Name another with --music-track, or leave it out.",
        )
    dialogue = _numbered(facts, "--dialogue-track", tracks.dialogue)
    music = _numbered(facts, "--music-track", tracks.music)
    own = {}
    if facts.sound is not None and dialogue is None and music != facts.sound:
        own[ORIGINAL] = facts.sound
    if dialogue is not None:
        own[DIALOGUE] = dialogue
    if music is not None:
        own[MUSIC] = music
    return own


def _numbered(facts: MediaFacts, option: str, number: int | None) -> SoundStream | None:
    if number is None:
        return None
    if not 1 <= number <= len(facts.sounds):
        count = {0: "no sound track", 1: "one sound track"}.get(len(facts.sounds), f"{len(facts.sounds)} sound tracks")
        raise UsageError(f"{option} {number}: the film has {count}.", hint="See them: v2a-foley describe FILM")
    return facts.sounds[number - 1]


def mix_layout(sounds: Collection[SoundStream]) -> str:
    """Return the mix's channel layout: that of the widest of the film's tracks in it, but stereo for mono and none."""
    widest = max(sounds, key=lambda sound: sound.channels, default=None)
    return "stereo" if widest is None or widest.channels <= 2 else _layout(widest)


def _layout(sound: SoundStream) -> str:
    """Return ffmpeg's name of a track's layout, the plainest that has its channels."""
    layout = sound.layout.replace("(side)", "").replace("(back)", "")
    known = {name: count for count, name in LAYOUTS.items()}
    return layout if known.get(layout) == sound.channels else LAYOUTS.get(sound.channels, layout)
