"""What users hand in, damaged at random: every reader takes it, or refuses it with one sentence of ours.

500 cases a reader here, 25,000 in the long tests; the reader of spotting lists has its own in ``interchange``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.footage import make_film
from tests.mutations import cases
from v2a_foley.audio.wav import WavWriter, read_wav
from v2a_foley.audio.whole import read_whole
from v2a_foley.engine.parts import read_parts
from v2a_foley.errors import FoleyError
from v2a_foley.media import MediaFacts
from v2a_foley.project import parse_vocabulary
from v2a_foley.project.events import default_vocabulary
from v2a_foley.video.cuts import read_cuts
from v2a_foley.video.probe import probe

QUICK, LONG, PARTS = 500, 25_000, 5

CUTS = (
    "0\n1.5\n3,25\n",
    "# my cuts\n00:00:01:12\n00:00:02:02\n\n0:03.5\n",
    """Timecode List:,00:00:01.000
Scene Number,Start Frame,Start Timecode,Start Time (seconds)
1,1,00:00:00.000,0
2,25,"00:00:01.000",1
""",
)
PROFILES = (
    """name = "mine"
[eyes]
model = "pocket"
frames = 64
weighting = "mean"
[mapper]
model = "bridge"
""",
    """[eyes]
model = "clip"
[ears]
model = "clap"
listener = "l"
[voice]
model = "v"
[events]
scale = 30
none = 0.2
""",
    """[events]
threshold = 0.5
ambience_none = -0.5
same_place = 0.8
caption_weight = 1
""",
)
VOCABULARY = (
    """[[event]]
name = "x"
caption = "x"
catid = "ANMLDog"
category = "ANIMALS"
subcategory = "DOG"
kind = "impulse"
layer = "FX"
level = -21
family = "impact"
params = { size = 0.5 }
follows = "hits"
distance = 3
sees = ["an x"]
[event.ear]
centroid = [100, 200]
source = "a"
[sources]
a = "A (1999)"
""",
    """[[event]]
name = "y"
caption = "y"
catid = "AMBRoom"
category = "AMBIENCE"
subcategory = "ROOM TONE"
kind = "ambience"
layer = "BG"
level = -50.5
family = "roomtone"
place = "room"
bed = ""
""",
)


def wav(folder: Path, bits: int, channels: int) -> bytes:
    path = folder / f"{bits} {channels}.wav"
    sound = np.random.default_rng(bits).uniform(-0.5, 0.5, (channels, 900)).astype(np.float32)
    with WavWriter(path, channels, bits=bits, time_reference=48_000) as file:
        file.write(sound if bits == 32 else (sound * 2**23).astype(np.int32))
    return path.read_bytes()


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> MediaFacts:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    make_film(path, seconds=4, size=(64, 36))
    return probe(path)


def accepts(read: Callable[[], object], what: str) -> bool:
    """Tell whether a reader took what it was given; anything but an error of ours fails."""
    refused: FoleyError | None = None
    try:
        read()
    except FoleyError as error:
        refused = error
    if refused is not None:
        assert refused.message, what
        assert len(refused.message) <= 600, what
        assert "\n" not in refused.message, what
    return refused is None


def all_of(reader: str, corpus, read: Callable[[bytes], object], first: int, last: int) -> None:
    """Give a reader its cases; some must be taken and some refused, or the mutations are too weak or too strong."""
    taken = [
        accepts(lambda data=data: read(data), f"{reader} {number}")
        for number, data in cases(corpus, reader, first, last)
    ]
    assert any(taken)
    assert not all(taken)


def encoded(texts) -> list[bytes]:
    """Texts as files hold them."""
    return [text.encode() for text in texts]


def from_file(path: Path, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Make a reader of bytes of one that reads files."""

    def written(data: bytes) -> object:
        path.write_bytes(data)
        return read(path)

    return written


def readers(folder: Path, film: MediaFacts) -> dict[str, tuple]:
    """Every reader with its corpus."""
    sounds = [wav(folder, 24, 2), wav(folder, 32, 1), wav(folder, 24, 6)]
    return {
        "cuts": (encoded(CUTS), from_file(folder / "cuts.csv", lambda path: read_cuts(path, film))),
        "profile": (encoded(PROFILES), from_file(folder / "profile.toml", read_parts)),
        "vocabulary": (encoded(VOCABULARY), lambda data: parse_vocabulary(data.decode("utf-8", "replace"))),
        "wav": (sounds, from_file(folder / "take.wav", lambda path: read_wav(path, 10, 500))),
        "sound": (sounds, from_file(folder / "init.wav", read_whole)),
    }


