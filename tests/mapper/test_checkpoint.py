import hashlib
import json
import os
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.mapper.networks import EARS, EYES, images, tiny
from tests.mapper.test_mappers import MAKERS
from v2a_foley.compute import Compute
from v2a_foley.embed import Space
from v2a_foley.errors import DiskFull, FoleyError, ModelDamaged, ModelMissing, OutputError, SpaceMismatch
from v2a_foley.mapper.card import read_card
from v2a_foley.mapper.checkpoint import check_spaces, load_mapper, save_mapper
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling

WORDS = {"training_data": "two dogs and a bell", "licence": "Apache-2.0"}


@pytest.fixture
def folder(tmp_path):
    """A good mapper on disk."""
    save_mapper(tmp_path / "mapper", MAKERS["ancestral"](), metrics={"recall@1": 0.5}, **WORDS)
    return tmp_path / "mapper"


def rewrite(folder, change):
    """Change the card as a hand or another program would."""
    content = json.loads((folder / "card.json").read_text("utf-8"))
    change(content)
    (folder / "card.json").write_text(json.dumps(content), "utf-8")


def reweigh(folder, change):
    """Change the weights, and let the card know their new hash."""
    weights = load_file(folder / "weights.safetensors")
    change(weights)
    save_file(weights, folder / "weights.safetensors")
    found = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    rewrite(folder, lambda content: content["weights"].update(sha256=found))


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_what_is_written_is_read_again(kind, tmp_path):
    mapper = MAKERS[kind]()
    card = save_mapper(tmp_path / "deep" / "mapper", mapper, metrics={"recall@1": 0.5}, **WORDS)
    assert read_card(tmp_path / "deep" / "mapper") == card
    again = load_mapper(tmp_path / "deep" / "mapper", Compute())
    assert (again.source, again.target, again.network.config) == (EYES, EARS, mapper.network.config)
    assert again.map(images(4), range(4)).tobytes() == mapper.map(images(4), range(4)).tobytes()
    assert not any(weights.requires_grad for weights in again.network.parameters())
    assert {path.name for path in (tmp_path / "deep" / "mapper").iterdir()} == {"card.json", "weights.safetensors"}


def test_the_card_says_what_it_is(folder):
    card = read_card(folder)
    assert (card.kind, card.source, card.target) == ("diffusion", EYES, EARS)
    assert (card.training_data, card.licence) == ("two dogs and a bell", "Apache-2.0")
    assert card.metrics == {"recall@1": 0.5}
    assert card.parameters == sum(weights.numel() for weights in tiny().parameters())
    assert card.sha256 == hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    assert card.sampling == {"sampler": "ancestral", "steps": 6, "guidance": 2.0, "batch": 2}
    assert card.config["width"] == 16


def test_the_card_says_how_to_sample_unless_told_otherwise(folder):
    mapper = load_mapper(folder)
    assert isinstance(mapper, DiffusionMapper)
    assert mapper.sampling == Sampling("ancestral", steps=6, guidance=2.0, batch=2)
    assert load_mapper(folder, sampling=Sampling(steps=9)).sampling == Sampling(steps=9)


def test_it_runs_where_it_is_told_and_warns_whom_it_is_told(folder):
    said: list[str] = []
    mapper = load_mapper(folder, Compute("cpu", "float16"), warn=said.append)
    mapper.network.condition_in.weight[:] = 65_000
    mapper.map(np.full((1, 12), 12**-0.5, np.float32), [1])
    assert len(said) == 1
    assert mapper.compute.precision == "float16"


def test_half_precision_weights_are_read(folder):
    exact = load_mapper(folder).map(images(2), [1, 2])
    reweigh(folder, lambda weights: weights.update({name: each.half() for name, each in weights.items()}))
    mapper = load_mapper(folder)
    assert {weights.dtype for weights in mapper.network.parameters()} == {torch.float32}
    assert (mapper.map(images(2), [1, 2]) * exact).sum(axis=1).min() > 0.98


def test_unknown_fields_are_left_aside(folder):
    expected = load_mapper(folder).map(images(2), [1, 2])

    def add(content):
        content["mood"] = "good"
        for part in ("architecture", "source", "weights"):
            content[part]["new"] = [1, 2]
        content["architecture"]["config"]["dropout"] = 0.1
        content["architecture"]["sampling"]["solver"] = "none"

    rewrite(folder, add)
    assert load_mapper(folder).map(images(2), [1, 2]).tobytes() == expected.tobytes()


@pytest.mark.parametrize("gone", ["", "card.json", "weights.safetensors"])
def test_what_is_not_there_is_missing(folder, gone):
    shutil.rmtree(folder) if not gone else (folder / gone).unlink()
    with pytest.raises(ModelMissing) as caught:
        load_mapper(folder)
    assert (gone or "is not there") in caught.value.message
    assert caught.value.hint


