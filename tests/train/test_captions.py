"""``train captions``: texts into pairs, and the gap between texts and what they stand for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.footage import make_film, texture
from tests.tiny.profile import write_profile
from v2a_foley.embed import normalised
from v2a_foley.engine.profiles import load_senses
from v2a_foley.errors import FoleyError, ModelDamaged, SourceError, SpaceMismatch, StoreError, UsageError
from v2a_foley.files import scratch_folder
from v2a_foley.pairs import GrowingStore, Row, Split, StoreCard, open_pairs
from v2a_foley.pairs.card import read_card
from v2a_foley.progress import Progress
from v2a_foley.project import default_vocabulary
from v2a_foley.train import captions as job
from v2a_foley.train.caption_settings import CaptionSettings
from v2a_foley.train.captions import captions
from v2a_foley.train.means import FEW, corrected, read_means
from v2a_foley.train.texts import caption_pairs, event_pairs
from v2a_foley.video.probe import probe
from v2a_foley.video.read import read_blocks

EVENTS = """
[[event]]
name = "dog_bark"
caption = "a dog barks"
catid = "ANMLDog"
category = "ANIMALS"
subcategory = "DOG"
kind = "impulse"
layer = "FX"
level = -20.0
family = "dog"
params = { kind = "bark" }
sees = ["a dog, a hound, a puppy", "a kennel"]

