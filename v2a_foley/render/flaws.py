"""Whether a film that could not be copied is itself at fault: what is wrong with its packets, undecoded."""

from __future__ import annotations

from fractions import Fraction

from v2a_foley.ffmpeg import file_url
from v2a_foley.media import MediaFacts
from v2a_foley.packets import packets

REORDERING = Fraction(5)
"""Seconds that may lie between a frame's place in the stream and its time on screen; no coder reorders as far."""


def flaw(facts: MediaFacts) -> str:
    """Return what is wrong with the packets of a film's picture and played sound, or nothing where they look right."""
    import av

    wanted = {facts.picture.index: "picture"} | ({facts.sound.index: "sound"} if facts.sound else {})
    before: dict[int, int] = {}
    try:
        with av.open(file_url(facts.path), options={"protocol_whitelist": "file"}, metadata_errors="replace") as film:
            streams = [stream for stream in film.streams if stream.index in wanted]
            for packet in packets(film, *streams):
                what = wanted[packet.stream.index]
                if packet.is_corrupt:
                    return f"a packet of its {what} is damaged"
                if packet.dts is None:
                    continue
                last = before.get(packet.stream.index)
                if last is not None and packet.dts < last:
                    return f"the times of its {what} run backwards"
                before[packet.stream.index] = packet.dts
                if packet.pts is None or packet.time_base is None:
                    continue
                if abs(packet.pts - packet.dts) * packet.time_base > REORDERING:
                    return f"a packet of its {what} has an impossible time"
    except av.FFmpegError as error:
        return f"it cannot be read to its end: {error.strerror}"
    return facts.warnings[0].rstrip(".") if facts.warnings else ""
