from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.audio.sounds import RATE, blocks, noise
from tests.footage import ffmpeg
from v2a_foley.audio import wav
from v2a_foley.audio.wav import WavWriter, read_wav, to_24_bits
from v2a_foley.errors import DiskFull, OutputError, RenderError


def chunks(path):
    """Parse the chunks of a RIFF or RF64 file: an oracle of our own reading, apart from the writer."""
    data = path.read_bytes()
    found, at = {"id": data[:4], "riff": struct.unpack_from("<I", data, 4)[0], "size": len(data)}, 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"data" and size == 0xFFFFFFFF:
            size = struct.unpack_from("<Q", found[b"ds64"], 8)[0]
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def save(path, sound, **kwargs):
    with WavWriter(path, len(sound), **kwargs) as file:
        for block in blocks(sound, 5000):
            file.write(block)
    return path


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("bits", [24, 32])
def test_comes_back_through_soundfile_and_ffmpeg(tmp_path, channels, bits):
    sound = noise(0.3, 0.2, channels)[:, :14_001]
    path = save(tmp_path / "a.wav", sound, bits=bits, layout="5.1")
    back, rate = soundfile.read(path, dtype="float32", always_2d=True)
    wanted = sound if bits == 32 else to_24_bits(sound) / np.float32(2**23)
    assert rate == RATE
    np.testing.assert_array_equal(back.T, wanted)
    assert soundfile.info(path).subtype == ("FLOAT" if bits == 32 else "PCM_24")
    raw = tmp_path / "a.f32"
    ffmpeg("-i", path, "-f", "f32le", raw)
    np.testing.assert_array_equal(np.fromfile(raw, np.float32).reshape(-1, channels).T, wanted)


def test_six_channels_say_which_loudspeakers(tmp_path):
    path = save(tmp_path / "a.wav", noise(0.1, channels=6), layout="5.1")
    assert "5.1" in ffmpeg("-loglevel", "info", "-i", path, "-f", "null", "-")


def test_broadcast_chunk(tmp_path):
    path = save(tmp_path / "a.wav", noise(0.1), time_reference=172_972_800, description="Größe: FX", originator="me")
    found = chunks(path)
    bext = found[b"bext"]
    assert len(bext) == 602
    assert bext[:256].rstrip(b"\0") == b"Gr??e: FX"
    assert bext[256:288].rstrip(b"\0") == b"me"
    assert struct.unpack_from("<QH", bext, 338) == (172_972_800, 1)
    assert bext[320:330].decode().count("-") == 2
    assert found["riff"] == found["size"] - 8
    assert "time_reference  : 172972800" in ffmpeg("-loglevel", "info", "-i", path, "-f", "null", "-")


def test_a_time_reference_past_32_bits(tmp_path):
    path = save(tmp_path / "a.wav", noise(0.1), time_reference=2**33 + 5)
    assert struct.unpack_from("<Q", chunks(path)[b"bext"], 338)[0] == 2**33 + 5


@given(st.lists(st.integers(-(2**23), 2**23 - 1), min_size=1, max_size=50))
def test_24_bits_survive_floats(values):
    whole = np.array([values], np.int32)
    np.testing.assert_array_equal(to_24_bits(whole / np.float32(2**23)), whole)


def test_full_scale_is_clipped_not_wrapped():
    np.testing.assert_array_equal(
        to_24_bits(np.float32([[1.5, 1.0, -1.0, -7]])), [[8388607, 8388607, -8388608, -8388608]]
    )


def test_an_odd_number_of_bytes_is_padded(tmp_path):
    path = save(tmp_path / "a.wav", noise(0.1, channels=1)[:, :1001])
    found = chunks(path)
    assert (found["size"] % 2, len(found[b"data"]), found["riff"]) == (0, 3003, found["size"] - 8)


def test_becomes_rf64_when_sizes_do_not_fit(tmp_path, monkeypatch):
    monkeypatch.setattr(wav, "_MAX_RIFF", 10_000)
    sound = noise(0.2, channels=2)
    path = save(tmp_path / "a.wav", sound, time_reference=77)
    monkeypatch.undo()
    data = bytearray(path.read_bytes())
    assert data[:8] == b"RF64\xff\xff\xff\xff"
    whole, size, samples, table = struct.unpack_from("<QQQI", data, 20)
    assert (whole, size, samples, table) == (len(data) - 8, 9600 * 6, 9600, 0)
    place = data.index(b"data") + 4
    assert struct.unpack_from("<I", data, place)[0] == 10_000
    data[place : place + 4] = b"\xff" * 4
    path.write_bytes(data)
    back, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_array_equal(back.T, to_24_bits(sound) / np.float32(2**23))
    assert "time_reference  : 77" in ffmpeg("-loglevel", "info", "-i", path, "-f", "null", "-")


@pytest.mark.long
def test_more_than_four_gigabytes(tmp_path):
    block, path = np.zeros((2, 4 * 1024 * 1024), np.int32), tmp_path / "long.wav"
    with WavWriter(path, 2) as file:
        for _ in range(171):
            file.write(block)
        file.write(np.full((2, 3), 99, np.int32))
    assert path.stat().st_size > 2**32
    info = soundfile.info(path)
    assert info.frames == 171 * 4 * 1024 * 1024 + 3
    tail, _ = read_wav(path, info.frames - 3)
    np.testing.assert_array_equal(tail * 2**23, 99)


def test_a_full_disk_is_said():
    file = WavWriter(Path("/dev/full"), 2)
    with pytest.raises(DiskFull, match="space"):
        file.write(noise(1))


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(OutputError):
        WavWriter(tmp_path / "no" / "a.wav", 2)


def test_reads_parts(tmp_path):
    sound = noise(0.5)
    path = save(tmp_path / "a.wav", sound, bits=32)
    part, rate = read_wav(path, 100, 50)
    np.testing.assert_array_equal(part, sound[:, 100:150])
    assert rate == RATE
    assert read_wav(path, 23_990, 50)[0].shape == (2, 10)
    assert read_wav(path, 99_999, 50)[0].shape == (2, 0)
    np.testing.assert_array_equal(read_wav(path)[0], sound)


@pytest.mark.parametrize("content", [None, b"", b"this is no sound"])
def test_a_damaged_take_names_itself(tmp_path, content):
    path = tmp_path / "take.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RenderError, match=r"take\.wav"):
        read_wav(path)


def test_a_float_file_is_turned_up_in_place_and_may_go_on(tmp_path):
    sound = noise(7.5, 0.1)
    path = tmp_path / "take.wav"
    with WavWriter(path, len(sound), bits=32) as wav:
        wav.write(sound)
        wav.amplify(-6.0)
        wav.write(sound)
    read, _ = read_wav(path)
    gain = np.float32(10 ** (-6 / 20))
    np.testing.assert_array_equal(read, np.concatenate([sound * gain, sound], axis=1))


def test_a_file_of_whole_numbers_is_not_rounded_twice(tmp_path):
    with WavWriter(tmp_path / "stem.wav", 1) as wav, pytest.raises(ValueError, match="float"):
        wav.amplify(-6.0)
