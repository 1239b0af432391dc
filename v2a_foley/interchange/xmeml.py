"""Writes a timeline as Final Cut Pro 7's XML (``xmeml`` version 5), which Premiere Pro, Resolve and Avid import.

All is counted in whole frames: an item's place in the timeline's, its part of the medium in the medium's own (in the
timeline's for sounds). Several media of one path become one ``<file>``. A lane of sound becomes a ``<track>`` for each
channel, tied together as Premiere does it (``currentExplodedTrackIndex`` and links), which Resolve takes too; not
verified in the hosts. Lost are further takes, roles, the gains and fades of pictures, and what a gain has over +12 dB.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from v2a_foley.files import write_text
from v2a_foley.interchange.edit import Edit, Item, Lane, Mark, Medium
from v2a_foley.interchange.frames import Span, plain, timebase_of
from v2a_foley.interchange.places import pure
from v2a_foley.interchange.xmeml_held import Files, held_by_xmeml, level_of, place_of
from v2a_foley.timebase import Timecode, nearest, to_frame

COLOURS: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "red": (210, 44, 54),
        "orange": (233, 111, 36),
        "yellow": (208, 161, 43),
        "green": (113, 134, 55),
        "cyan": (25, 244, 214),
        "blue": (66, 141, 252),
        "purple": (175, 139, 177),
    }
)
"""Markers' colours as Premiere shows them: red, green and blue."""
_TRACK_TYPES = {1: ("Mono", "mono"), 2: ("Stereo", "stereo"), 6: ("5.1", "5.1")}


def write_xmeml(edit: Edit, path: Path) -> None:
    """Write a timeline as xmeml, in one step.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written, or the timeline counts neither whole nor NTSC frames.
    """
    root = xmeml_of(edit)
    indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
    write_text(path, f"{head}{tostring(root, encoding='unicode')}\n")


def xmeml_of(edit: Edit) -> Element:
    """Return the tree of a timeline's xmeml.

    Raises:
        OutputError: the timeline counts neither whole nor NTSC frames.
    """
    held = held_by_xmeml(edit)
    files = Files(held)
    root = Element("xmeml", version="5")
    sequence = SubElement(root, "sequence", id="sequence-1")
    _add(sequence, "name", held.name)
    _add(sequence, "duration", to_frame(held.duration, held.rate))
    _rate(sequence, held.rate)
    _timecode(sequence, held.start)
    media = SubElement(sequence, "media")
    sheet = _Sheet(files)
    sheet.pictures(SubElement(media, "video"), held)
    sheet.sounds(SubElement(media, "audio"), held)
    _marks(sequence, held.marks, held.rate, 0)
    return root


class _Sheet:
    """Writes tracks, and remembers which files were described already."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.told: dict[Medium, str] = {}
        self.clips = 0
        self.tracks = 0

    def pictures(self, video: Element, edit: Edit) -> None:
        """Write the lanes of pictures."""
        looks = SubElement(SubElement(video, "format"), "samplecharacteristics")
        _rate(looks, edit.rate)
        if edit.size is not None:
            _size(looks, edit.size)
        for lane in edit.pictures:
            track = self._track(video, lane, {})
            for item, span in self.files.lay(lane):
                self.clips += 1
                self._clip(track, item, span, f"clipitem-{self.clips}")
            _end(track, lane)

    def sounds(self, audio: Element, edit: Edit) -> None:
        """Write the lanes of sounds, a track a channel."""
        _add(audio, "numOutputChannels", 2)
        looks = SubElement(SubElement(audio, "format"), "samplecharacteristics")
        _add(looks, "depth", 16)
        _add(looks, "samplerate", 48_000)
        outputs = SubElement(audio, "outputs")
        for index in (1, 2):
            group = SubElement(outputs, "group")
            _add(group, "index", index)
            _add(group, "numchannels", 1)
            _add(group, "downmix", 0)
            _add(SubElement(group, "channel"), "index", index)
        for lane in edit.sounds:
            self._lane(audio, lane)

    def _lane(self, audio: Element, lane: Lane) -> None:
        laid = list(self.files.lay(lane))
        width = max((_channels(item) for item, _ in laid), default=2)
        first, self.tracks = self.tracks + 1, self.tracks + width
        zero = self.clips
        clips = [0] * width  # how many lie on each of the tracks so far
        names = []
        for item, _ in laid:  # who is tied to whom, before anything is written
            self.clips += 1
            tied = []
            for channel in range(_spread(item, width)):
                clips[channel] += 1
                tied.append((f"clipitem-{self.clips}-{channel + 1}", first + channel, clips[channel]))
            names.append(tied)
        for channel in range(width):
            kind = {"premiereTrackType": _TRACK_TYPES[width][0]} if width in _TRACK_TYPES else {}
            exploded = {"currentExplodedTrackIndex": str(channel), "totalExplodedTrackCount": str(width)}
            track = self._track(audio, lane, {**exploded, **kind})
            for number, (item, span) in enumerate(laid):
                if channel >= len(names[number]):
                    continue
                clip = self._clip(track, item, span, f"clipitem-{zero + number + 1}-{channel + 1}")
                if _channels(item) in _TRACK_TYPES:
                    clip.set("premiereChannelType", _TRACK_TYPES[_channels(item)][1])
                _level(clip, item, span, self.files.count(item))
                source = SubElement(clip, "sourcetrack")
                _add(source, "mediatype", "audio")
                _add(source, "trackindex", min(channel + 1, _channels(item)))
                for name, index, place in names[number] if len(names[number]) > 1 else ():
                    link = SubElement(clip, "link")
                    _add(link, "linkclipref", name)
                    _add(link, "mediatype", "audio")
                    _add(link, "trackindex", index)
                    _add(link, "clipindex", place)
            _end(track, lane)
            _add(track, "outputchannelindex", channel % 2 + 1)

    def _track(self, parent: Element, lane: Lane, facts: Mapping[str, str]) -> Element:
        return SubElement(parent, "track", {"MZ.TrackName": lane.name, **facts})

    def _clip(self, track: Element, item: Item, span: Span, name: str) -> Element:
        count = self.files.count(item)
        clip = SubElement(track, "clipitem", id=name)
        _add(clip, "name", item.name)
        _add(clip, "enabled", _truth(item.enabled))
        whole = to_frame(item.medium.duration, count) if item.medium else 0
        _add(clip, "duration", whole or span.last)
        _rate(clip, count)
        for tag, frame in (("start", span.start), ("end", span.end), ("in", span.first), ("out", span.last)):
            _add(clip, tag, frame)
        self._file(clip, item, count)
        _marks(clip, item.marks, count, span.first)
        return clip

    def _file(self, clip: Element, item: Item, count: Fraction) -> None:
        medium = item.medium
        if medium is None:
            _add(SubElement(clip, "file", id=f"no-file-{clip.get('id')}"), "name", item.name)
            return
        if medium in self.told:
            SubElement(clip, "file", id=self.told[medium])
            return
        self.told[medium] = name = f"file-{len(self.told) + 1}"
        file = SubElement(clip, "file", id=name)
        _add(file, "name", medium.name or plain(pure(medium.path).name))
        if medium.path:
            _add(file, "pathurl", place_of(medium.path))
        _rate(file, count)
        if medium.duration:
            _add(file, "duration", to_frame(medium.duration, count))
        if medium.timecode is not None:
            _timecode(file, medium.timecode)
        media = SubElement(file, "media")
        if medium.rate is not None:
            looks = SubElement(SubElement(media, "video"), "samplecharacteristics")
            _rate(looks, count)
            if medium.size is not None:
                _size(looks, medium.size)
        if medium.channels or medium.rate is None:
            audio = SubElement(media, "audio")
            looks = SubElement(audio, "samplecharacteristics")
            _add(looks, "depth", 16)
            _add(looks, "samplerate", medium.sample_rate)
            if medium.channels:
                _add(audio, "channelcount", medium.channels)


def _channels(item: Item) -> int:
    return (item.medium.channels if item.medium else 0) or 2


def _spread(item: Item, width: int) -> int:
    """Return on how many of a lane's tracks an item lies: one channel lies on both sides, that is in the middle."""
    return min(width, max(2, _channels(item)))


