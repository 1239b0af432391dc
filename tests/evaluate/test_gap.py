import numpy as np
import pytest
import torch

from tests.cli.program import Program, assert_refused
from tests.tiny.profile import stranger
from tests.train.world import SIZE, World
from v2a_foley.embed import Space, normalised
from v2a_foley.errors import SpaceMismatch, StoreError, UsageError
from v2a_foley.evaluate.gap import CAPTIONS, PICTURES, SOUNDS, find_gap
from v2a_foley.evaluate.gap_report import evaluate_gap, report_of
from v2a_foley.evaluate.gap_settings import GapSettings
from v2a_foley.evaluate.report.content import Plot, Text
from v2a_foley.mapper.checkpoint import save_mapper
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.network import DiffusionConfig, DiffusionNetwork
from v2a_foley.mapper.regression import MlpRegressor, MlpRegressorConfig, RegressionMapper
from v2a_foley.metrics.figure import REFERENCE, Table
from v2a_foley.pairs import Row, StoreCard, write_shard
from v2a_foley.pairs.card import write_card
from v2a_foley.progress import Progress

CPU = GapSettings(device="cpu")


@pytest.fixture(scope="module", autouse=True)
def _calm():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def cli(capfd, monkeypatch):
    return Program(capfd, monkeypatch)


