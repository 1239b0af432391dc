"""Sets of sounds compared: what ranks where, what belongs together, what is left out, and what is said about it."""

import json

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.cli.program import Program, assert_refused
from tests.tiny.backbones import backbone, weights_of
from tests.tiny.clip import write_clip
from v2a_foley.embed.clip import load_clip
from v2a_foley.errors import Cancelled, ModelMissing, SourceError, UsageError
from v2a_foley.evaluate.backbones import load_backbone
from v2a_foley.evaluate.listening import hear
from v2a_foley.evaluate.sound_settings import SoundSettings
from v2a_foley.evaluate.sounds import compare_sounds
from v2a_foley.evaluate.sounds_report import evaluate_sounds, report_of
from v2a_foley.metrics.frechet import frechet_distance
from v2a_foley.progress import Progress

RATE = 16_000
CLIPS = [f"clip{number}" for number in range(8)]
pytestmark = pytest.mark.xdist_group("backbones")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path / "no models"))


def knock(hertz, at, seed=0, noise=0.002):
    """Return a second with a knock of a pitch at each time."""
    drawn = np.random.default_rng(seed)
    time = np.arange(RATE) / RATE
    wave = noise * drawn.standard_normal(RATE)
    for start in at:
        since = np.maximum(time - start, 0)
        wave += 0.5 * np.sin(2 * np.pi * hertz * since) * np.exp(-15 * since) * (time >= start)
    return wave


@pytest.fixture
def world(tmp_path):
    """True sounds, near ones with two takes of each, and far ones: another pitch, another time."""
    for name in ("true", "near", "far"):
        (tmp_path / name).mkdir()
    for number, clip in enumerate(CLIPS):
        hertz, at = 200 + 150 * number, (0.2, 0.5 + 0.03 * number)
        soundfile.write(tmp_path / "true" / f"{clip}.wav", knock(hertz, at, number), RATE)
        for take in (1, 2):
            wave = knock(hertz * 1.02, at, 100 * take + number)
            soundfile.write(tmp_path / "near" / f"{clip}_{take}.flac", wave, RATE)
        wave = knock(3000 + 400 * number, (0.35, 0.9), 900 + number, noise=0.05)
        soundfile.write(tmp_path / "far" / f"{clip}.wav", wave, RATE)
    return tmp_path


def settings(world, **more):
    return SoundSettings(**{"reference": world / "true", "backbone": ("logmel",), "length": 1.0, **more})


def figures(found, title, row):
    (table,) = [each for each in found.tables if each.title.startswith(title)]
    return {protocol.metric: figure for protocol, figure in table.rows[row].items()}


def test_near_sounds_are_nearer_than_far_ones(world):
    found = compare_sounds([world / "near", world / "far"], settings(world), Progress())
    near, far = (figures(found, "log-mel", row) for row in ("near", "far"))
    assert near["FD"].high < far["FD"].low
    assert near["FD"].samples == 8  # clips, not takes
    assert not near["FD"].enough
    onsets = [figures(found, "Onsets", row)["onset F ±50 ms"] for row in ("near", "far")]
    assert onsets[0].value > 0.95
    assert onsets[1].value < 0.3
    assert [each.samples for each in onsets] == [8, 8]
    assert any("unequal numbers of sounds (near 16, far 8)" in note for note in found.notes)
    assert not any("different clips" in note for note in found.notes)
    assert near["spread"].samples == 8
    assert "spread" not in far


def test_two_takes_of_four_clips_are_four_samples(world):
    for clip in CLIPS[4:]:
        for take in (1, 2):
            (world / "near" / f"{clip}_{take}.flac").unlink()
    found = compare_sounds([world / "near"], settings(world), Progress())
    assert figures(found, "log-mel", "near")["FD"].samples == 4
    assert figures(found, "Onsets", "near")["onset F ±50 ms"].samples == 4


def test_a_figure_is_what_metrics_make_of_what_was_heard(world):
    found = compare_sounds([world / "far"], settings(world), Progress())
    ears = load_backbone("logmel")
    rows = [
        ears.listen([soundfile.read(world / folder / f"{clip}.wav", dtype="float32")[0] for clip in CLIPS]).embeddings
        for folder in ("far", "true")
    ]
    assert figures(found, "log-mel", "far")["FD"].value == pytest.approx(frechet_distance(*rows), rel=1e-4)


