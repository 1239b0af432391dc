"""The table: what is pinned is well-formed, what is said of licences is there, and no name can leave its folder."""

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2a_foley.errors import ModelDamaged, UsageError
from v2a_foley.models import model, models
from v2a_foley.models.table import MANIFEST, ModelFile, checked_path, parse

PINNED = {"audioldm-s-full-v2", "clap-630k-audioset-best", "clap-htsat-unfused"}
"""Models of which the program itself knows commit, sizes and hashes; docs/models.md says so."""


def test_the_models_of_the_issue_are_there():
    assert set(models()) == {
        "clip-vit-b-32", "audioldm-s-full-v2", "audioldm-l-full", "audioldm-m-full", "clap-630k-audioset-best",
        "clap-htsat-unfused",
    }  # fmt: skip
    with pytest.raises(UsageError, match="no model 'clip'"):
        model("clip")


def test_every_entry_is_pinned_to_a_commit_and_some_to_every_byte():
    assert all(re.fullmatch(r"[0-9a-f]{40}", each.revision or "") for each in models().values())
    assert {name for name, each in models().items() if each.pinned} == PINNED


@pytest.mark.parametrize("name", models())
def test_an_entry_says_what_a_reader_needs(name):
    entry = model(name)
    assert entry.purpose
    assert entry.terms.endswith(".")
    assert "http" not in entry.terms
    assert re.fullmatch(r"[A-Za-z0-9.-]+( AND [A-Za-z0-9.-]+)*", entry.licence)
    assert entry.repository.count("/") == 1
    assert entry.commercial == ("NC" not in entry.licence)
    assert entry.commercial or "Not for commercial work" in entry.terms
    assert entry.size is None or entry.size == sum(file.size for file in entry.files)


@pytest.mark.parametrize("name", models())
def test_no_tensors_are_fetched_twice(name):
    weights = [
        PurePosixPath(f.path).with_suffix("") for f in model(name).files if not f.path.endswith((".json", ".txt"))
    ]
    assert len({path.parent for path in weights}) == len(weights)


@pytest.mark.parametrize("name", ["audioldm-s-full-v2", "audioldm-m-full", "audioldm-l-full"])
def test_a_voice_has_every_part_that_the_sampling_loop_loads(name):
    paths = {file.path for file in model(name).files}
    assert {path.split("/")[0] for path in paths} == {
        "model_index.json", "scheduler", "text_encoder", "tokenizer", "unet", "vae", "vocoder"
    }  # fmt: skip
    assert {f"{part}/config.json" for part in ("text_encoder", "unet", "vae", "vocoder")} <= paths


def test_the_package_laion_clap_finds_its_word_list_beside_the_checkpoint():
    listed = {file.path: file for file in model("clap-630k-audioset-best").files}
    same = {file.path: file for file in model("clap-htsat-unfused").files}
    words = {path: file for path, file in listed.items() if path.startswith("tokenizer/")}
    assert {"tokenizer/vocab.json", "tokenizer/merges.txt", "tokenizer/tokenizer.json"} <= set(words)
    revision = model("clap-htsat-unfused").revision
    for path, file in words.items():
        twin = same[path.removeprefix("tokenizer/")]
        assert (file.size, file.sha256) == (twin.size, twin.sha256)
        assert file.place("x", "y") == ("laion/clap-htsat-unfused", revision, twin.path)
    assert listed["630k-audioset-best.pt"].place("x", "y") == ("x", "y", "630k-audioset-best.pt")


def test_parts_that_two_voices_share_have_the_same_hashes():
    small, medium = ({file.path: file for file in model(f"audioldm-{name}").files} for name in ("s-full-v2", "m-full"))
    for shared in ("vae/diffusion_pytorch_model.safetensors", "vocoder/model.safetensors"):
        assert small[shared] == medium[shared]
    assert small["text_encoder/model.safetensors"] != medium["text_encoder/model.safetensors"]  # another CLAP


@pytest.mark.parametrize(
    "path",
    [
        "", ".", "..", "/", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a\\b", "C:", "C:/a", "c:\\a", "a/.b",
        ".hidden", "nul", "a/CON.txt", "com1", "a\0b", "a\nb", "a.", "a /b", "a:b", "\u202ea", "~/x", "-rf", MANIFEST,
    ],
)  # fmt: skip
def test_names_that_could_lie_elsewhere_are_refused(path):
    with pytest.raises(ModelDamaged):
        checked_path(path)
    with pytest.raises(ModelDamaged):
        ModelFile(path)


@given(st.text(max_size=30) | st.lists(st.sampled_from(["..", ".", "a", "", "C:", "x.bin"]), max_size=5).map("/".join))
def test_a_name_that_passes_stays_inside(path):
    try:
        checked_path(path)
    except ModelDamaged:
        return
    inside = PurePosixPath("/models/x").joinpath(*path.split("/"))
    assert ".." not in inside.parts
    assert inside.is_relative_to("/models/x")
    assert inside != PurePosixPath("/models/x")
    assert path.isascii()
    assert "\\" not in path


@pytest.mark.parametrize(
    "line",
    [
        'path = "a", size = -1',
        'path = "a", sha256 = "00"',
        'path = "a", colour = 1',
        'path = "../a"',
        'path = "a", origin = "o/m@main:a"',
    ],
)
def test_a_table_with_a_fault_is_not_read(line):
    text = """[m]
purpose = "p"
repository = "o/m"
licence = "MIT"
commercial = true
terms = "t."
files = [{ LINE }, { path = "b" }]
"""
    parse(text.replace("LINE", 'path = "a"'))
    with pytest.raises((ValueError, TypeError, ModelDamaged)):
        parse(text.replace("LINE", line))
    with pytest.raises(ValueError, match="twice"):
        parse(text.replace("LINE", 'path = "B"'))
    with pytest.raises(ValueError, match="commit"):
        parse(text.replace("LINE", 'path = "a"').replace("licence", 'revision = "main"\nlicence'))
    with pytest.raises(ValueError, match="name"):
        parse(text.replace("LINE", 'path = "a"').replace("[m]", '["../m"]'))