def _level(clip: Element, item: Item, span: Span, count: Fraction) -> None:
    """Write an item's gain and fades as an audio level with keyframes, in the medium's frames."""
    if not (item.gain or item.fade_in or item.fade_out):
        return
    effect = SubElement(SubElement(clip, "filter"), "effect")
    for tag, text in (("name", "Audio Levels"), ("effectid", "audiolevels"), ("effectcategory", "audiolevels")):
        _add(effect, tag, text)
    _add(effect, "effecttype", "audiolevels")
    _add(effect, "mediatype", "audio")
    parameter = SubElement(effect, "parameter")
    _add(parameter, "parameterid", "level")
    _add(parameter, "name", "Level")
    _add(parameter, "valuemin", 0)
    _add(parameter, "valuemax", "3.98109")
    level = f"{level_of(item.gain):.10f}"
    _add(parameter, "value", level)
    come, go = nearest(item.fade_in * count), nearest(item.fade_out * count)
    points = {span.first: "0", span.first + come: level} if come else {}
    points |= {span.last - go: level, span.last: "0"} if go else {}
    for when, value in points.items():
        keyframe = SubElement(parameter, "keyframe")
        _add(keyframe, "when", when)
        _add(keyframe, "value", value)


def _marks(parent: Element, marks: tuple[Mark, ...], rate: Fraction, zero: int) -> None:
    for mark in marks:
        marker = SubElement(parent, "marker")
        _add(marker, "comment", mark.note)
        _add(marker, "name", mark.name)
        start, length = zero + to_frame(mark.time, rate), to_frame(mark.duration, rate)
        _add(marker, "in", start)
        _add(marker, "out", start + length if length else -1)
        if mark.colour in COLOURS:
            red, green, blue = COLOURS[mark.colour]
            _add(marker, "pproColor", 0xFF << 24 | blue << 16 | green << 8 | red)
            colour = SubElement(marker, "color")
            for tag, value in (("alpha", 255), ("red", red), ("green", green), ("blue", blue)):
                _add(colour, tag, value)


def _end(track: Element, lane: Lane) -> None:
    _add(track, "enabled", _truth(lane.enabled))
    _add(track, "locked", _truth(value=False))


def _rate(parent: Element, rate: Fraction) -> None:
    base, ntsc = timebase_of(rate) or (nearest(rate), False)
    element = SubElement(parent, "rate")
    _add(element, "timebase", base)
    _add(element, "ntsc", _truth(ntsc))


def _timecode(parent: Element, timecode: Timecode) -> None:
    element = SubElement(parent, "timecode")
    _rate(element, timecode.rate)
    _add(element, "string", str(timecode))
    _add(element, "frame", timecode.frame)
    _add(element, "displayformat", "DF" if timecode.drop_frame else "NDF")


def _size(parent: Element, size: tuple[int, int]) -> None:
    _add(parent, "width", size[0])
    _add(parent, "height", size[1])
    _add(parent, "anamorphic", _truth(value=False))
    _add(parent, "pixelaspectratio", "square")
    _add(parent, "fielddominance", "none")


def _truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _add(parent: Element, tag: str, text: str | int) -> None:
    SubElement(parent, tag).text = str(text)