def test_the_same_sounds_are_at_no_distance(world):
    found = compare_sounds([world / "true"], settings(world), Progress())
    assert figures(found, "log-mel", "true")["FD"].value == pytest.approx(0, abs=1e-6)
    assert figures(found, "Onsets", "true")["onset F ±50 ms"].value == 1


def test_no_table_mixes_protocols(world):
    ears = ("logmel", f"vggish={weights_of('vggish')}", f"vggish-pca={weights_of('vggish')}")
    found = compare_sounds([world / "far"], settings(world, backbone=ears), Progress())
    fad = [next(p for p in table.columns if p.metric == "FAD") for table in found.tables if "VGGish" in table.title]
    assert len({protocol.rests_on for protocol in fad}) == 2
    for table in found.tables:
        assert len({protocol.rests_on for protocol in table.columns}) == 1
        assert len({protocol.data for protocol in table.columns}) == 1
        assert "8 true sounds" in next(iter(table.columns)).data


def test_another_reference_is_another_protocol(world):
    one = compare_sounds([world / "near"], settings(world), Progress())
    soundfile.write(world / "true" / "clip0.wav", knock(70, (0.1,)), RATE)
    other = compare_sounds([world / "near"], settings(world), Progress())
    first, second = (next(iter(found.tables[0].columns)) for found in (one, other))
    assert first != second
    assert first.rests_on == second.rests_on


def test_classifiers_give_kl_and_inception_scores(world):
    class Classes:
        """Log-mel statistics, sorted into three classes by where their energy lies."""

        key, name, sample_rate = "logmel", "classes by height", RATE

        def listen(self, sounds):
            heard = load_backbone("logmel").listen(sounds)
            levels = heard.embeddings[:, :63].astype(np.float64).reshape(len(sounds), 3, 21).mean(axis=2)
            chances = np.exp(levels - levels.max(axis=1, keepdims=True))
            return type(heard)(heard.embeddings, heard.of, chances / chances.sum(axis=1, keepdims=True))

    from v2a_foley.evaluate import sounds

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sounds, "chosen_backbones", lambda *_: ([Classes()], []))
        found = compare_sounds([world / "near", world / "far"], settings(world), Progress())
    near, far, true = (figures(found, "classes", row) for row in ("near", "far", "reference"))
    assert near["KL"].value < far["KL"].value
    assert near["KL"].samples == near["IS"].samples == 8  # clips, not takes
    assert 1 <= far["IS"].value <= 3
    assert set(true) == {"IS"}


def test_clap_is_asked_for_captions_and_for_the_true_sounds(world):
    lines = ["file,caption", *(f"{clip}.wav,a knock number {clip}" for clip in CLIPS)]
    (world / "captions.csv").write_text("\n".join(lines), encoding="utf-8")
    ears = (f"clap={weights_of('clap')}",)
    found = compare_sounds(
        [world / "near", world / "far"], settings(world, backbone=ears, captions=world / "captions.csv"), Progress()
    )
    assert figures(found, "Captions", "near")["CLAP"].samples == 8
    assert figures(found, "Captions", "reference")["CLAP"].samples == 8
    assert figures(found, "True sounds", "near")["CLAP"].samples == 8
    near, far = (figures(found, "True sounds", row)["CLAP"].value for row in ("near", "far"))
    assert near > far
    told = [backbone("clap").encode_texts([f"a knock number {clip}"])[0] for clip in CLIPS]
    heard = hear([world / "far" / f"{clip}.wav" for clip in CLIPS], backbone("clap"), Progress(), length=found.length)
    cosine = float(np.mean(np.sum(told * heard.mean_embeddings(), axis=1)))
    assert figures(found, "Captions", "far")["CLAP"].value == pytest.approx(cosine, abs=1e-5)