NAMES = ("cuts", "profile", "vocabulary", "wav", "sound")


@pytest.mark.parametrize("name", NAMES)
def test_damaged_input_is_read_or_refused(name, tmp_path, film):
    corpus, read = readers(tmp_path, film)[name]
    for data in corpus:
        read(data)
    all_of(name, corpus, read, 0, QUICK)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", range(PARTS))
def test_much_damaged_input_is_read_or_refused(name, part, tmp_path, film):
    corpus, read = readers(tmp_path, film)[name]
    size = LONG // PARTS
    all_of(name, corpus, read, part * size, (part + 1) * size)


times = st.one_of(
    st.integers(0, 3).map(str),
    st.decimals(0, 4, places=3).map(str),
    st.builds("{:02d}:{:02d}:{:02d}:{:02d}".format, *[st.integers(0, 99)] * 4),
    st.text(max_size=12),
)


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(times, max_size=8), end=st.sampled_from(["\n", "\r\n", "\r"]), mark=st.sampled_from(["", "\ufeff"])
)
def test_any_list_of_cuts(lines, end, mark, film, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any cuts.txt"
    path.write_text(mark + end.join(lines), encoding="utf-8", errors="surrogatepass", newline="")
    accepts(lambda: read_cuts(path, film), repr(lines))


@settings(max_examples=200, deadline=None)
@given(starts=st.lists(st.integers(0, 99), min_size=1, max_size=10))
def test_cuts_that_are_right_are_read_exactly(starts, film, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "right cuts.txt"
    path.write_text(
        "\n".join(f"{Fraction(frame, 25).numerator / Fraction(frame, 25).denominator:.3f}" for frame in starts)
    )
    assert read_cuts(path, film) == sorted({Fraction(frame, 25) for frame in starts})


toml_values = st.recursive(
    st.none().map(lambda _: "1979-05-27") | st.booleans().map(lambda b: str(b).lower()) | st.integers().map(str)
    | st.floats(allow_nan=True).map(str) | st.text("abc xyz", max_size=6).map(lambda t: f'"{t}"'),
    lambda inner: st.lists(inner, max_size=3).map(lambda values: "[" + ", ".join(values) + "]")
    | st.dictionaries(st.text("abcde", min_size=1, max_size=4), inner, max_size=2).map(
        lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
    ),
    max_leaves=6,
)  # fmt: skip
EVENT_KEYS = [line.split(" = ")[0] for line in VOCABULARY[0].splitlines() if " = " in line]


@settings(max_examples=300, deadline=None)
@given(key=st.sampled_from(EVENT_KEYS), value=toml_values)
def test_an_event_with_any_value_at_any_key(key, value):
    lines = VOCABULARY[0].splitlines()
    changed = "\n".join(f"{key} = {value}" if line.startswith(f"{key} = ") else line for line in lines)
    accepts(lambda: parse_vocabulary(changed), changed)


@settings(max_examples=300, deadline=None)
@given(
    section=st.sampled_from(["eyes", "ears", "mapper", "voice", "events", "name"]),
    key=st.sampled_from(["model", "frames", "weighting", "listener", "scale", "none", "threshold", "same_place"]),
    value=toml_values,
)
def test_a_profile_with_any_value_at_any_key(section, key, value, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any profile.toml"
    path.write_text(f"[{section}]\n{key} = {value}\n", encoding="utf-8")
    accepts(lambda: read_parts(path), f"{section}.{key} = {value}")


@settings(max_examples=200, deadline=None)
@given(
    tag=st.integers(0, 2**16 - 1), channels=st.integers(0, 2**16 - 1), rate=st.integers(0, 2**32 - 1),
    bits=st.integers(0, 2**16 - 1), size=st.integers(0, 2**32 - 1), body=st.binary(max_size=64),
)  # fmt: skip
def test_any_header_of_a_wav(tag, channels, rate, bits, size, body, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.wav"
    frame = channels * bits // 8 % 2**16
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * frame % 2**32, frame, bits)
    path.write_bytes(b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00" + form + b"data" + struct.pack("<I", size) + body)
    accepts(lambda: read_wav(path), repr(form))
    accepts(lambda: read_whole(path), repr(form))


def test_the_shipped_vocabulary_is_read():
    assert len(default_vocabulary()) > 100
