"""Files and what is heard in them: every kind, one length, the memory, broken ones, stopping."""

from fractions import Fraction

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.footage import make_film
from v2a_foley.errors import Cancelled, SourceError
from v2a_foley.evaluate.backbones import load_backbone
from v2a_foley.evaluate.backbones.protocol import Heard
from v2a_foley.evaluate.listening import Length, hear, sounds_in
from v2a_foley.progress import Progress

RATE = 16_000


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "sounds"
    place.mkdir()
    return place


class Counting:
    """Log-mel statistics that count what they are given."""

    key, name, sample_rate = "logmel", "log-mel statistics (128), counted", RATE

    def __init__(self):
        self.given = []
        self._ears = load_backbone("logmel")

    def listen(self, sounds):
        self.given += [len(sound) for sound in sounds]
        return self._ears.listen(sounds)


class Framed:
    """One row a second, and two classes."""

    key, name, sample_rate = "framed", "frames", RATE

    def listen(self, sounds):
        counts = [len(sound) // RATE for sound in sounds]
        rows = np.concatenate([np.arange(count) for count in counts]).astype(np.float32)
        chances = np.tile([0.25, 0.75], (len(sounds), 1))
        return Heard(np.stack([rows, rows * 2], axis=1), np.repeat(np.arange(len(sounds)), counts), chances)


def write(path, seconds=1.0, hertz=440.0, rate=44_100, channels=2):
    at = np.arange(round(seconds * rate)) / rate
    wave = 0.3 * np.sin(2 * np.pi * hertz * at) + 0.05 * np.random.default_rng(0).standard_normal(len(at))
    soundfile.write(path, np.tile(wave[:, None], (1, channels)), rate)
    return path


def test_a_folder_gives_its_sounds_by_name(folder):
    (folder / "deeper").mkdir()
    (folder / ".hidden").mkdir()
    for name in ("b.wav", "a.FLAC", "deeper/c.ogg", ".hidden/d.wav", "notes.txt"):
        (folder / name).touch()
    assert [path.name for path in sounds_in(folder)] == ["a.FLAC", "b.wav", "c.ogg"]
    assert sounds_in(folder / "b.wav") == [folder / "b.wav"]


def test_a_folder_without_sounds_is_refused(folder):
    with pytest.raises(SourceError, match="no sounds"):
        sounds_in(folder)
    with pytest.raises(SourceError, match="no folder"):
        sounds_in(folder / "none")


def test_every_kind_of_file_is_heard(folder):
    for name in ("a.wav", "b.flac", "c.ogg", "d.mp3"):
        write(folder / name)
    make_film(folder / "e.mp4", sound="tone")
    found = hear(sounds_in(folder), load_backbone("logmel"), Progress(), length=Length(Fraction(1)))
    assert [path.name for path in found.paths] == ["a.wav", "b.flac", "c.ogg", "d.mp3", "e.mp4"]
    assert found.heard.embeddings.shape == (5, 128)
    assert not found.broken
    same = found.heard.embeddings[0] - found.heard.embeddings[1]
    assert np.abs(same).max() < 0.01  # 16 bits in both


def test_sounds_are_brought_to_one_length(folder):
    write(folder / "long.wav", seconds=3)
    write(folder / "short.wav", seconds=0.5)
    ears = Counting()
    hear(sounds_in(folder), ears, Progress(), length=Length(Fraction(2)))
    assert ears.given == [2 * RATE, 2 * RATE]
    ears = Counting()
    hear(sounds_in(folder), ears, Progress(), length=Length(None))
    assert ears.given == pytest.approx([3 * RATE, RATE // 2], abs=2)


def test_the_channels_mean_is_heard(folder):
    one, other = np.random.default_rng(1).uniform(-0.4, 0.4, (2, RATE))
    soundfile.write(folder / "both.wav", np.stack([one, other], axis=1), RATE, subtype="FLOAT")
    soundfile.write(folder / "mean.wav", (one + other) / 2, RATE, subtype="FLOAT")
    found = hear(sounds_in(folder), load_backbone("logmel"), Progress(), length=Length(Fraction(1)))
    np.testing.assert_allclose(found.heard.embeddings[0], found.heard.embeddings[1], atol=1e-4)


def test_what_is_remembered_and_what_is_new_stand_in_the_files_order(folder):
    paths = [write(folder / f"{number}.wav", hertz=300 * (number + 1)) for number in range(5)]
    alone = [hear([path], Counting(), Progress(), remember=False).heard.embeddings[0] for path in paths]
    hear([paths[1], paths[3]], Counting(), Progress())
    ears = Counting()
    found = hear(paths, ears, Progress())
    assert len(ears.given) == 3, "two of them are remembered"
    assert found.paths == tuple(paths)
    np.testing.assert_allclose(found.heard.embeddings, np.stack(alone), atol=1e-5)


def test_other_weights_under_the_same_key_have_a_memory_of_their_own(folder):
    path = write(folder / "a.wav")
    first, other = Counting(), Counting()
    other.name = "log-mel statistics (128), of other weights"
    hear([path], first, Progress())
    hear([path], other, Progress())
    assert len(first.given) == len(other.given) == 1


@given(samples=st.integers(1, 50), seconds=st.fractions(Fraction(1, 10), 5), rate=st.integers(1, 10))
def test_a_length_keeps_the_beginning(samples, seconds, rate):
    wave = np.arange(1, samples + 1, dtype=np.float32)
    cut = Length(seconds).of(wave, rate)
    assert len(cut) == round(seconds * rate)
    kept = min(len(cut), samples)
    assert np.array_equal(cut[:kept], wave[:kept])
    assert not cut[kept:].any()


def test_what_was_heard_is_remembered_by_its_bytes(folder, tmp_path):
    write(folder / "a.wav")
    write(folder / "b.wav", hertz=300)
    ears, length = Counting(), Length(Fraction(1))
    first = hear(sounds_in(folder), ears, Progress(), length=length)
    again = hear(sounds_in(folder), ears, Progress(), length=length)
    assert len(ears.given) == 2
    np.testing.assert_array_equal(first.heard.embeddings, again.heard.embeddings)
    assert first.hashes == again.hashes

    (folder / "a.wav").rename(folder / "z.wav")  # another name, the same bytes
    renamed = hear(sounds_in(folder), ears, Progress(), length=length)
    assert len(ears.given) == 2
    np.testing.assert_array_equal(renamed.heard.embeddings, first.heard.embeddings[::-1])

    write(folder / "b.wav", hertz=500)  # the same name, other bytes
    hear(sounds_in(folder), ears, Progress(), length=length)
    assert len(ears.given) == 3
    hear(sounds_in(folder), ears, Progress(), length=Length(Fraction(2)))  # another rule
    assert len(ears.given) == 5
    hear(sounds_in(folder), ears, Progress(), length=length, remember=False)
    assert len(ears.given) == 7


def test_a_damaged_memory_is_made_again(folder, tmp_path):
    write(folder / "a.wav")
    ears = Counting()
    first = hear(sounds_in(folder), ears, Progress())
    (kept,) = (tmp_path / "cache").rglob("*.safetensors")
    for content in (b"", b"nonsense", kept.read_bytes()[:-9]):
        kept.write_bytes(content)
        again = hear(sounds_in(folder), ears, Progress())
        np.testing.assert_array_equal(first.heard.embeddings, again.heard.embeddings)
    assert len(ears.given) == 4


def test_rows_and_classes_survive_the_memory(folder):
    write(folder / "a.wav", seconds=1)
    write(folder / "b.wav", seconds=3, hertz=200)
    for _ in range(2):
        found = hear(sounds_in(folder), Framed(), Progress(), length=Length(None))
        assert found.heard.of.tolist() == [0, 1, 1, 1]
        assert found.heard.probabilities.tolist() == [[0.25, 0.75]] * 2
        assert found.mean_embeddings().tolist() == [[0, 0], [1, 2]]


def test_broken_files_are_left_out_and_named(folder):
    write(folder / "a.wav")
    (folder / "b.wav").write_bytes(b"no sound at all")
    (folder / "c.wav").touch()
    make_film(folder / "d.mp4", sound="none")
    soundfile.write(folder / "e.wav", np.full(RATE, np.nan, np.float32), RATE, subtype="FLOAT")
    progress = Progress()
    found = hear([*sounds_in(folder), folder / "gone.wav"], load_backbone("logmel"), progress)
    assert [path.name for path in found.paths] == ["a.wav"]
    assert {path.name for path in found.broken} == {"b.wav", "c.wav", "d.mp4", "e.wav", "gone.wav"}
    assert len(progress.warnings) == 5
    assert any("no numbers" in said for said in progress.warnings)


def test_many_broken_files_are_counted(folder):
    write(folder / "a.wav")
    for number in range(9):
        (folder / f"x{number}.wav").touch()
    progress = Progress()
    hear(sounds_in(folder), load_backbone("logmel"), progress)
    assert len(progress.warnings) == 6
    assert progress.warnings[-1].startswith("4 more sounds")


def test_nothing_but_broken_files_is_refused(folder):
    (folder / "a.wav").touch()
    with pytest.raises(SourceError, match="Not one of 1 sounds") as caught:
        hear(sounds_in(folder), load_backbone("logmel"), Progress())
    assert "a.wav" in caught.value.message


def test_listening_is_told_and_can_be_stopped(folder):
    for number in range(40):
        write(folder / f"{number:02}.wav", seconds=0.1, hertz=100 + number)
    told = []
    progress = Progress(told.append)
    hear(sounds_in(folder), load_backbone("logmel"), progress, remember=False)
    assert [event.done for event in told if event.stage == "listen"][-1] == 40
    assert told[0].total == 40

    ears, progress = Counting(), Progress()
    progress.listener = lambda event: progress.cancel() if event.done >= 5 else None
    with pytest.raises(Cancelled):
        hear(sounds_in(folder), ears, progress)
    heard = len(ears.given)
    assert 0 < heard < 40
    hear(sounds_in(folder), ears, Progress())
    assert len(ears.given) == 40  # what was heard before the stop was not heard again
