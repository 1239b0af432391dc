"""The bench on which sounds are made and measured: the profile, the voice's networks and the ears, loaded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from v2a_foley.compute import choose
from v2a_foley.engine.makers import check_voice, voice
from v2a_foley.engine.parts import BRIDGE, parts_of, place
from v2a_foley.engine.profiles import Profile, load_profile
from v2a_foley.engine.settings import RunSettings
from v2a_foley.errors import SourceError, UsageError
from v2a_foley.evaluate.backbones import Backbone, chosen_backbones
from v2a_foley.evaluate.contestants import Contestant, bridging, trained, untranslated
from v2a_foley.evaluate.dataset import DataSet, Item
from v2a_foley.evaluate.generate import Clip, Variant, make_clips
from v2a_foley.evaluate.judged import Truth, figures_of, truth_of
from v2a_foley.evaluate.listening import Length
from v2a_foley.evaluate.published import trained_figure
from v2a_foley.evaluate.seen import Seen, look_at
from v2a_foley.evaluate.settings import PaperSettings
from v2a_foley.mapper.bridge import Bridge
from v2a_foley.metrics.figure import Figure
from v2a_foley.progress import Progress

if TYPE_CHECKING:
    from v2a_foley.generate.audioldm import AudioLdmVoice


@dataclass(frozen=True, eq=False)
class Row:
    """One way of making sounds, and what came of it on one data set.

    Attributes:
        name: what it is called.
        figures: what was measured.
        clips: what was made; empty for the reference.
    """

    name: str
    figures: Sequence[Figure]
    clips: Sequence[Clip] = ()


@dataclass(eq=False)
class Bench:
    """What stays loaded while variants are made: the profile, the voice's networks, the ears."""

    folder: Path
    settings: PaperSettings
    progress: Progress
    profile: Profile
    ears: list[Backbone]
    everyone: list[Contestant]
    main: list[Variant]
    notes: list[str]
    _first: AudioLdmVoice
    _looked: dict[tuple[tuple[Item, ...], int], Seen] = field(default_factory=dict)

    @classmethod
    def set_up(cls, folder: Path, settings: PaperSettings, progress: Progress) -> Bench:
        """Load what is needed, and refuse what cannot work before the first clip is looked at.

        Raises:
            UsageError: the profile has no voice, or a backbone or a mapper is named twice.
            MissingError: weights are missing or damaged, or mapper, eyes and voice do not fit each other.
        """
        parts = parts_of(settings.profile)
        if not parts.voice:
            raise UsageError(
                f"The profile {parts.name!r} has no voice, and no sound can be made from an embedding.",
                hint="Choose --profile full, or a profile file that names a voice.",
            )
        with progress.stage("load"):
            ears, notes = chosen_backbones(settings.backbone, choose(settings.device, settings.precision), once=True)
            profile = load_profile(
                settings.profile, progress.warn, device=settings.device, precision=settings.precision
            )
            run = _run_settings(settings)
            check_voice(run, profile, progress)
            named = trained(
                _mappers(settings), profile.eyes.space, profile.ears.space, profile.compute,
                progress.warn,
            )  # fmt: skip
            first = voice(run, profile)
        start = Variant(
            "", bridge_of(profile), frames=settings.frames, steps=settings.steps, guidance=settings.guidance,
            scheduler=settings.scheduler, seconds=Fraction(str(settings.duration)), seed=settings.seed,
        )  # fmt: skip
        without = untranslated(profile.eyes.space, profile.ears.space)
        if without is None:
            notes.append("No row without a mapper: the eyes' space and the voice's are of different sizes.")
        everyone = [each for each in (without, bridge_of(profile)) if each is not None] + named
        main = [replace(start, name=each.name, contestant=each) for each in named or [bridge_of(profile)]]
        return cls(folder, settings, progress, profile, ears, everyone, main, notes, first)

    @property
    def length(self) -> Length:
        """How sounds are brought to one length before they are heard."""
        return Length(Fraction(str(self.settings.duration)))

    def how(self) -> str:
        """Return the main rows' settings in words."""
        one = self.settings
        return (
            f"{one.frames} frames a clip, averaged; {one.duration:g} s of sound; {one.steps} steps of {one.scheduler}, "
            f"guidance {one.guidance:g}; seed {one.seed}"
        )

    def voice_in_words(self) -> str:
        """Return what the voice is, and whose."""
        from v2a_foley.generate.audioldm.card import licence_of

        model = self.profile.voice
        return "" if model is None else f"{model.name}, licence: {licence_of(model)}"

    def truth(self, data: DataSet, frames: int) -> Truth:
        """Look at a data set, and listen to its true sounds."""
        return truth_of(self._seen(data, frames), self.ears, self.length, self.progress)

    def seen_again(self, truth: Truth, frames: int) -> Truth:
        """Return the truth of the same items, looked at with another number of frames."""
        if frames == self.settings.frames:
            return truth
        seen = self._seen(truth.seen.data, frames)
        if seen.data.items != truth.seen.data.items:
            raise SourceError("Clips became unreadable while they were measured.", hint="Call again: it goes on.")
        return Truth(seen, truth.heard)

    def row(self, variant: Variant, truth: Truth) -> Row:
        """Make the sounds of a variant, and measure them."""
        clips = make_clips(variant, truth.seen, self._voice(variant), self.folder / "sounds", self.progress)
        figures = figures_of(clips, truth, self.ears, self.length, self.progress)
        return Row(variant.name, [*figures, trained_figure(variant.contestant.trained / 1e6)], clips)

    def _seen(self, data: DataSet, frames: int) -> Seen:
        key = (data.items, frames)
        if key not in self._looked:
            self._looked[key] = look_at(
                data, self.profile.eyes, frames, Fraction(str(self.settings.duration)), self.folder / "seen",
                self.progress,
            )  # fmt: skip
        return self._looked[key]

    def _voice(self, variant: Variant) -> AudioLdmVoice:
        """Return the voice set as a variant says; all share the networks, which load once."""
        from v2a_foley.generate.audioldm import AudioLdmVoice

        how = replace(self._first.options, steps=variant.steps, guidance=variant.guidance, scheduler=variant.scheduler)
        return AudioLdmVoice(self._first.work(self.progress).model, self._first.compute, how)


def bridge_of(profile: Profile) -> Contestant:
    """Return the bridge between a profile's spaces as a contestant."""
    captions = profile.vocabulary.captions
    made = profile.mapper if isinstance(profile.mapper, Bridge) else None
    return bridging(made or Bridge.over(captions, profile.words, profile.ears), captions)


def _mappers(settings: PaperSettings) -> list[Path]:
    """Return the folders of the trained mappers: those that are named, or else the profile's own where it has one."""
    if settings.mapper:
        return [Path(each) for each in settings.mapper]
    parts = parts_of(settings.profile)
    return [] if parts.mapper == BRIDGE else [place(parts.mapper, parts.base)]


def _run_settings(settings: PaperSettings) -> RunSettings:
    return RunSettings(
        generator="audioldm", cues="shots", seed=settings.seed, steps=settings.steps, guidance=settings.guidance,
        scheduler=settings.scheduler, device=settings.device, precision=settings.precision,
    )  # fmt: skip