def write(folder, spaces, halves, *, split="test", kind="clips"):
    """Write a store of one shard."""
    (folder / "shards").mkdir(parents=True)
    write_card(folder, StoreCard(*spaces, kind, "made for a test"))
    rows = [Row(f"{split} {n}", f"{split} {n}", "", split) for n in range(len(halves[0]))]
    write_shard(folder / "shards" / "00000.safetensors", spaces, rows, *(normalised(half) for half in halves))
    return folder


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A store, captions and two untrained mappers between the spaces of one world."""
    folder = tmp_path_factory.mktemp("gap")
    world = World(3)
    world.write(folder / "store", {"train": world.draw(60), "test": world.draw(140)})
    world.write(folder / "captions", {"train": world.draw(80)})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        shape = DiffusionConfig(width=32, depth=1, heads=2, head_size=16, rotary=8, source=SIZE, target=SIZE)
        drawing = DiffusionMapper(DiffusionNetwork(shape), world.source, world.target, sampling=Sampling(steps=3))
        regressor = MlpRegressor(MlpRegressorConfig(width=16, depth=1, source=SIZE, target=SIZE))
    save_mapper(folder / "drawing", drawing, training_data="nothing", licence="CC0-1.0")
    save_mapper(
        folder / "captions-mapper" / CAPTIONS, RegressionMapper(regressor, world.source, world.target),
        training_data="nothing", licence="CC0-1.0",
    )  # fmt: skip
    lost = RegressionMapper(regressor, world.source, stranger(world.target))
    save_mapper(folder / "lost", lost, training_data="nothing", licence="CC0-1.0")
    return folder


def spaces(source=12, target=12):
    return Space("seen", source, f"{source}-{'a' * 64}"), Space("heard", target, f"{target}-{'b' * 64}")


def cloud(rng, middle, count, spread=0.1):
    return np.asarray(middle + spread * rng.standard_normal((count, len(middle))), np.float32)


def value(found, row, metric):
    figures = next(each.figures for each in found.crossings if each.name == row)
    return next(each for each in figures if each.protocol.metric == metric)


def test_a_known_gap_is_found(tmp_path):
    rng = np.random.default_rng(0)
    one, other = np.eye(12)[0], np.eye(12)[1]
    store = write(tmp_path / "store", spaces(), (cloud(rng, one, 500), cloud(rng, other, 500)))
    found = find_gap([store], CPU, Progress())
    gap = value(found, "no mapper", "modality gap")
    lengths = [np.linalg.norm(normalised(cloud(rng, each, 20_000)).mean(axis=0)) for each in (one, other)]
    assert gap.low < np.hypot(*lengths) < gap.high
    assert value(found, "no mapper", "separability").value > 0.99
    assert value(found, REFERENCE, "modality gap").value < 0.1 * gap.value, "chance leaves next to nothing"
    assert abs(value(found, REFERENCE, "separability").value - 0.5) < 0.1
    cones = {each.name: each for each in found.cones}
    assert cones[PICTURES].length == pytest.approx(lengths[0], abs=0.01)
    assert cones[PICTURES].cosines.mismatched_mean == pytest.approx(lengths[0] ** 2, abs=0.02)


def test_pictures_that_lie_with_their_sounds_leave_no_gap(tmp_path):
    rng = np.random.default_rng(1)
    sounds = cloud(rng, np.zeros(12), 400, 1.0)
    store = write(tmp_path / "store", spaces(), (sounds + cloud(rng, np.zeros(12), 400, 0.02), sounds))
    found = find_gap([store], CPU, Progress())
    assert value(found, "no mapper", "modality gap").value < 0.02
    assert abs(value(found, "no mapper", "separability").value - 0.5) < 0.1
    assert value(found, "no mapper", "cosine").value > 0.99
    matched = next(each.cosines for each in found.crossings if each.name == "no mapper")
    assert matched.matched_mean > 0.99
    assert abs(matched.mismatched_mean) < 0.05


def test_spaces_of_different_sizes_are_drawn_apart(tmp_path):
    rng = np.random.default_rng(2)
    store = write(tmp_path / "store", spaces(16, 12), (cloud(rng, np.eye(16)[0], 60), cloud(rng, np.eye(12)[1], 60)))
    found = find_gap([store], CPU, Progress())
    assert [each.name for each in found.crossings] == [REFERENCE]
    assert any("16 dimensions" in note for note in found.notes)
    plots = [each for section in report_of(found).sections for each in section.blocks if isinstance(each, Plot)]
    assert {"The pictures' space: seen", "The sounds' space: heard"} <= {each.title for each in plots}


def test_mappers_and_captions_have_rows_and_their_names_never_meet(lab):
    settings = GapSettings(
        mapper=(str(lab / "drawing"), str(lab / "captions-mapper" / CAPTIONS)), captions=lab / "captions", device="cpu"
    )
    found = find_gap([lab / "store"], settings, Progress())
    assert found.part == "test", "mappers are measured on what they did not learn from"
    assert len(found.pictures) == 140
    names = [each.name for each in found.crossings]
    assert names == ["no mapper", "drawing", f"mapper {CAPTIONS}", CAPTIONS, REFERENCE]
    assert {each.protocol.metric for each in found.crossings[1].figures} == {"modality gap", "separability", "cosine"}
    assert {each.protocol.metric for each in found.crossings[3].figures} == {"modality gap", "separability"}
    assert [name for name, _ in found.seen] == [CAPTIONS, REFERENCE]
    assert len(found.cones) == 4
    report = report_of(found)
    tables = [each for section in report.sections for each in section.blocks if isinstance(each, Table)]
    assert [list(each.rows) for each in tables] == [names, [CAPTIONS, REFERENCE]]
    words = " ".join(each.words for section in report.sections for each in section.blocks if isinstance(each, Text))
    assert "as the paper does" in words, "what one plane for both spaces means is said"
    plots = [each for section in report.sections for each in section.blocks if isinstance(each, Plot)]
    assert len(plots) == 3 + 1 + 1
    for name in (SOUNDS, "pictures, no mapper", "drawing", CAPTIONS):
        assert f">{name}<" in plots[-1].svg


def test_the_same_seed_gives_the_same_figures(lab):
    settings = GapSettings(mapper=(str(lab / "drawing"),), device="cpu", limit=50)
    one, other = (find_gap([lab / "store"], settings, Progress()) for _ in range(2))
    assert len(one.pictures) == 50
    assert [each.figures for each in one.crossings] == [each.figures for each in other.crossings]
    np.testing.assert_array_equal(one.crossings[1].embeddings, other.crossings[1].embeddings)


def test_what_does_not_fit_is_refused_by_name(lab, tmp_path):
    with pytest.raises(SpaceMismatch, match="mapper"):
        find_gap([lab / "store"], GapSettings(mapper=(str(lab / "lost"),), device="cpu"), Progress())
    rng = np.random.default_rng(0)
    other = write(tmp_path / "other", spaces(), (cloud(rng, np.eye(12)[0], 9), cloud(rng, np.eye(12)[0], 9)))
    with pytest.raises(SpaceMismatch, match="captions"):
        find_gap([lab / "store"], GapSettings(captions=other, device="cpu"), Progress())
    few = write(tmp_path / "few", spaces(), (cloud(rng, np.eye(12)[0], 3), cloud(rng, np.eye(12)[0], 3)))
    with pytest.raises(StoreError, match="too few"):
        find_gap([few], CPU, Progress())
    with pytest.raises(StoreError):
        find_gap([tmp_path / "none"], CPU, Progress())
    with pytest.raises(UsageError):
        GapSettings(limit=-1)


def test_equal_embeddings_are_a_page_too(tmp_path):
    one = np.tile(np.eye(12, dtype=np.float32)[0], (12, 1))
    store = write(tmp_path / "store", spaces(), (one, one))
    found = evaluate_gap([store], tmp_path / "gap.html", CPU, Progress())
    assert value(found, "no mapper", "modality gap").value == 0
    assert "not drawn" in (tmp_path / "gap.html").read_text("utf-8")


def test_the_verb_writes_a_page_and_json(lab, cli, tmp_path):
    page = tmp_path / "gap.html"
    done = cli("evaluate", "gap", lab / "store", "-o", page, "--mapper", lab / "drawing", "--device", "cpu", "--json")
    assert done.code == 0, done.err
    assert done.json["pairs"] == 140
    assert list(done.json["in_the_sounds_space"]) == ["no mapper", "drawing", REFERENCE]
    assert done.json["cones"][0]["length_of_mean"] < 1
    text = page.read_text("utf-8")
    for words in ("The domain gap", "modality gap", "Where they lie", "trained on nothing"):
        assert words in text
    assert_refused(cli("evaluate", "gap", lab / "store", "-o", page, "--device", "cpu"), 2)


def test_the_verb_says_what_is_wrong(lab, cli, tmp_path):
    assert_refused(cli("evaluate", "gap", tmp_path / "none", "-o", tmp_path / "gap.html"), 3)
    assert not (tmp_path / "gap.html").exists()
