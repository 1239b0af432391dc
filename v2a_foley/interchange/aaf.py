"""AAF for Pro Tools: sound to the sample, linked mono WAVs in a folder beside it, gains, fades and markers.

A lane of sound becomes one track, or a track a channel: its slot counts at 48 kHz, each item is a clip of a MasterMob
of a file SourceMob whose WAVEDescriptor names the WAV. Media are linked whole, so that the handles stay. A fade is a
Transition (Mono Audio Dissolve) between a clip and a filler that it overlaps. A gain is an OperationGroup (Mono Audio
Gain) around the clip, its Amplitude a rational in millionths. Marks lie on an EventMobSlot that counts at 48 kHz too.

Lost: disabled lanes and items (left out, or they would sound), roles, colours and notes of marks, marks of items except
their places, further takes, and the picture. Dates aside, and what pyaaf2 makes up for itself, the same edit gives the
same file: MobIDs are made of names and places. Not verified in Pro Tools.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

from v2a_foley.errors import OutputError, RenderError
from v2a_foley.ffmpeg import file_url, run
from v2a_foley.files import readable, safe_name, scratch_folder, translated, writing
from v2a_foley.interchange.edit import Edit, Item, Lane, Medium
from v2a_foley.interchange.mono_wav import channels_of, mono_names, split
from v2a_foley.interchange.places import url_of
from v2a_foley.timebase import SAMPLE_RATE, nearest, to_samples

_Object: TypeAlias = Any
"""pyaaf2 has no types."""
_GAIN = UUID("9d2ea894-0968-11d3-8a38-0050040ef7d2")
_AMPLITUDE = UUID("e4962321-2267-11d3-8a4c-0050040ef7d2")
_LEVEL = UUID("e4962320-2267-11d3-8a4c-0050040ef7d2")
_LINEAR = UUID("5b6c85a4-0ede-11d3-80a9-006008143e6f")
_DISSOLVE = UUID("0c3bea41-fc05-11d2-8a29-0050040ef7d2")
_UMID = [0x06, 0x0A, 0x2B, 0x34, 0x01, 0x01, 0x01, 0x05, 0x01, 0x01, 0x0F, 0x20]
_CLOCK = Fraction(SAMPLE_RATE)
_MILLIONTH = 1_000_000


@dataclass(frozen=True)
class _Channel:
    """One mono WAV that clips can play: its master mob, and its samples at 48 kHz."""

    mob: _Object
    samples: int


def write_aaf(edit: Edit, path: Path) -> None:
    """Write an edit's sound as an AAF, and its media as mono WAVs into ``NAME.media`` beside it.

    Every medium must be there, since its channels are written anew; one that is shared is written once. A film's sound
    and sounds at other rates are decoded to 48 kHz. Files are named after the medium and what it holds, so that the
    same export writes the same names again.

    Raises:
        DiskFull: the disk is full.
        OutputError: a medium is not there or holds no sound that can be read, or the place cannot be written.
    """
    import aaf2

    folder = path.parent / f"{path.stem}.media"
    with writing(path) as part, aaf2.open(str(part), "w") as file:
        _Writer(file, edit, folder, path.parent).write()


class _Writer:
    """Keeps the file, and the mobs of media that were written already."""

    def __init__(self, file: _Object, edit: Edit, folder: Path, beside: Path) -> None:
        self.file, self.edit, self.folder, self.beside = file, edit, folder, beside
        self.known: dict[Medium, tuple[_Channel, ...]] = {}
        self.events: list[tuple[int, str, int]] = [(to_samples(mark.time), mark.name, 1) for mark in edit.marks]

    def write(self) -> None:
        """Write the composition, its timecode, its tracks and its markers."""
        self._definitions()
        mob = self._mob("CompositionMob", self.edit.name, repr(self.edit))
        mob.usage = "Usage_TopLevel"
        self._timecode(mob)
        number = 0
        for lane in self.edit.sounds:
            if not lane.enabled:
                continue
            sounds = [item for item in lane.items if item.enabled and item.medium is not None]
            media = [self._media(item.medium) for item in sounds if item.medium is not None]
            for channel in range(max(map(len, media), default=1)):
                number += 1
                slot = mob.create_timeline_slot(self._rate(_CLOCK), slot_id=number + 1)
                slot.name = _name(lane, channel, max(map(len, media), default=1))
                slot["PhysicalTrackNumber"].value = number
                slot.segment = self._sequence(list(zip(sounds, media, strict=True)), channel)
        self._markers(mob, number + 2)

    def _rate(self, rate: Fraction) -> str:
        return f"{rate.numerator}/{rate.denominator}"

    def _mob(self, kind: str, name: str, *key: object) -> _Object:
        mob = getattr(self.file.create, kind)(readable(name) or "untitled")
        mob_id = mob.mob_id
        mob_id.SMPTELabel, mob_id.length = _UMID, 0x13
        told = "/".join(["v2a_foley.aaf", kind, readable(self.edit.name), *(readable(str(each)) for each in key)])
        mob_id.material = uuid5(NAMESPACE_URL, told)
        mob.mob_id = mob_id
        self.file.content.mobs.append(mob)
        return mob

    def _timecode(self, mob: _Object) -> None:
        start, length = self.edit.start, max(1, nearest(self.edit.duration * self.edit.rate))
        slot = mob.create_timeline_slot(self._rate(self.edit.rate), slot_id=1)
        slot.name = "TC"
        slot["PhysicalTrackNumber"].value = 1
        code = self.file.create.Timecode(start.base, drop=start.drop_frame, length=length)
        code.start = start.frame
        slot.segment = code

    def _media(self, medium: Medium) -> tuple[_Channel, ...]:
        """Write a medium's channels as mono WAVs, and their mobs, the first time that it is met."""
        if medium not in self.known:
            self.known[medium] = self._linked(medium)
        return self.known[medium]

    def _linked(self, medium: Medium) -> tuple[_Channel, ...]:
        source = self.beside / medium.path
        if not medium.path or not source.is_file():
            raise OutputError(
                f"{readable(medium.path) or medium.name!r} is not there to be linked.",
                hint="Bring it back, or export again.",
            )
        found = channels_of(source)
        if found is not None and found[2] == SAMPLE_RATE:
            return self._split(source, found[0], medium)
        with scratch_folder() as scratch:
            decoded = _decoded(source, scratch / "sound.w64")
            found = channels_of(decoded)
            if found is None:
                raise OutputError(f"{source.name!r} cannot be read as sound.", hint="Export its sound as WAV first.")
            return self._split(decoded, found[0], medium)

    def _split(self, source: Path, channels: int, medium: Medium) -> tuple[_Channel, ...]:
        try:
            with source.open("rb") as opened:
                digest = sha256(file_digest(opened, "sha256").digest() + str(medium.start).encode()).hexdigest()[:12]
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise translated(error, self.folder) from error
        # Another sound gets another name, so that an earlier export keeps what it links.
        stem = f"{safe_name(medium.name or Path(medium.path).stem, longest=60)} {digest}"
        targets = tuple(self.folder / each for each in mono_names(stem, channels))
        samples, _ = split(source, targets, max(0, to_samples(medium.start)))
        return tuple(self._master(target, samples, medium) for target in targets)

    def _master(self, target: Path, samples: int, medium: Medium) -> _Channel:
        create = self.file.create
        wav = self._mob("SourceMob", target.name, "file", target.name)
        descriptor = create.WAVEDescriptor()
        with target.open("rb") as opened:
            head = opened.read(12 + 8 + 602 + 8 + 16 + 8)
        descriptor["SampleRate"].value = self._rate(_CLOCK)
        descriptor["Summary"].value = bytearray(head)
        descriptor.length = samples
        descriptor["ContainerFormat"].value = self.file.dictionary.lookup_containerdef("AAF")
        locator = create.NetworkLocator()
        locator["URLString"].value = url_of(str(target.absolute()))
        descriptor["Locator"].append(locator)
        wav.descriptor = descriptor
        slot = wav.create_empty_slot(self._rate(_CLOCK), "sound", slot_id=1)
        slot.segment.length = samples
        code = wav.create_timecode_slot(self._rate(self.edit.rate), self.edit.start.base, self.edit.start.drop_frame)
        code.segment.start = max(0, int(medium.start * self.edit.rate))
        code["PhysicalTrackNumber"].value = 1
        master = self._mob("MasterMob", target.stem, "master", target.name)
        own = master.create_timeline_slot(self._rate(_CLOCK), slot_id=1)
        own["PhysicalTrackNumber"].value = 1
        own.segment = wav.create_source_clip(1, media_kind="sound")
        return _Channel(master, samples)

    def _sequence(self, placed: list[tuple[Item, tuple[_Channel, ...]]], channel: int) -> _Object:
        """Lay items end to end with fillers between; a transition overlaps both its neighbours."""
        sequence = self.file.create.Sequence(media_kind="sound")
        at = 0
        for item, channels in placed:
            # On a lane with stereo sounds, a mono one lies on both tracks, so that it stays in the middle.
            own = channels[channel] if channel < len(channels) else channels[0] if len(channels) == 1 else None
            if own is None or item.medium is None:
                continue
            start = to_samples(item.start)
            offset = max(0, to_samples(item.source - item.medium.start))
            length = min(to_samples(item.end) - start, own.samples - offset)
            fades = (to_samples(item.fade_in), to_samples(item.fade_out))
            if length <= 0:
                continue
            if channel == 0:
                self.events += [(start + to_samples(mark.time), mark.name, 1) for mark in item.marks]
            fade_in, fade_out = min(fades[0], length), min(fades[1], length - min(fades[0], length))
            if start > at or fade_in:
                # A fade takes its length from both of its neighbours, so that the filler is as much longer.
                sequence.components.append(self._filler(start - at + fade_in))
            if fade_in:
                sequence.components.append(self._fade(fade_in, cut=0))
            sequence.components.append(self._gained(item, self._clip(own, offset, length), length))
            if fade_out:
                sequence.components.append(self._fade(fade_out, cut=fade_out))
                sequence.components.append(self._filler(fade_out))
            at = start + length
        sequence.length = at
        return sequence

    def _clip(self, channel: _Channel, offset: int, length: int) -> _Object:
        return channel.mob.create_source_clip(1, start=offset, length=length, media_kind="sound")

    def _filler(self, length: int) -> _Object:
        return self.file.create.Filler("sound", length)

    def _gained(self, item: Item, clip: _Object, length: int) -> _Object:
        if not item.gain:
            return clip
        group = self.file.create.OperationGroup("Mono Audio Gain", length, "sound")
        amplitude = max(0, nearest(Fraction(10 ** (min(item.gain, 60.0) / 20)) * _MILLIONTH))
        group.parameters.append(self.file.create.ConstantValue("Amplitude", f"{amplitude}/{_MILLIONTH}"))
        group.segments.append(clip)
        return group

    def _fade(self, length: int, *, cut: int) -> _Object:
        fade = self.file.create.Transition("sound", length)
        group = self.file.create.OperationGroup("Mono Audio Dissolve", length, "sound")
        level = self.file.create.VaryingValue("Level", "LinearInterp")
        level["PointList"].extend([self._point(0), self._point(1)])
        group.parameters.append(level)
        fade["OperationGroup"].value = group
        fade.cutpoint = cut
        return fade

    def _point(self, time: int) -> _Object:
        point = self.file.create.ControlPoint()
        point.time, point.value = f"{time}/1", f"{time}/1"
        return point

    def _definitions(self) -> None:
        create, known = self.file.create, self.file.dictionary
        known.register_def(create.ParameterDef(_AMPLITUDE, "Amplitude", "", "Rational"))
        known.register_def(create.ParameterDef(_LEVEL, "Level", "", "Rational"))
        known.register_def(create.InterpolationDef(_LINEAR, "LinearInterp", ""))
        for uid, name, inputs in ((_GAIN, "Mono Audio Gain", 1), (_DISSOLVE, "Mono Audio Dissolve", 2)):
            operation = create.OperationDef(uid, name, "")
            operation.media_kind = "sound"
            operation["IsTimeWarp"].value = False
            operation["Bypass"].value = 0
            operation["NumberInputs"].value = inputs
            operation["OperationCategory"].value = "OperationCategory_Effect"
            known.register_def(operation)
            parameter = "Amplitude" if inputs == 1 else "Level"
            operation["ParametersDefined"].append(known.lookup_parameterdef(parameter))

    def _markers(self, mob: _Object, slot_id: int) -> None:
        if not self.events:
            return
        slot = self.file.create.EventMobSlot()
        slot.slot_id, slot.edit_rate = slot_id, self._rate(_CLOCK)
        slot["PhysicalTrackNumber"].value = 1
        slot.name = "Markers"
        sequence = self.file.create.Sequence("DescriptiveMetadata")
        for position, name, length in sorted(self.events):
            marker = self.file.create.DescriptiveMarker()
            marker.media_kind = "DescriptiveMetadata"
            marker["Position"].value = position
            marker["Length"].value = length
            marker["Comment"].value = readable(name)
            marker["DescribedSlots"].value = {min(2, slot_id - 1)}
            sequence.components.append(marker)
        slot.segment = sequence
        mob.slots.append(slot)


def _decoded(source: Path, target: Path) -> Path:
    """Decode a film's first sound, or one at another rate, to 48 kHz; its first sample stays the first."""
    arguments = ["-i", file_url(source), "-map", "0:a:0", "-ar", str(SAMPLE_RATE), "-c:a", "pcm_f32le", "-bitexact"]
    try:
        run([*arguments, target], what=f"reading the sound of {source.name!r}")
    except RenderError as error:
        raise OutputError(f"{source.name!r} cannot be read as sound.", hint=error.message) from error
    return target


def _name(lane: Lane, channel: int, channels: int) -> str:
    """Return a track's name, with the channel where a lane takes several."""
    if channels == 1:
        return readable(lane.name)
    return f"{readable(lane.name)}.{'LR'[channel] if channels == 2 else channel + 1}"
