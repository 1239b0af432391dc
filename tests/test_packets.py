"""Packets are read on past streams that appear midway."""

import av
import pytest

from tests.footage import ffmpeg, make_film
from v2a_foley.packets import packets


class Surprised:
    """A container that meets a stream it has no name for, as PyAV's does on some damaged transport streams."""

    def __init__(self, *runs) -> None:
        self.runs = list(runs)

    def demux(self, streams):
        for one in self.runs.pop(0):
            if one == "new":
                raise IndexError("list index out of range")
            yield one


def test_a_stream_without_a_name_is_left_out():
    assert list(packets(Surprised([1, 2, "new"], ["new"], [3, 4]))) == [1, 2, 3, 4]


def test_a_container_that_breaks_off_says_so():
    class Broken:
        def demux(self, streams):
            yield 1
            raise av.InvalidDataError(1, "broken")

    with pytest.raises(av.InvalidDataError):
        list(packets(Broken()))


def test_a_programme_that_gains_a_sound_track_midway(tmp_path):
    first, second, both = (tmp_path / name for name in ("a.ts", "b.ts", "c.ts"))
    make_film(first, seconds=4, size=(64, 36), sound="tone")
    make_film(second, seconds=1, size=(64, 36), sound="tone")
    ffmpeg("-i", second, "-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy", tmp_path / "d.ts")
    both.write_bytes(first.read_bytes() + (tmp_path / "d.ts").read_bytes())
    with av.open(str(both)) as film:
        picture = film.streams.video[0]
        known = [*film.streams]
        assert sum(1 for packet in packets(film, *known) if packet.size and packet.stream == picture) == 125
