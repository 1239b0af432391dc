"""Loudness of a stream after ITU-R BS.1770 and EBU R128, by ffmpeg's ``ebur128`` filter inside this process."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from v2a_foley.audio.levels import to_decibels
from v2a_foley.audio.stream import Samples
from v2a_foley.audio.true_peak import PeakMeter
from v2a_foley.timebase import SAMPLE_RATE

_SILENT = -70.0
"""The absolute gate, in LUFS: what ebur128 says where nothing passes it."""

LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""ffmpeg's usual layout for a number of channels."""


@dataclass(frozen=True)
class Loudness:
    """What a sound measures; −inf where there is nothing to measure.

    Attributes:
        integrated: LUFS, gated; −inf for silence and for sounds shorter than 0.4 s.
        loudness_range: LU.
        max_momentary: LUFS over the loudest 0.4 s, silence counting where the sound is shorter.
        max_short_term: LUFS over the loudest 3 s, silence counting where the sound is shorter.
        true_peak: dBTP.
        sample_peak: dBFS.
    """

    integrated: float
    loudness_range: float
    max_momentary: float
    max_short_term: float
    true_peak: float
    sample_peak: float

    def __str__(self) -> str:
        """Say it for people."""
        if self.sample_peak == -inf:
            return "silent"
        if self.integrated == -inf:
            return f"too short or too soft to measure, true peak {self.true_peak:.1f} dBTP"
        return f"{self.integrated:.1f} LUFS, true peak {self.true_peak:.1f} dBTP"


class LoudnessMeter:
    """Measures blocks as they pass; memory does not grow with the sound.

    A mono sound is one channel, as the standard counts it; the low-frequency channel of 5.1 does not count.

    Args:
        layout: ffmpeg's name of the channel layout (``stereo``, ``5.1``).
        sample_rate: hertz.
    """

    def __init__(self, layout: str = "stereo", sample_rate: int = SAMPLE_RATE) -> None:
        """Build the filter."""
        import av
        from av.filter import Graph

        self._layout, self._rate = layout, sample_rate
        self._graph = Graph()
        self._source: Any = self._graph.add(
            "abuffer",
            sample_rate=str(sample_rate),
            sample_fmt="flt",
            channel_layout=layout,
            time_base=f"1/{sample_rate}",
        )
        self._sink: Any = self._graph.add("abuffersink")
        meter = self._graph.add("ebur128", metadata="1", framelog="quiet")
        self._graph.link_nodes(self._source, meter, self._sink)
        self._graph.configure()
        self._channels = av.AudioLayout(layout).nb_channels
        self._peaks = PeakMeter(self._channels)
        self._fed = 0
        self._last: dict[str, float] = {}
        self._momentary = self._short_term = -inf

    def feed(self, block: Samples) -> None:
        """Measure samples ``float32 (channels, n)``."""
        if block.shape[1]:
            self._peaks.feed(block)
            self._push(block)

    def _push(self, block: Samples) -> None:
        import av

        # Interleaved: PyAV miscounts the planes of a frame with eight channels or more.
        interleaved = np.ascontiguousarray(block.T, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, "flt", self._layout)
        frame.sample_rate, frame.pts = self._rate, self._fed
        self._fed += block.shape[1]
        self._source.push(frame)
        self._pull()

    def _pull(self) -> None:
        import av

        while True:
            try:
                found = self._sink.pull().metadata
            except (av.BlockingIOError, av.EOFError):
                return
            if "lavfi.r128.I" in found:
                self._last = {key: float(found[f"lavfi.r128.{key}"]) for key in ("I", "LRA")}
                self._momentary = max(self._momentary, float(found["lavfi.r128.M"]))
                self._short_term = max(self._short_term, float(found["lavfi.r128.S"]))

    def finish(self) -> Loudness:
        """Return what the whole stream measures."""
        whole = dict(self._last)
        true_peak = self._peaks.finish()
        self._push(np.zeros((self._channels, 3 * self._rate), np.float32))
        self._source.push(None)
        self._pull()
        integrated = whole.get("I", _SILENT)
        return Loudness(
            integrated=integrated if integrated > _SILENT else -inf,
            loudness_range=whole.get("LRA", 0.0),
            max_momentary=self._momentary if self._momentary > _SILENT else -inf,
            max_short_term=self._short_term if self._short_term > _SILENT else -inf,
            true_peak=to_decibels(true_peak),
            sample_peak=to_decibels(self._peaks.sample_peak),
        )


def measure(sound: Samples, layout: str | None = None, sample_rate: int = SAMPLE_RATE) -> Loudness:
    """Measure a sound that lies in memory, ``float32 (channels, samples)``."""
    meter = LoudnessMeter(layout or LAYOUTS[len(sound)], sample_rate)
    for start in range(0, sound.shape[1], sample_rate):
        meter.feed(sound[:, start : start + sample_rate])
    return meter.finish()