def test_wav2clip_is_held_against_pictures(world):
    (world / "pictures").mkdir()
    drawn = np.random.default_rng(0)
    for clip in CLIPS[:-1]:
        Image.fromarray(drawn.integers(0, 255, (40, 50, 3), dtype=np.uint8)).save(world / "pictures" / f"{clip}.png")
    eyes = write_clip(world / "eyes", size=512)
    more = {"backbone": (f"wav2clip={weights_of('wav2clip')}",), "images": world / "pictures", "eyes": eyes}
    found = compare_sounds([world / "near"], settings(world, **more), Progress())
    score = figures(found, "Pictures", "near")["CS"]
    assert score.samples == 7
    assert -100 <= score.low <= score.value <= score.high <= 100
    assert load_clip(eyes).eyes.space.fingerprint[:12] in score.protocol.rests_on, "the eyes are named, too"
    assert "reference" in next(table for table in found.tables if table.title.startswith("Pictures")).rows
    (world / "none").mkdir()
    without = compare_sounds([world / "near"], settings(world, **{**more, "images": world / "none"}), Progress())
    assert any("no picture of a sound's name" in note for note in without.notes)


def test_sounds_without_a_true_one_count_in_sets_alone(world):
    for number in range(4):
        (world / "far" / f"{CLIPS[number]}.wav").rename(world / "far" / f"other{number}.wav")
    found = compare_sounds([world / "far"], settings(world), Progress())
    assert figures(found, "log-mel", "far")["FD"].samples == 8
    assert figures(found, "Onsets", "far")["onset F ±50 ms"].samples == 4
    both = compare_sounds([world / "near", world / "far"], settings(world), Progress())
    assert any("different clips (of 8: near 8, far 4)" in note for note in both.notes)


def test_a_list_says_which_sounds_are_takes(world):
    for path in sorted((world / "near").iterdir()):
        path.rename(path.with_name(path.name.replace("clip", "made")))
    lines = ["file;clip"]
    lines += [f"made{number}_{take}.flac;clip{number}" for number in range(8) for take in (1, 2)]
    (world / "takes.csv").write_text("\n".join(lines), encoding="utf-8")
    apart = compare_sounds([world / "near"], settings(world), Progress())
    assert not [table for table in apart.tables if table.title == "Onsets"]
    assert any("fewer than two sounds have a true one" in note for note in apart.notes)
    found = compare_sounds([world / "near"], settings(world, takes=world / "takes.csv"), Progress())
    assert figures(found, "Onsets", "near")["onset F ±50 ms"].value > 0.95


def test_without_true_sounds_takes_are_still_compared(world):
    found = compare_sounds([world / "near"], settings(world, reference=None), Progress())
    assert set(figures(found, "log-mel", "near")) == {"spread"}
    with pytest.raises(UsageError, match="Nothing could be measured"):
        compare_sounds([world / "far"], settings(world, reference=None), Progress())


def test_broken_files_are_named_and_left_out_everywhere(world):
    (world / "near" / "clip0_1.flac").write_bytes(b"broken")
    (world / "true" / "clip5.wav").write_bytes(b"broken")
    progress = Progress()
    found = compare_sounds([world / "near"], settings(world), progress)
    assert set(found.broken["near"]) == {"clip0_1"}
    assert set(found.broken["reference"]) == {"clip5"}
    assert len(progress.warnings) == 2
    assert figures(found, "log-mel", "near")["spread"].samples == 7
    json.dumps(found.as_dict())


def test_what_is_not_on_this_machine_is_named_where_nothing_was_asked_for(world):
    found = compare_sounds([world / "near"], settings(world, backbone=()), Progress())
    assert [table.title for table in found.tables] == ["log-mel statistics (128)", "Onsets"]
    for key in ("panns", "vggish", "passt", "clap", "wav2clip"):
        assert any(f"rests on {key}:" in note for note in found.notes)
    assert any("comparable with no published figure" in note for note in found.notes)