CARDS = {
    "no JSON": lambda folder: (folder / "card.json").write_text("{"),
    "no text": lambda folder: (folder / "card.json").write_bytes(b"\xff\xfe\x00"),
    "empty": lambda folder: (folder / "card.json").write_bytes(b""),
    "a list": lambda folder: (folder / "card.json").write_text("[1]"),
    "nested without end": lambda folder: (folder / "card.json").write_text("[" * 200_000),
    "another format": lambda folder: rewrite(folder, lambda card: card.update(format="sound")),
    "no version": lambda folder: rewrite(folder, lambda card: card.pop("version")),
    "a newer version": lambda folder: rewrite(folder, lambda card: card.update(version=2)),
    "a true version": lambda folder: rewrite(folder, lambda card: card.update(version=True)),
    "no architecture": lambda folder: rewrite(folder, lambda card: card.pop("architecture")),
    "an unknown kind": lambda folder: rewrite(folder, lambda card: card["architecture"].update(kind="gan")),
    "a list of a config": lambda folder: rewrite(folder, lambda card: card["architecture"].update(config=[])),
    "no width": lambda folder: rewrite(folder, lambda card: card["architecture"]["config"].update(width=0)),
    "a wordy width": lambda folder: rewrite(folder, lambda card: card["architecture"]["config"].update(width="16")),
    "a vast depth": lambda folder: rewrite(folder, lambda card: card["architecture"]["config"].update(depth=10**9)),
    "a vast width": lambda folder: rewrite(folder, lambda card: card["architecture"]["config"].update(width=60_000)),
    "another sampler": lambda folder: rewrite(
        folder, lambda card: card["architecture"]["sampling"].update(sampler="x")
    ),
    "wordy steps": lambda folder: rewrite(folder, lambda card: card["architecture"]["sampling"].update(steps="5")),
    "a size of none": lambda folder: rewrite(folder, lambda card: card["source"].update(size=0)),
    "another size": lambda folder: rewrite(folder, lambda card: card["source"].update(size=13)),
    "no fingerprint": lambda folder: rewrite(folder, lambda card: card["target"].pop("fingerprint")),
    "no hash": lambda folder: rewrite(folder, lambda card: card["weights"].pop("sha256")),
    "another hash": lambda folder: rewrite(folder, lambda card: card["weights"].update(sha256="0" * 64)),
}


def cut(folder, share):
    path = folder / "weights.safetensors"
    os.truncate(path, int(path.stat().st_size * share))


def cut_and_hashed(folder):
    cut(folder, 0.5)
    found = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    rewrite(folder, lambda content: content["weights"].update(sha256=found))


def one_bit(folder):
    path = folder / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


WEIGHTS = {
    "truncated": lambda folder: cut(folder, 0.7),
    "nothing": lambda folder: cut(folder, 0),
    "one bit": one_bit,
    "truncated, and the hash fits": cut_and_hashed,
    "a tensor missing": lambda folder: reweigh(folder, lambda weights: weights.pop("query")),
    "a tensor too many": lambda folder: reweigh(folder, lambda weights: weights.update(extra=torch.ones(2))),
    "another shape": lambda folder: reweigh(folder, lambda weights: weights.update(query=torch.ones(17))),
    "not a number": lambda folder: reweigh(folder, lambda weights: weights["query"].fill_(torch.nan)),
    "without end": lambda folder: reweigh(folder, lambda weights: weights["out.weight"][1].fill_(torch.inf)),
    "whole numbers": lambda folder: reweigh(folder, lambda weights: weights.update(query=torch.ones(16, dtype=int))),
}


@pytest.mark.parametrize("harm", [*CARDS, *WEIGHTS])
def test_what_is_damaged_is_told(folder, harm):
    (CARDS | WEIGHTS)[harm](folder)
    with pytest.raises(ModelDamaged) as caught:
        load_mapper(folder)
    assert "mapper" in caught.value.message
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_a_newer_format_says_so(folder):
    rewrite(folder, lambda card: card.update(version=2, architecture="of the future"))
    with pytest.raises(ModelDamaged, match="format version 2; this program reads up to 1"):
        load_mapper(folder)


def test_a_mapper_between_other_spaces_is_refused_by_name():
    mapper = MAKERS["regression-mlp"]()
    check_spaces(mapper, EYES, EARS)
    with pytest.raises(SpaceMismatch, match=r"input was made for eyes .* meets lashes"):
        check_spaces(mapper, Space("lashes", 12, "lashes"), EARS)
    with pytest.raises(SpaceMismatch, match=r"output was made for ears .* meets lobes"):
        check_spaces(mapper, EYES, Space("lobes", 10, "lobes"))


def test_writing_that_fails_leaves_what_was_there(folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for metrics, error in (({"score": float("nan")}, ValueError), ({}, DiskFull)):
        with monkeypatch.context() as patched:
            if not metrics:
                patched.setattr("v2a_foley.mapper.checkpoint.card_text", no_room)
            with pytest.raises(error):
                save_mapper(folder, MAKERS["regression-mlp"](), metrics=metrics, **WORDS)
            with pytest.raises(error):
                save_mapper(folder.parent / "new", MAKERS["regression-mlp"](), metrics=metrics, **WORDS)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def no_room(*_: object) -> str:
    raise OSError(28, "No space left on device")


def test_one_mapper_replaces_another(folder):
    mapper = MAKERS["regression-mlp"]()
    save_mapper(folder, mapper, **WORDS)
    assert load_mapper(folder).map(images(2), [1, 2]).tobytes() == mapper.map(images(2), [1, 2]).tobytes()


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("here")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError):
            save_mapper(place, MAKERS["regression-mlp"](), **WORDS)
    assert (tmp_path / "file").read_text() == "here"


def test_a_file_in_the_folders_place_is_no_mapper(tmp_path):
    (tmp_path / "file").write_text("here")
    with pytest.raises(FoleyError) as caught:
        load_mapper(tmp_path / "file")
    assert isinstance(caught.value, ModelMissing)
