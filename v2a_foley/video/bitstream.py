"""Reads just enough of H.264 and HEVC packets to tell what is in them: their units, and where decoding may begin.

The same picture travels in two forms: units with their lengths before them (mp4, mov, mkv), its parameter sets beside
the packets, or units between start codes (transport streams, AVI, MXF), its parameter sets among them. Sources: ITU-T
H.264 and H.265, annexes B, and ISO/IEC 14496-15. Nothing is decoded here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

UNITS = ("h264", "hevc")
"""The codecs whose packets are made of such units."""

_SETS = {"h264": {7, 8, 13, 15}, "hevc": {32, 33, 34}}
"""Parameter sets, which some containers keep beside the packets."""
_FRAMING = {"h264": {9, 10, 11, 12}, "hevc": {35, 36, 37, 38}}
"""Delimiters, ends and filler, which containers add and take away."""
_IDR, _SLICES, _SEI = 5, {1, 2, 3, 4, 5}, 6
_RECOVERY_POINT = 6
_HEVC_ENTRIES = range(16, 24)
"""Pictures that refer to none before them (IRAP)."""
_START = b"\x00\x00\x01"


@dataclass
class UnitStream:
    """Takes the packets of one picture apart, whichever form they have.

    Args:
        codec: ``h264`` or ``hevc``.
        extradata: what the container keeps beside the packets.
    """

    codec: str
    extradata: bytes
    sets: set[bytes] = field(default_factory=set)
    """The parameter sets met so far."""
    beside: set[bytes] = field(default_factory=set)
    """All units that the container keeps beside the packets: parameter sets, and messages of the encoder."""

    def __post_init__(self) -> None:
        """Find out which form the packets have, and note the parameter sets beside them."""
        self._length = _length_size(self.codec, self.extradata)
        self.beside.update(_configured(self.codec, self.extradata) if self._length else _between_codes(self.extradata))
        self.sets.update(unit for unit in self.beside if self.kind(unit) in _SETS[self.codec])

    def kind(self, unit: bytes) -> int:
        """Return a unit's type, as its first byte tells."""
        return unit[0] & 31 if self.codec == "h264" else unit[0] >> 1 & 63

    def units(self, packet: bytes) -> Iterator[bytes]:
        """Yield all units of a packet."""
        return _with_lengths(packet, self._length) if self._length else _between_codes(packet)

    def picture(self, packet: bytes, beside: Collection[bytes] = frozenset()) -> list[bytes]:
        """Return the units that make up the picture; parameter sets are put aside, the container's framing is dropped.

        Args:
            packet: as it lies in the file.
            beside: units to drop because they may as well lie beside the packets.
        """
        found = []
        for unit in self.units(packet):
            kind = self.kind(unit)
            if kind in _SETS[self.codec]:
                self.sets.add(unit)
            elif kind not in _FRAMING[self.codec] and unit not in beside:
                found.append(unit)
        return found

    def begins_cleanly(self, packet: bytes) -> bool:
        """Tell whether all that is shown from a packet on can be decoded without what came before it.

        Containers mark as keyframes also the places where intra refresh sets in, from which on a decoder only gets
        better picture by picture. Clean are H.264's IDR pictures and those with an exact recovery point at once, and
        HEVC's IRAP pictures.
        """
        kinds = [(self.kind(unit), unit) for unit in self.units(packet)]
        if self.codec == "hevc":
            return any(kind in _HEVC_ENTRIES for kind, _ in kinds)
        slices = {kind for kind, _ in kinds if kind in _SLICES}
        return slices == {_IDR} or any(kind == _SEI and _recovers_at_once(unit) for kind, unit in kinds)


def _length_size(codec: str, extradata: bytes) -> int:
    """Return how many bytes the lengths before the units have; 0 where there are start codes instead."""
    place = 4 if codec == "h264" else 21
    return (extradata[place] & 3) + 1 if len(extradata) > place and extradata[0] == 1 else 0


def _configured(codec: str, extradata: bytes) -> Iterator[bytes]:
    """Yield the parameter sets of a decoder configuration record."""
    if codec == "hevc":
        at = 23
        for _ in range(extradata[22] if len(extradata) > at else 0):
            count = int.from_bytes(extradata[at + 1 : at + 3], "big")
            at += 3
            for _ in range(count):
                size = int.from_bytes(extradata[at : at + 2], "big")
                yield from filter(None, [extradata[at + 2 : at + 2 + size]])
                at += 2 + size
        return
    at = 5
    for mask in (31, 255):
        count = extradata[at] & mask if at < len(extradata) else 0
        at += 1
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            yield from filter(None, [extradata[at + 2 : at + 2 + size]])
            at += 2 + size


def _with_lengths(data: bytes, length: int) -> Iterator[bytes]:
    at = 0
    while at + length < len(data):
        size = int.from_bytes(data[at : at + length], "big")
        if size:
            yield data[at + length : at + length + size]
        at += length + size


def _between_codes(data: bytes) -> Iterator[bytes]:
    at = data.find(_START)
    while at >= 0:
        end = data.find(_START, at + 3)
        unit = data[at + 3 : end if end >= 0 else len(data)].rstrip(b"\x00")
        if unit:
            yield unit
        at = end


def _recovers_at_once(unit: bytes) -> bool:
    """Tell whether an H.264 message says that the picture is exact from here on (ITU-T H.264, D.2.8)."""
    data = unit[1:].replace(b"\x00\x00\x03", b"\x00\x00")
    at = 0
    while at + 2 < len(data):
        sort, at = _counted(data, at)
        size, at = _counted(data, at)
        if sort == _RECOVERY_POINT and at < len(data):
            # The number of frames until then comes first, as an Exp-Golomb code: a set bit is zero; then whether exact.
            return data[at] & 0b1100_0000 == 0b1100_0000
        at += size
    return False


def _counted(data: bytes, at: int) -> tuple[int, int]:
    """Read a number that is written as a sum of bytes, the last of which is not 255."""
    total = 0
    while at < len(data) and data[at] == 255:
        total, at = total + 255, at + 1
    return total + (data[at] if at < len(data) else 0), at + 1