def test_lists_and_pictures_that_nothing_listens_to_are_not_passed_over(world):
    (world / "captions.csv").write_text("file,caption\nclip0,a knock\nlost,a bell\n", encoding="utf-8")
    found = compare_sounds(
        [world / "near"], settings(world, captions=world / "captions.csv", images=world / "true"), Progress()
    )
    for said in ("Of 2 names in 'captions.csv' no sound bears 1, such as 'lost'", "no CLAP listens", "no Wav2CLIP"):
        assert any(said in note for note in found.notes), said
    for given in ("captions", "takes"):
        (world / "lost.csv").write_text("file,caption,clip\nlost,a bell,clip0\n", encoding="utf-8")
        with pytest.raises(SourceError, match=r"No sound bears a name of 'lost\.csv', such as 'lost'"):
            compare_sounds([world / "near"], settings(world, **{given: world / "lost.csv"}), Progress())


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"backbone": ("panns",)}, ModelMissing, "Cnn14"),
        ({"backbone": ("ears",)}, UsageError, "no backbone 'ears'"),
        ({"backbone": ("logmel", "logmel")}, UsageError, "twice"),
        ({"captions": "none.csv"}, SourceError, "cannot be read"),
        ({"captions": "true/clip0.wav"}, SourceError, "no CSV in UTF-8|lacks a column|holds no lines"),
        ({"reference": "nowhere"}, SourceError, "no folder"),
        ({"images": "nowhere"}, SourceError, "no folder"),
    ],
)
def test_what_cannot_be_compared_is_refused(world, change, error, said):
    more = {
        key: world / value if key in {"captions", "reference", "images"} else value for key, value in change.items()
    }
    with pytest.raises(error, match=said):
        compare_sounds([world / "near"], settings(world, **more), Progress())


def test_a_folder_that_stands_twice_is_refused(world):
    with pytest.raises(SourceError, match="twice"):
        compare_sounds([world / "near", world / "near"], settings(world), Progress())


def test_folders_of_one_name_are_told_apart(world):
    (world / "other").mkdir()
    (world / "far").rename(world / "other" / "near")
    found = compare_sounds([world / "near", world / "other" / "near"], settings(world), Progress())
    assert [each.name.rpartition("/")[2] for each in found.generated] == ["near", "near"]
    assert len({each.name for each in found.generated}) == 2


def test_the_comparison_can_be_stopped(world):
    progress = Progress()
    progress.listener = lambda event: progress.cancel() if event.stage == "attacks" else None
    with pytest.raises(Cancelled):
        compare_sounds([world / "near"], settings(world), progress)


def test_the_report_plays_what_is_furthest_and_what_is_nearest(world):
    found = compare_sounds([world / "near", world / "far"], settings(world), Progress())
    report = report_of(found, 3)
    (listen,) = [section for section in report.sections if section.title == "Listen"]
    assert [block.caption.partition(",")[0] for block in listen.blocks[:3]] == ["the true sound", "near", "far"]
    shown = [block.title for block in listen.blocks if block.caption == "the true sound"]
    order = sorted(found.nearness, key=found.nearness.__getitem__)
    assert shown == [order[0], order[1], order[-1]]
    assert all(block.sound.is_file() for block in listen.blocks)
    assert any("too few samples for FD (8 of 1,280)" in note for note in report.notes)
    assert not [section for section in report_of(found, 0).sections if section.title == "Listen"]


def test_the_verb_writes_a_page_and_says_what_it_found(world, capfd, monkeypatch):
    cli, page = Program(capfd, monkeypatch), world / "report é # %.html"
    line = (
        "evaluate", "sounds", world / "near", world / "far", "--reference", world / "true", "--backbone", "logmel",
        "--length", 1, "-o", page, "--json",
    )  # fmt: skip
    done = cli(*line)
    assert done.code == 0, done.err
    assert done.json["generated"] == {"near": 16, "far": 8}
    assert {table["title"] for table in done.json["tables"]} == {"log-mel statistics (128)", "Onsets"}
    assert page.read_text(encoding="utf-8").count("<audio") >= 12
    assert_refused(cli(*line[:-1]), 2)


def test_no_page_is_written_where_nothing_is_found(world):
    with pytest.raises(SourceError):
        evaluate_sounds([world / "nowhere"], world / "page.html", settings(world), Progress())
    assert not (world / "page.html").exists()
