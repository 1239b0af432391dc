"""``train mapper`` as a user calls it, and ``run --mapper`` with what it wrote."""

import json

import numpy as np
import pytest

from tests.cli.program import Program
from tests.footage import make_film
from tests.tiny.profile import stranger
from tests.train.toys import one_thread, quick, store, words
from v2a_foley.embed import Space, normalised
from v2a_foley.pairs import Row, StoreCard, write_shard
from v2a_foley.pairs.card import write_card


@pytest.fixture
def cli(capfd, monkeypatch) -> Program:
    with one_thread():
        yield Program(capfd, monkeypatch)


def between(folder, source: Space, target: Space):
    """Write a store of random pairs between two spaces."""
    rng = np.random.default_rng(0)
    (folder / "shards").mkdir(parents=True)
    write_card(folder, StoreCard(source, target, "clips", "random pairs"))
    rows = [Row(str(number), str(number)) for number in range(60)]
    seen, heard = (normalised(rng.standard_normal((60, space.size))) for space in (source, target))
    write_shard(folder / "shards" / "00000.safetensors", (source, target), rows, seen, heard)
    return folder


def named(space: Space) -> str:
    """How a space is named to people: with its size and the first digits of its hash."""
    return f"{space.name} ({space.size} dimensions, {space.fingerprint.partition('-')[2][:8]})"


@pytest.mark.long
def test_what_was_trained_is_used_by_run_and_refused_by_name_where_spaces_differ(tiny, tmp_path, cli):
    from v2a_foley.compute import Compute
    from v2a_foley.embed.clap import ClapTextTower
    from v2a_foley.embed.clip import load_clip

    eyes, ears = load_clip(tiny / "clip").words.space, ClapTextTower(tiny / "voice", Compute()).space
    film = tmp_path / "film.mp4"
    make_film(film, seconds=2, size=(160, 90), sound="tone")
    options = words(quick(steps=5, batch=8))
    fitting = between(tmp_path / "fitting", eyes, ears)
    done = cli("train", "mapper", fitting, "-o", tmp_path / "mapper", *options)
    assert done.code == 0, done.err
    assert "5 steps over 57 pairs" in done.out
    sound = ("-o", tmp_path / "out.mp4", "--profile", tiny, "--steps", 2, "--device", "cpu", "--json")
    made = cli("run", film, *sound, "--mapper", tmp_path / "mapper")
    assert made.code == 0, made.err
    assert (tmp_path / "out.mp4").stat().st_size > 0
    for half, met, spaces in (
        ("input", eyes, (stranger(eyes), ears)),
        ("output", ears, (eyes, stranger(ears))),
    ):
        other = between(tmp_path / half, *spaces)
        assert cli("train", "mapper", other, "-o", tmp_path / f"other-{half}", *options).code == 0
        refused = cli("run", film, *sound, "--overwrite", "--mapper", tmp_path / f"other-{half}")
        assert refused.code == 4
        assert refused.json["error"]["type"] == "SpaceMismatch"
        said = refused.json["error"]["message"]
        assert f"The mapper's {half}" in said
        assert f"made for {named(stranger(met))}" in said
        assert f"it meets {met.name} ({met.size} dimensions, " in said  # a digit may differ: rounding


def test_the_result_as_json_is_json_alone(tmp_path, cli):
    toys = store(tmp_path / "store", train=40, validation=8)
    done = cli("train", "mapper", toys, "-o", tmp_path / "m", *words(quick(steps=5)), "--json")
    assert done.code == 0, done.err
    said = done.json
    assert (said["steps"], said["pairs"], said["watched"], said["kind"]) == (5, 40, 8, "diffusion")
    assert set(said["files"]) == {"curve", "drawing"}
    again = cli("train", "mapper", toys, "-o", tmp_path / "m", *words(quick(steps=5)), "--json")
    assert again.code == 2
    assert again.json["error"]["type"] == "UsageError"
    assert json.loads((tmp_path / "m" / "card.json").read_text())["source"]["name"] == "seen 0"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--batch", "0"], 2, "--batch 0"),
        (["--kind", "gan"], 2, "diffusion, mlp, transformer"),
        (["--device", "cuda:9"], 4, "cuda"),
    ],
)
def test_mistakes_are_sentences(tmp_path, cli, options, code, said):
    done = cli("train", "mapper", tmp_path / "store", "-o", tmp_path / "m", *options)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    nothing = cli("train", "mapper", tmp_path / "store", "-o", tmp_path / "m", "--device", "cpu")
    assert nothing.code == 3
    assert "is not there" in nothing.err


def test_help_shows_the_papers_defaults(cli):
    done = cli("train", "mapper", "--help")
    assert done.code == 0
    for option, value in (("--batch", "448"), ("--lr", "0.00011"), ("--weight-decay", "0.0602"), ("--ema", "0.9999")):
        assert option in done.out
        assert value in done.out
