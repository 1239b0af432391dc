"""Frames: all of them, in order, upright, at their own times; and no thread left behind, whatever happens."""

from __future__ import annotations

import subprocess
import sys
import threading
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.footage import make_film, real_clip, texture, variable_times
from v2a_foley.errors import Cancelled, MediaUnreadable
from v2a_foley.progress import Progress
from v2a_foley.video.ahead import run_ahead
from v2a_foley.video.decord_door import fitting_size
from v2a_foley.video.look import look
from v2a_foley.video.probe import frame_clock, probe
from v2a_foley.video.read import read_blocks, read_frames

COUNT = 60
SIZE = (192, 96)


def numbered(count=COUNT, size=SIZE):
    """Yield frames that carry their own number, as six bright or dark fields."""
    for number in range(count):
        frame = np.full((size[1], size[0], 3), 60, np.uint8)
        for bit in range(6):
            if number >> bit & 1:
                frame[:, bit * size[0] // 6 : (bit + 1) * size[0] // 6] = 220
        yield frame


def number_of(frame) -> int:
    fields = np.array_split(frame.astype(float).mean(axis=(0, 2)), 6)
    return sum(1 << bit for bit, field in enumerate(fields) if field[len(field) // 4 : -len(field) // 4].mean() > 140)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    assert not [thread for thread in threading.enumerate() if thread.name == "v2a-foley-decode"]


FILMS = {
    "a.mp4": {"sound": "tone"},
    "b.mkv": {"rate": "24000/1001"},
    "c.mov": {"vcodec": "prores_ks", "pix_fmt": "yuva444p10le"},
    "d.mp4": {"vcodec": "libx265", "pix_fmt": "yuv420p10le"},
    "e.webm": {"vcodec": "libvpx-vp9", "sound": "tone"},
    "f.ts": {"sound": "tone"},
    "g.flv": {"sound": "tone"},
    "h.avi": {},
    "i.mkv": {"vcodec": "mpeg2video", "extra": ["-flags", "+ilme+ildct", "-g", "12"]},
    "j.mp4": {"picture_offset": 0.4, "sound": "tone"},
    "k.mkv": {"vcodec": "ffv1", "pix_fmt": "yuv444p"},
    "l.mxf": {"vcodec": "mpeg2video"},
}


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("block", [7, 32])
def test_every_frame_comes_once_in_order_at_its_own_time(tmp_path, name, block):
    rate = FILMS[name].get("rate", "25")
    seconds = float(COUNT / Fraction(rate))
    film = make_film(tmp_path / name, frames=numbered(), size=SIZE, seconds=seconds, **FILMS[name])
    facts = probe(film)
    blocks = list(read_blocks(facts, short_side=96, block=block))
    numbers = [number_of(frame) for found in blocks for frame in found.frames]
    assert numbers == list(range(COUNT))
    times = [time for found in blocks for time in found.times]
    assert times == [facts.picture.start + n / Fraction(rate) for n in range(COUNT)]
    assert [found.first for found in blocks] == list(range(0, COUNT, block))


def test_a_raw_stream_without_a_container_is_read_through_a_remux(tmp_path):
    film = make_film(tmp_path / "a.264", frames=numbered(), size=SIZE, bframes=False)
    numbers = [number_of(frame) for found in read_blocks(probe(film), short_side=96) for frame in found.frames]
    assert numbers == list(range(COUNT))


def test_a_variable_rate_film(tmp_path):
    facts = probe(make_film(tmp_path / "a.mp4", variable=True))
    assert [time for found in read_blocks(facts) for time in found.times] == variable_times(2.0, "25")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_frames_are_upright(tmp_path, turn):
    still = np.full((96, 192, 3), 40, np.uint8)
    still[:30, :60] = (250, 30, 30)
    film = make_film(tmp_path / "a.mp4", frames=[still] * 5, size=SIZE, seconds=0.2, rotation=turn)
    frame = next(iter(read_blocks(probe(film), short_side=96))).frames[0]
    shown = np.rot90(still, -turn // 90)
    assert frame.shape[0] > frame.shape[1] if turn in (90, 270) else frame.shape[0] < frame.shape[1]
    small = np.asarray(Image.fromarray(shown).resize(frame.shape[1::-1]))
    assert np.abs(frame.astype(int) - small).mean() < 6


@pytest.mark.parametrize("size", [(8, 8), (16, 8), (322, 182), (64, 300), (2, 2)])
def test_odd_sizes(tmp_path, size):
    film = make_film(tmp_path / "a.mp4", size=size, seconds=0.4, vcodec="libx264" if min(size) > 2 else "mjpeg")
    [block] = read_blocks(probe(film))
    assert len(block.frames) == 10
    assert block.frames.shape[3] == 3


def test_an_odd_width(tmp_path):
    film = make_film(tmp_path / "a.mkv", size=(321, 181), vcodec="ffv1", pix_fmt="yuv444p", seconds=0.4)
    [block] = read_blocks(probe(film))
    assert len(block.frames) == 10


def test_wide_pixels_are_shown_wide(tmp_path):
    film = make_film(tmp_path / "a.mp4", size=(720, 576), pixel_aspect="64/45", seconds=0.2)
    height, width = next(iter(read_blocks(probe(film)))).frames.shape[1:3]
    assert width / height == pytest.approx(16 / 9, rel=0.02)


@given(st.integers(2, 8192), st.integers(2, 8192), st.sampled_from([64, 224, 256, 512]))
def test_sizes_keep_the_aspect_and_the_step(width, height, short):
    wide, high = fitting_size(width, height, short)
    assert wide % 64 == 0
    assert 16 <= high <= 4096
    if 0.25 < width / height < 4 and min(width, height) >= short >= 224:
        assert wide / high == pytest.approx(width / height, rel=0.02)
        assert 0.8 * short <= min(wide, high) <= 1.2 * short


def test_single_frames(tmp_path):
    film = make_film(tmp_path / "a.mp4", frames=numbered(), size=SIZE, sound="tone")
    facts = probe(film)
    clock = frame_clock(facts)
    wanted = [41, 3, 59, 3, 17]
    times = [clock.time(n) + Fraction(1, 100) for n in wanted]
    assert [number_of(frame) for frame in read_frames(facts, times, short_side=96)] == wanted
    assert [number_of(f) for f in read_frames(facts, [Fraction(-1), Fraction(99)], short_side=96)] == [0, 59]
    assert len(read_frames(facts, [], short_side=96)) == 0


def test_single_frames_of_a_transport_stream(tmp_path):
    film = make_film(tmp_path / "a.ts", frames=numbered(), size=SIZE, sound="tone")
    facts = probe(film)
    times = [frame_clock(facts).time(n) for n in (0, 30, 59)]
    assert [number_of(frame) for frame in read_frames(facts, times, short_side=96)] == [0, 30, 59]


# Photographs


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff"])
def test_a_photograph_is_one_block_of_one_frame(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(texture(1, (640, 360))).save(path)
    facts = probe(path)
    [block] = read_blocks(facts)
    assert block.frames.shape == (1, 252, 448, 3)
    assert block.times == (0,)
    assert read_frames(facts, [Fraction(0), Fraction(5)]).shape[0] == 2
    found = look(facts)
    assert len(found.shots) == 1
    assert found.motion.peaks == ()


def test_a_photograph_on_its_side_is_read_upright(tmp_path):
    path = tmp_path / "a.jpg"
    picture = np.full((96, 192, 3), 40, np.uint8)
    picture[:48, :96] = 250
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(picture).save(path, exif=exif, quality=95)
    [block] = read_blocks(probe(path), short_side=96)
    frame = block.frames[0].mean(axis=2)
    height, width = frame.shape
    assert height > width
    assert frame[: height // 3, -width // 3 :].mean() > 200
    assert frame[-height // 3 :].mean() < 80


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_every_kind_of_pixel(tmp_path, mode):
    picture = Image.fromarray(texture(1, (320, 180)))
    image = Image.fromarray(np.full((180, 320), 32768, np.uint16)) if mode == "I;16" else picture.convert(mode)
    if mode == "RGBA":
        image.putalpha(0)
    path = tmp_path / f"a.{'jpg' if mode == 'CMYK' else 'png'}"
    image.save(path)
    [block] = read_blocks(probe(path))
    assert block.frames.shape[3] == 3
    if mode in ("RGBA", "I;16"):
        assert abs(float(block.frames.mean()) - 128) < 2


# What goes wrong


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_film_cut_short_shows_what_is_left(tmp_path, suffix):
    extra = ["-movflags", "+faststart"] if suffix == ".mp4" else []
    film = make_film(tmp_path / f"a{suffix}", frames=numbered(), size=SIZE, sound="tone", extra=["-g", "10", *extra])
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 6 // 10])
    facts = probe(film)
    progress = Progress()
    assert len(look(facts, progress=progress).motion.times) == facts.picture.frames
    if suffix != ".ts":
        assert any("last" in warning for warning in progress.warnings)
    numbers = [number_of(frame) for found in read_blocks(facts, short_side=96) for frame in found.frames]
    assert numbers[:20] == list(range(20))


@pytest.mark.parametrize("bframes", [False, True])
def test_a_film_damaged_in_the_middle_is_read_on_and_stays_in_step(tmp_path, bframes):
    film = make_film(
        tmp_path / "a.mp4", frames=numbered(), size=SIZE, bframes=bframes, extra=["-g", "10", "-movflags", "+faststart"]
    )
    data = bytearray(film.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = np.random.default_rng(1).bytes(400)
    film.write_bytes(data)
    facts, progress = probe(film), Progress()
    with progress.stage("look") as stage:
        blocks = list(read_blocks(facts, short_side=96, progress=stage))
    numbers = [number_of(frame) for found in blocks for frame in found.frames]
    assert len(numbers) == facts.picture.frames == COUNT
    assert numbers[:5] == list(range(5))
    assert numbers[-10:] == list(range(COUNT - 10, COUNT))


def test_a_picture_that_nothing_decodes_is_a_typed_error(tmp_path):
    film = make_film(tmp_path / "a.mp4", seconds=1)
    facts = probe(film)
    film.write_bytes(b"not any more" * 100)
    with pytest.raises(MediaUnreadable) as caught:
        list(read_blocks(facts))
    assert caught.value.hint


def test_cancelling_stops_the_decoder(tmp_path):
    facts = probe(make_film(tmp_path / "a.mp4", seconds=8))
    progress = Progress()

    class Impatient:
        def feed(self, block):
            if block.first >= 32:
                progress.cancel()

    with pytest.raises(Cancelled):
        look(facts, watchers=[Impatient()], progress=progress)


def test_a_reader_that_stops_early_leaves_no_thread(tmp_path):
    facts = probe(make_film(tmp_path / "a.mp4", seconds=8))
    blocks = read_blocks(facts, block=8)
    next(blocks)
    blocks.close()


def test_an_error_in_the_thread_reaches_the_reader_as_it_is():
    def items():
        yield 1
        raise MediaUnreadable("broken")

    seen = []
    with pytest.raises(MediaUnreadable, match="broken"):
        seen.extend(run_ahead(items()))
    assert list(run_ahead(range(100))) == list(range(100))


def test_no_more_is_made_than_may_wait():
    made = []

    def items():
        for number in range(1000):
            made.append(number)
            yield number

    ahead = run_ahead(items(), depth=2)
    assert next(ahead) == 0
    ahead.close()
    assert len(made) <= 6


# The door to decord


@pytest.mark.parametrize("first", ["", "import torch"])
def test_decord_is_loaded_without_cuda(first):
    code = (
        f"{first}\n"
        "import sys, importlib.util\n"
        "before = open('/proc/self/maps').read().count('/nvidia/')\n"
        "from v2a_foley.video.decord_door import _decord\n"
        "_decord()\n"
        "after = open('/proc/self/maps').read().count('/nvidia/')\n"
        "spec = importlib.util.find_spec('nvidia')\n"
        "print(after == before, 'nvidia' not in sys.modules or sys.modules['nvidia'] is not None)\n"
        "import torch; print(torch.ones(2).sum().item())\n"
    )
    if not sys.platform.startswith("linux"):
        code = "print(True, True); print(2.0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "2.0"]


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, v2a_foley.video.look, v2a_foley.video.probe\n"
        "print([m for m in ('decord', 'cv2', 'av', 'torch', 'scenedetect', 'PIL', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_real_clips_are_read_whole():
    for name in ("bikes.mp4", "bigbuckbunny.mp4", "carphone_pristine.mp4", "carphone_distorted.mp4"):
        facts = probe(real_clip(name))
        assert sum(len(found.frames) for found in read_blocks(facts, short_side=128)) == facts.picture.frames
