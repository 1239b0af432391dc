"""What made clips are worth: each figure against its plain definition, on sounds that are heard in seconds."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from tests.tiny.backbones import backbone
from v2a_foley.embed import Space, normalised
from v2a_foley.evaluate.backbones import Heard
from v2a_foley.evaluate.bench import Row
from v2a_foley.evaluate.dataset import DataSet, Item
from v2a_foley.evaluate.generate import Clip
from v2a_foley.evaluate.judged import figures_of, true_figures, truth_of
from v2a_foley.evaluate.listening import Length, hear
from v2a_foley.evaluate.paper import Found
from v2a_foley.evaluate.paper_report import check_of
from v2a_foley.evaluate.seen import Seen
from v2a_foley.metrics.figure import Better, Figure, Protocol
from v2a_foley.metrics.frechet import frechet_distance
from v2a_foley.progress import Progress

RATE, COUNT, LENGTH = 16_000, 6, Length(Fraction(1, 2))
LABELS = ("rain", "a dog", "an engine")


class Ears:
    """Hears a sound as random numbers that hang on its samples: two rows each, and four classes."""

    sample_rate = RATE

    def __init__(self, key, size=5):
        self.key, self.name, self.size = key, f"{key} of noise", size

    def listen(self, sounds):
        drawn = [np.random.default_rng(abs(int(1e6 * float(wave[:50].sum())))) for wave in sounds]
        rows = np.concatenate([each.normal(size=(2, self.size)).astype(np.float32) for each in drawn])
        raised = np.exp(np.stack([each.normal(size=4) for each in drawn]))
        chances = None if self.key == "wav2clip" else raised / raised.sum(axis=1, keepdims=True)
        return Heard(rows, np.repeat(np.arange(len(sounds)), 2), chances)

    def whole(self, heard):
        return heard.embeddings.reshape(-1, 2, self.size).mean(axis=1)


@pytest.fixture
def world(tmp_path, monkeypatch):
    """True sounds and made ones, the items that they belong to, and what is heard in either."""
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    waves = {side: rng.uniform(-0.5, 0.5, (COUNT, RATE // 2)).astype(np.float32) for side in ("true", "made")}
    for side, each in waves.items():
        for number, wave in enumerate(each):
            soundfile.write(tmp_path / f"{side}{number}.wav", wave, RATE, subtype="FLOAT")
    items = tuple(Item(f"{n}", tmp_path / f"true{n}.wav", LABELS[n % 3]) for n in range(COUNT))
    data = DataSet("clips", "clips", items, COUNT, heard=True, licence="")
    pictures = normalised(rng.normal(size=(COUNT, 512)))
    seen = Seen(data, pictures, Space("eyes", 512, "512-abcdef0123456789"))
    clips = [Clip(item, tmp_path / f"made{n}.wav", 1.0 + n, "a CPU", n, "") for n, item in enumerate(items)]
    return seen, clips, waves


def by_name(figures):
    return {figure.protocol.metric: figure for figure in figures}


def measured(world, ears):
    seen, clips, _ = world
    truth = truth_of(seen, [ears], LENGTH, Progress())
    return by_name(figures_of(clips, truth, [ears], LENGTH, Progress())), truth


def test_a_classifier_is_asked_of_made_and_true_sounds_by_pair(world):
    ears = Ears("panns")
    found, _ = measured(world, ears)
    made, true = (ears.listen(world[2][side]) for side in ("made", "true"))
    assert found["FD panns"].value == pytest.approx(frechet_distance(made.embeddings, true.embeddings))
    assert found["FD panns"].samples == COUNT  # sounds, not rows
    apart = (true.probabilities * np.log(true.probabilities / (made.probabilities + 1e-6))).sum(axis=1)
    assert found["KL panns"].value == pytest.approx(apart.mean())
    assert "IS panns" in found
    assert "clips, first 0.5 s" in found["FD panns"].protocol.data


def test_each_kind_of_vggish_has_a_column_of_its_own(world):
    assert "FAD" in measured(world, Ears("vggish"))[0]
    assert "FAD vggish-pca" in measured(world, Ears("vggish-pca"))[0]


def test_clap_is_asked_of_the_true_sound_and_of_each_items_own_class(world):
    clap = backbone("clap")
    found, truth = measured(world, clap)
    true = normalised(truth.heard["clap"].mean_embeddings())
    made = hear([clip.path for clip in world[1]], clap, Progress(), length=LENGTH).mean_embeddings()
    assert found["CLAP to the true sound"].value == pytest.approx(float((made * true).sum(axis=1).mean()), abs=1e-5)
    said = clap.encode_texts([f"the sound of {LABELS[n % 3]}" for n in range(COUNT)])
    told = by_name(true_figures(truth, [clap], LENGTH))["CLAP to the class"]
    assert told.value == pytest.approx(float((true * said).sum(axis=1).mean()), abs=1e-5)


def test_cs_is_held_against_the_pictures_and_names_the_eyes(world):
    ears = Ears("wav2clip", size=512)
    found, truth = measured(world, ears)
    seen, clips, waves = world
    made = normalised(ears.whole(ears.listen(waves["made"])))
    assert found["CS"].value == pytest.approx(100 * float((made * seen.embeddings).sum(axis=1).mean()), abs=1e-4)
    assert "eyes, space 512-abcdef01" in found["CS"].protocol.rests_on
    assert "CS" in by_name(true_figures(truth, [ears], LENGTH))
    small = replace(truth, seen=replace(seen, embeddings=seen.embeddings[:, :384], space=Space("pocket", 384, "1")))
    assert "CS" not in by_name(figures_of(clips, small, [ears], LENGTH, Progress()))


def test_seconds_are_those_of_the_device_that_made_most(world):
    seen, clips, _ = world
    clips = [replace(clip, device="a GPU", seconds=0.1) if n < 2 else clip for n, clip in enumerate(clips)]
    found, _ = measured((seen, clips, world[2]), Ears("panns"))
    assert found["seconds a clip"].value == pytest.approx(np.mean([3, 4, 5, 6]))
    assert found["seconds a clip"].protocol.rests_on == "a CPU"


def test_the_first_items_are_heard_as_they_are_among_all(world):
    ears = Ears("panns")
    _, truth = measured(world, ears)
    few = truth.first(3)
    alone = ears.listen(world[2]["true"][:3])
    heard = few.heard["panns"].heard
    np.testing.assert_array_equal(heard.embeddings, alone.embeddings)
    np.testing.assert_array_equal(heard.of, alone.of)
    np.testing.assert_array_equal(heard.probabilities, alone.probabilities)
    np.testing.assert_array_equal(few.seen.embeddings, truth.seen.embeddings[:3])


def test_what_cannot_be_heard_is_left_out_with_its_picture(world):
    seen, clips, _ = world
    seen.data.items[2].path.write_bytes(b"broken")
    ears = Ears("panns")
    truth = truth_of(seen, [ears], LENGTH, Progress())
    kept = [0, 1, 3, 4, 5]
    assert [item.key for item in truth.seen.data.items] == [str(n) for n in kept]
    np.testing.assert_array_equal(truth.seen.embeddings, seen.embeddings[kept])
    found = by_name(figures_of([clips[n] for n in kept], truth, [ears], LENGTH, Progress()))
    assert found["KL panns"].samples == 5
    assert "5 of 6" in found["KL panns"].protocol.data


def test_what_one_backbone_cannot_hear_is_left_out_for_all(world):
    seen, _, waves = world
    gone = seen.data.items[1].path

    class Late(Ears):
        def listen(self, sounds):
            gone.unlink(missing_ok=True)  # before the next one listens
            return super().listen(sounds)

    first = Late("panns")
    truth = truth_of(seen, [first, Ears("passt")], LENGTH, Progress())
    assert [item.key for item in truth.seen.data.items] == ["0", "2", "3", "4", "5"]
    expected = first.listen([waves["true"][n] for n in (0, 2, 3, 4, 5)])
    for heard in truth.heard.values():
        np.testing.assert_array_equal(heard.heard.of, expected.of)
        np.testing.assert_array_equal(heard.heard.embeddings, expected.embeddings)
        np.testing.assert_array_equal(heard.heard.probabilities, expected.probabilities)


@pytest.mark.parametrize(("value", "said"), [(8.9, "may be one"), (12.0, "differ")])
def test_the_true_sounds_say_whether_the_papers_protocol_is_ours(world, value, said):
    cs = Figure(Protocol("CS", "ears and eyes"), value, value - 0.5, value + 0.5, 100, 30, Better.HIGHER)
    found = Found("full", "", "", [(world[0].data, [Row("reference", [cs])])])
    assert check_of(found).endswith(f"the paper prints 8.925. The protocols {said}.")
    assert not check_of(replace(found, sets=[(world[0].data, [])]))