[[event]]
name = "rain"
caption = "rain falls"
catid = "RAIN"
category = "RAIN"
subcategory = "GENERAL"
kind = "ambience"
layer = "BG"
level = -30.0
family = "rain"
params = { density = 0.6 }
sees = ["a wet street"]
"""


@pytest.fixture
def events(tmp_path) -> Path:
    path = tmp_path / "events.toml"
    path.write_text(EVENTS)
    return path


def images(folder: Path, count: int) -> Path:
    from PIL import Image

    folder.mkdir()
    for number in range(count):
        Image.fromarray(texture(number, (96, 64))).save(folder / f"{number}.png")
    return folder


def test_the_shipped_texts_are_the_vocabulary_itself():
    pairs = list(event_pairs(default_vocabulary()))
    assert {(pair.seen, pair.heard) for pair in pairs} == {
        (seen, event.caption) for event in default_vocabulary() for seen in (event.caption, *event.sees)
    }
    assert len({pair.key for pair in pairs}) == len(pairs)


def test_every_description_of_an_event_leads_to_its_caption(tiny, events, tmp_path):
    progress = Progress()
    result = captions(events, tmp_path / "store", CaptionSettings(profile=str(tiny)), progress)
    assert (result.pairs, result.corrected) == (5, {"seen": "", "heard": ""})
    assert len(progress.warnings) == 2, "what is not corrected must be said"
    pairs = open_pairs([tmp_path / "store"])
    assert [row.label for row in pairs.rows] == ["dog_bark"] * 3 + ["rain"] * 2
    senses = load_senses(str(tiny))
    seen, heard = pairs.take(np.arange(5))
    texts = ["a dog barks", "a dog, a hound, a puppy", "a kennel", "rain falls", "a wet street"]
    np.testing.assert_allclose(seen, senses.words.encode_texts(texts), atol=2e-6)
    expected = senses.ears.encode_texts(["a dog barks", "rain falls"])[[0, 0, 0, 1, 1]]
    np.testing.assert_allclose(heard, expected, atol=2e-6)


def test_sounds_of_the_events_stand_in_for_their_captions(tiny, events, tmp_path):
    settings = CaptionSettings(profile=str(tiny), heard=True, seeds=2)
    result = captions(events, tmp_path / "store", settings)
    assert result.pairs == 10
    pairs = open_pairs([tmp_path / "store"])
    assert pairs.rows[1].group == pairs.rows[0].group == "dog_bark/0", "sounds of one text must not be parted"
    heard = pairs.take(np.arange(10))[1]
    np.testing.assert_allclose(heard[0], heard[2], atol=1e-6)
    assert np.linalg.norm(heard[0] - heard[1]) > 1e-4, "two seeds are two sounds"
    assert np.linalg.norm(heard[0] - heard[6]) > 1e-3


def test_corrected_texts_lie_around_what_was_measured(tiny, events, tmp_path):
    """Their mean points where the measured mean points, and the means are kept beside the card."""
    settings = CaptionSettings(profile=str(tiny), images=images(tmp_path / "photos", 6), sounds="procedural", seeds=1)
    progress = Progress()
    result = captions(events, tmp_path / "store", settings, progress)
    assert result.corrected["seen"] == "images in 'photos'"
    assert any(str(FEW) in sentence for sentence in progress.warnings), "six images are few"
    pairs, kept = open_pairs([tmp_path / "store"]), read_means(tmp_path / "store")
    for name, half in zip(("seen", "heard"), pairs.take(np.arange(len(pairs))), strict=True):
        before = cosine(kept[f"{name}_raw"], kept[f"{name}_measured"])
        after = cosine(half.mean(axis=0), kept[f"{name}_measured"])
        assert after > 0.99, name
        assert after > before
        assert result.gap[name] == pytest.approx(np.linalg.norm(kept[f"{name}_raw"] - kept[f"{name}_measured"]))


def test_what_no_mean_can_take_is_left_out_of_it(tiny, tmp_path):
    """A sound of no numbers, one that is silent, and what is no sound or image; a sound may count from any time."""
    import soundfile

    (tmp_path / "caf\u00e9.txt").write_text("a dog\nrain\n")
    (tmp_path / "sounds").mkdir()
    tone = 0.3 * np.sin(np.arange(48_000) * 0.05).astype(np.float32)
    for name, sound in (("a", tone), ("nan", tone * np.float32("nan")), ("silent", tone * 0)):
        soundfile.write(tmp_path / "sounds" / f"{name}.wav", sound, 48_000, subtype="FLOAT")
    (tmp_path / "sounds" / "words.wav").write_text("no sound")
    photos = images(tmp_path / "photos", 2)
    (photos / "words.png").write_text("no image")
    progress = Progress()
    settings = CaptionSettings(profile=str(tiny), images=photos, sounds=str(tmp_path / "sounds"))
    captions(tmp_path / "caf\u00e9.txt", tmp_path / "store", settings, progress)
    senses, kept = load_senses(str(tiny)), read_means(tmp_path / "store")
    np.testing.assert_allclose(kept["heard_measured"], senses.listener().encode_audio([tone])[0], atol=1e-5)
    assert sum("left out of the mean" in sentence for sentence in progress.warnings) == 4
    card = read_card(tmp_path / "store")
    assert card.details["measured"] == [2, 1]
    assert card.details["corrected"] == {"seen": "images in 'photos'", "heard": "sounds in 'sounds'"}
    assert card.details["gap"][1] == pytest.approx(np.linalg.norm(kept["heard_raw"] - kept["heard_measured"]))
    empty = tmp_path / "empty"
    empty.mkdir()
    for wrong in (CaptionSettings(profile=str(tiny), images=empty), CaptionSettings(profile=str(tiny), sounds="no")):
        with pytest.raises(SourceError):
            captions(tmp_path / "caf\u00e9.txt", tmp_path / "other", wrong)


def test_films_are_measured_in_their_middle_and_sounds_at_their_beginning(tiny, tmp_path):
    import soundfile

    (tmp_path / "x.txt").write_text("a dog\n")
    for name in ("films", "sounds"):
        (tmp_path / name).mkdir()
    path = make_film(tmp_path / "films" / "a.mp4", seconds=4, size=(128, 72), cuts=[30, 70])
    drawn = np.random.default_rng(0).uniform(-0.3, 0.3, 11 * 48_000).astype(np.float32)
    soundfile.write(tmp_path / "sounds" / "a.wav", drawn, 48_000, subtype="FLOAT")
    settings = CaptionSettings(profile=str(tiny), images=tmp_path / "films", sounds=str(tmp_path / "sounds"))
    captions(tmp_path / "x.txt", tmp_path / "store", settings)
    senses, kept = load_senses(str(tiny)), read_means(tmp_path / "store")
    pictures = np.concatenate([block.frames for block in read_blocks(probe(path))])
    np.testing.assert_allclose(kept["seen_measured"], senses.eyes.encode_images(pictures[50:51])[0], atol=1e-5)
    first = senses.listener().encode_audio([drawn[: 10 * 48_000]])[0]
    np.testing.assert_allclose(kept["heard_measured"], first, atol=1e-5)


def test_means_come_from_a_store_of_clips(tiny, events, tmp_path):
    senses = load_senses(str(tiny))
    drawn = np.random.default_rng(0)
    rows = [Row(str(number), str(number)) for number in range(40)]
    halves = [normalised(drawn.normal(0.4, 1, (40, space.size))) for space in (senses.eyes.space, senses.ears.space)]
    card = StoreCard(senses.eyes.space, senses.ears.space, "clips", "drawn")
    with GrowingStore(tmp_path / "clips", card, warn=print) as store:
        for row, first, second in zip(rows, *halves, strict=True):
            store.add(row, first, second)
    captions(events, tmp_path / "store", CaptionSettings(profile=str(tiny), means=tmp_path / "clips"))
    kept, pairs = read_means(tmp_path / "store"), open_pairs([tmp_path / "clips"])
    np.testing.assert_allclose(kept["seen_measured"], pairs.take(pairs.of(Split.TRAIN))[0].mean(axis=0), atol=1e-6)
    sounds = CaptionSettings(profile=str(tiny), heard=True, seeds=1)
    for name, more in (("plain", {}), ("moved", {"means": tmp_path / "clips"})):
        captions(events, tmp_path / name, replace(sounds, **more))
    plain, moved = (open_pairs([tmp_path / name]).take(np.arange(5)) for name in ("plain", "moved"))
    np.testing.assert_allclose(plain[1], moved[1], atol=1e-6, err_msg="what is heard lies among sounds already")
    assert np.abs(plain[0] - moved[0]).max() > 0.05
    with pytest.raises(StoreError, match="texts"):
        captions(events, tmp_path / "more", CaptionSettings(profile=str(tiny), means=tmp_path / "store"))
    other = write_profile(tmp_path / "other", mapper="bridge")
    from tests.tiny.clip import write_clip

    write_clip(other / "clip", 24, seed=9)
    with pytest.raises(SpaceMismatch):
        captions(events, tmp_path / "more", CaptionSettings(profile=str(other), means=tmp_path / "clips"))
    assert not (tmp_path / "more").exists()


def cosine(first, second) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def two_cones(seed: int, size: int = 64, things: int = 200, gap: float = 1.5):
    """Return texts and images of the same things: a shared part, noise of their own, and a cone for each kind."""
    drawn = np.random.default_rng(seed)
    shared = drawn.normal(size=(things, size)) / np.sqrt(size)
    apart = drawn.normal(size=(2, size))
    apart = gap * apart / np.linalg.norm(apart, axis=1, keepdims=True)
    noise = drawn.normal(size=(2, things, size)) / np.sqrt(size)
    return normalised(apart[0] + shared + noise[0]), normalised(apart[1] + shared + noise[1])


def rank_one(points, texts) -> float:
    """Return how often the text nearest to a point is its own."""
    return float(np.mean(np.argmax(points @ texts.T, axis=1) == np.arange(len(points))))


@pytest.mark.parametrize("seed", range(5))
def test_in_a_world_of_two_cones_the_correction_brings_what_is_seen_to_its_text(seed):
    """Retrieval without any mapper. The mean of images is measured on others than those that are looked up."""
    texts, seen = two_cones(seed)
    moved = corrected(texts, texts.mean(axis=0), seen[100:].mean(axis=0))
    before, after = rank_one(seen[:100], texts), rank_one(seen[:100], moved)
    assert cosine(moved.mean(axis=0), seen[100:].mean(axis=0)) > 0.99
    assert after > before + 0.2
    near = np.sum(seen[:100] * moved[:100], axis=1).mean()
    assert near > np.sum(seen[:100] * texts[:100], axis=1).mean() + 0.1


@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(2, 32))
def test_what_is_corrected_is_a_direction_and_no_gap_is_no_change(seed, count, size):
    texts = normalised(np.random.default_rng(seed).normal(size=(count, size)))
    mean = texts.mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose(corrected(texts, mean, mean), texts, atol=1e-6)
    other = normalised(np.random.default_rng(seed + 1).normal(size=(1, size)))[0].astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(corrected(texts, mean, other), axis=1), 1.0, atol=1e-5)


def test_a_text_without_direction_is_told():
    text = normalised(np.array([[1.0, 0.0]]))
    with pytest.raises(ModelDamaged):
        corrected(text, np.array([1.0, 0.0]), np.zeros(2))


def test_captions_of_the_data_sets_that_there_are(tmp_path):
    audiocaps = tmp_path / "audiocaps.csv"
    audiocaps.write_text('audiocap_id,youtube_id,caption,split\n1,abc,"A dog, barking",val\n2,abc,Woof,\n')
    first, second = caption_pairs(audiocaps)
    assert first.seen == first.heard == "A dog, barking"
    assert (first.group, first.split) == ("abc", "validation")
    assert second.group == "abc"
    assert second.key != first.key
    clotho = tmp_path / "clotho.csv"
    clotho.write_text("file_name,caption_1,caption_2\nx.wav,Rain,Drops\n\ny.wav,,Wind\n")
    assert [(pair.heard, pair.group) for pair in caption_pairs(clotho)] == [
        ("Rain", "x.wav"), ("Drops", "x.wav"), ("Wind", "y.wav")
    ]  # fmt: skip
    plain = tmp_path / "plain.txt"
    plain.write_bytes("\ufeffa dog\n\n  rain \n".encode() + b"caf\xe9\n")
    assert [pair.heard for pair in caption_pairs(plain)] == ["a dog", "rain", "caf\ufffd"]
    both = tmp_path / "both.tsv"
    both.write_text("seen\tcaption\na wet street\train\n\tthunder\n")
    assert [(pair.seen, pair.heard) for pair in caption_pairs(both)] == [
        ("a wet street", "rain"), ("thunder", "thunder")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.csv", "a,b\n1,2\n"), ("x.txt", "\n\n"), ("x.csv", "caption\n\n"), ("x.toml", "nonsense ="), ("x.toml", "")],
)
def test_files_without_captions_are_refused(name, content, tiny, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(SourceError):
        captions(tmp_path / name, tmp_path / "store", CaptionSettings(profile=str(tiny)))
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("given_file", "settings"),
    [
        (False, {}),
        (True, {"events": True}),
        (True, {"heard": True}),
        (True, {"profile": "pocket", "sounds": "procedural"}),
    ],
)
def test_contradictions_are_refused(given_file, settings, tiny, tmp_path):
    (tmp_path / "x.txt").write_text("a dog\n")
    with pytest.raises(UsageError):
        captions(
            tmp_path / "x.txt" if given_file else None,
            tmp_path / "store",
            CaptionSettings(**{"profile": str(tiny), **settings}),
        )
    for contradiction in ({"means": tmp_path, "sounds": "procedural"}, {"heard": True, "sounds": "procedural"}):
        with pytest.raises(UsageError):
            CaptionSettings(**contradiction)


def test_nothing_is_left_of_a_run_that_fails(tiny, tmp_path, monkeypatch):
    (tmp_path / "x.txt").write_text("a dog\nrain\n")
    before = sorted(tmp_path.iterdir())

    def refused(*_: object, **__: object) -> None:
        raise FoleyError("no")

    monkeypatch.setattr(job, "write_shard", refused)
    with pytest.raises(FoleyError, match="no"):
        captions(tmp_path / "x.txt", tmp_path / "store", CaptionSettings(profile=str(tiny)))
    assert sorted(tmp_path.iterdir()) == before


def test_a_place_that_is_taken_is_refused(tiny, tmp_path):
    (tmp_path / "x.txt").write_text("a dog\n")
    settings = CaptionSettings(profile=str(tiny))
    (tmp_path / "store").mkdir()
    captions(tmp_path / "x.txt", tmp_path / "store", settings)
    with pytest.raises(UsageError, match="exists"):
        captions(tmp_path / "x.txt", tmp_path / "store", settings)
    with scratch_folder() as free:
        assert captions(tmp_path / "x.txt", free / "a" / "b", settings).pairs == 1


def test_many_captions_keep_their_order(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "_SHARD", 45)
    words = [f"thing number {number % 50}" for number in range(120)]
    (tmp_path / "x.txt").write_text("\n".join(words))
    result = captions(tmp_path / "x.txt", tmp_path / "store", CaptionSettings(profile=str(tiny)))
    assert (result.pairs, result.shards) == (120, 3)
    seen, _ = open_pairs([tmp_path / "store"]).take(np.arange(120))
    np.testing.assert_allclose(seen, load_senses(str(tiny)).words.encode_texts(words), atol=2e-6)
