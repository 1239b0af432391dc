import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.cli.program import Program, assert_refused
from tests.tiny.profile import stranger
from tests.train.world import SIZE, World
from v2a_foley.compute import Compute
from v2a_foley.errors import StoreError, UsageError
from v2a_foley.evaluate.contestants import Contestant, Untranslated, trained
from v2a_foley.evaluate.held_out import EVERYTHING, held_out, notes_on_learning
from v2a_foley.evaluate.mappers import compare
from v2a_foley.evaluate.settings import MapperSettings
from v2a_foley.mapper.checkpoint import save_mapper
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.network import DiffusionConfig, DiffusionNetwork
from v2a_foley.mapper.regression import MlpRegressor, MlpRegressorConfig, RegressionMapper
from v2a_foley.pairs import Row, Split, StoreCard, open_pairs, write_shard
from v2a_foley.pairs.card import write_card
from v2a_foley.progress import Progress


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A store of a synthetic world, and two untrained mappers between its spaces."""
    folder = tmp_path_factory.mktemp("lab")
    world = World(1)
    world.write(folder / "store", {"train": world.draw(100), "validation": world.draw(40), "test": world.draw(120)})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        shape = DiffusionConfig(width=32, depth=1, heads=2, head_size=16, rotary=8, source=SIZE, target=SIZE)
        drawing = DiffusionMapper(DiffusionNetwork(shape), world.source, world.target, sampling=Sampling(steps=3))
        regressor = MlpRegressor(MlpRegressorConfig(width=16, depth=1, source=SIZE, target=SIZE))
    save_mapper(folder / "drawing", drawing, training_data="nothing", licence="CC0-1.0")
    regressing = RegressionMapper(regressor, world.source, world.target)
    save_mapper(folder / "regressing", regressing, training_data="nothing", licence="CC0-1.0")
    lost = RegressionMapper(regressor, world.source, stranger(world.target))
    save_mapper(folder / "lost", lost, training_data="nothing", licence="CC0-1.0")
    return folder, world


@pytest.fixture
def cli(capfd, monkeypatch):
    return Program(capfd, monkeypatch)


def test_the_verb_compares_all_mappers_and_writes_a_page_that_shows_them(lab, cli, tmp_path):
    folder, _ = lab
    page = tmp_path / "report.html"
    done = cli(
        "evaluate", "mapper", folder / "store", "-o", page,
        "--mapper", folder / "drawing", "--mapper", folder / "regressing",
        "--seeds", 2, "--guidance", "1,2", "--steps", "2,3", "--device", "cpu", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = done.json
    assert list(found["rows"]) == ["no mapper", "drawing", "regressing", "reference"]
    assert (found["split"], found["pairs"], found["draws"]) == ("test", 120, 2)
    metrics = {name: {figure["metric"] for figure in figures} for name, figures in found["rows"].items()}
    assert {"FD", "cosine", "squared error", "R@1 picture → sound", "spread of draws"} <= metrics["drawing"]
    assert "spread of draws" not in metrics["regressing"]
    assert "FD to the other half" in metrics["reference"]
    assert [len(rows) for rows in found["ablations"].values()] == [2, 2]
    assert any("bridge" in note for note in found["notes"]), "no profile fits this world, and the page must say so"
    text = page.read_text("utf-8")
    for words in ("drawing, 3 steps, guidance 2", "reference", "Ablation: steps", "trained on nothing"):
        assert words in text
    assert text.count("<svg") >= 8
    assert json.dumps(found), "what is printed is JSON"


def test_the_bridge_takes_part_where_a_profile_reads_both_spaces(lab, tmp_path):
    from tests.tiny.profile import write_profile
    from v2a_foley.engine.profiles import load_senses

    senses = load_senses(str(write_profile(tmp_path / "profile", mapper="bridge")), device="cpu")
    seen, heard = (
        tower.encode_texts([f"a sound, number {n}" for n in range(40)]) for tower in (senses.words, senses.ears)
    )
    rows = [Row(f"clip {n}", f"clip {n}", f"class {n % 4}", "test") for n in range(40)]
    (tmp_path / "store" / "shards").mkdir(parents=True)
    write_card(tmp_path / "store", StoreCard(senses.words.space, senses.ears.space, "clips", "texts"))
    path = tmp_path / "store" / "shards" / "0000.safetensors"
    write_shard(path, (senses.words.space, senses.ears.space), rows, seen, heard)
    captions = tmp_path / "captions.txt"
    captions.write_text("\n".join(f"a sound, number {n}" for n in range(40)), encoding="utf-8")
    settings = MapperSettings(profile=str(tmp_path / "profile"), captions=str(captions), device="cpu")
    found = compare([tmp_path / "store"], settings, Progress())
    assert [entry.name for entry in found.entries] == ["bridge", "reference"]
    assert any("dimensions" in note for note in found.notes), (
        "the spaces' sizes differ, so nothing stands for no mapper"
    )
    cosine = next(figure for figure in found.entries[0].figures if figure.protocol.metric == "cosine")
    assert cosine.value > 0.9, "the captions are the clips themselves"


def test_draws_are_the_same_for_the_same_seed_and_limited_pairs_are_some_of_all(lab):
    folder, _ = lab
    settings = MapperSettings(mapper=(str(folder / "drawing"),), seeds=2, limit=30, device="cpu", precision="float32")
    one, other = (compare([folder / "store"], settings, Progress()) for _ in range(2))
    drawn = {entry.name: entry for entry in one.entries}["drawing"]
    again = {entry.name: entry for entry in other.entries}["drawing"]
    np.testing.assert_array_equal(drawn.draws[1], again.draws[1])
    assert not np.allclose(drawn.draws[0], drawn.draws[1])
    assert len(one.pictures) == 30
    pairs = open_pairs([folder / "store"])
    first = pairs.take(pairs.of(Split.TEST)[:30])[0]
    assert not np.array_equal(one.pictures, first), "which pairs are drawn depends on their names, not on their order"
    half = compare([folder / "store"], MapperSettings(limit=15, device="cpu"), Progress())
    assert {row.tobytes() for row in half.pictures} < {row.tobytes() for row in one.pictures}
    third = compare([folder / "store"], replace(settings, seed=5), Progress())
    assert not np.allclose(drawn.draws[0], {entry.name: entry for entry in third.entries}["drawing"].draws[0])


def test_what_was_held_out_is_measured_on_and_a_store_too_small_for_that_says_so(tmp_path):
    world = World(2)
    world.write(tmp_path / "watched", {"train": world.draw(10), "validation": world.draw(8)})
    assert held_out(open_pairs([tmp_path / "watched"]))[0] == "validation"
    world.write(tmp_path / "small", {"train": world.draw(9)})
    name, which = held_out(open_pairs([tmp_path / "small"]))
    assert (name, len(which)) == (EVERYTHING, 9)
    found = compare([tmp_path / "small"], MapperSettings(device="cpu"), Progress())
    assert any("the mappers learned" in note for note in found.notes)
    drawn = world.draw(12)
    write_rows(tmp_path / "windows", world, drawn, [Row(f"film {n}", "film", "", "test") for n in range(4)])
    rows = [Row(f"clip {n}", f"clip {n}", "", "validation") for n in range(8)]
    write_rows(tmp_path / "clips", world, drawn, rows)
    name, which = held_out(open_pairs([tmp_path / "windows", tmp_path / "clips"]))
    assert (name, len(which)) == ("validation", 8), "four windows of one film are no test part"
    world.write(tmp_path / "one", {"test": world.draw(1)})
    with pytest.raises(StoreError, match="one file"):
        held_out(open_pairs([tmp_path / "one"]))


def write_rows(folder, world, drawn, rows):
    (folder / "shards").mkdir(parents=True)
    write_card(folder, StoreCard(world.source, world.target, "clips", "a world with known answers"))
    places = (world.source, world.target)
    write_shard(folder / "shards" / "0.safetensors", places, rows, drawn.seen[: len(rows)], drawn.heard[: len(rows)])


def test_a_mapper_that_may_have_learned_from_what_it_is_measured_on_is_named(lab, tmp_path):
    _, world = lab
    world.write(tmp_path / "store", {"train": world.draw(20), "validation": world.draw(8)})
    pairs = open_pairs([tmp_path / "store"])
    known = Contestant("known", Untranslated(world.source, world.target), "1", learned_from=(20, 8))
    grown = Contestant("grown", known.mapper, "2", learned_from=(15, 4))
    foreign = Contestant("foreign", known.mapper, "3")
    (note,) = notes_on_learning(pairs, "validation", [known, grown, foreign])
    assert note.startswith("grown learned from 15 pairs with 4 held out; here they are 20 and 8")
    assert not notes_on_learning(pairs, "test", [known, grown, foreign]), "no mapper learns from a test part"


def test_a_mapper_is_never_called_what_other_rows_are(lab, tmp_path):
    folder, world = lab
    for name in ("reference", "bridge"):
        shutil.copytree(folder / "regressing", tmp_path / name)
    found = trained([tmp_path / "reference", tmp_path / "bridge"], world.source, world.target, Compute())
    assert [each.name for each in found] == [f"{tmp_path.name}/reference", f"{tmp_path.name}/bridge"]
    with pytest.raises(UsageError, match="twice"):
        trained([tmp_path / "bridge", tmp_path / "x" / ".." / "bridge"], world.source, world.target, Compute())


@pytest.mark.long
def test_what_cannot_be_compared_is_refused_with_a_sentence(lab, cli, tmp_path):
    folder, _ = lab
    store, page = folder / "store", tmp_path / "report.html"
    assert_refused(cli("evaluate", "mapper", tmp_path / "none", "-o", page), 3)
    assert_refused(cli("evaluate", "mapper", store, "--mapper", folder / "lost", "-o", page), 4)
    assert_refused(cli("evaluate", "mapper", store, "--mapper", folder / "none", "-o", page), 4)
    assert_refused(cli("evaluate", "mapper", store, "--steps", "2,3", "-o", page), 2)
    assert_refused(cli("evaluate", "mapper", store, "--guidance", "1,x", "-o", page), 2)
    assert_refused(cli("evaluate", "mapper", store, "--limit", 1, "-o", page), 2)
    assert_refused(cli("evaluate", "mapper", store, "--profile", "pocket", "-o", page), 4)
    assert_refused(cli("evaluate", "mapper", store, "--captions", tmp_path / "none.txt", "-o", page), 3)
    page.write_text("mine")
    assert_refused(cli("evaluate", "mapper", store, "-o", page), 2)
    assert page.read_text() == "mine"
