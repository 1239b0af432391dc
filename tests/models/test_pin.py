"""The maintainers' command: the table filled in from the hub, and nothing overwritten that contradicts it."""

from pathlib import Path

import pytest

from tests.models import small
from tests.models.fake_hub import Fault
from v2a_foley.models import pin, table
from v2a_foley.models.table import parse

BIG = "unet/weights.safetensors"


@pytest.fixture
def file(tmp_path, hub) -> Path:
    return small.write_table(tmp_path / "models.toml", small.entry(), small.entry("other"))


def test_the_table_is_filled_in_from_the_hub(hub, file, capsys):
    commit = hub.branches["owner/small", "main"]
    assert pin.main(["small", "--table", str(file)]) == 0
    entries = parse(file.read_text("utf-8"))
    assert entries["small"] == small.entry(revision=commit, known=small.FILES)
    assert entries["small"].pinned
    assert entries["other"] == small.entry("other")  # it was not asked for
    assert file.read_text("utf-8").startswith("# The models of a test.\n")
    assert commit in capsys.readouterr().out
    assert not hub.content_requests(BIG)  # the hub knows the hashes of large files


def test_filling_in_twice_changes_nothing(hub, file):
    pin.main(["small", "--table", str(file)])
    once = file.read_text("utf-8")
    hub.commit("owner/small", {path: content + b" " for path, content in small.FILES.items()})
    pin.main(["small", "--table", str(file)])
    assert file.read_text("utf-8") == once  # what is pinned stays
    pin.main(["small", "--move", "--table", str(file)])
    assert parse(file.read_text("utf-8"))["small"].revision == hub.branches["owner/small", "main"] not in once


def test_a_pin_that_the_hub_contradicts_is_not_overwritten(hub, file, capsys):
    commit = hub.branches["owner/small", "main"]
    for path in (BIG, "config.json"):
        small.write_table(file, small.entry(revision=commit, known={path: b"something else"}))
        before = file.read_text("utf-8")
        assert pin.main(["--table", str(file)]) == 4
        assert file.read_text("utf-8") == before
        assert path in capsys.readouterr().err


def test_small_files_are_compared_with_git_before_they_are_hashed(hub, file, capsys):
    hub.faults["config.json"] = [Fault(flip=True)]
    before = file.read_text("utf-8")
    assert pin.main(["small", "--table", str(file)]) == 4
    assert file.read_text("utf-8") == before


def test_a_missing_file_or_name_is_said(hub, file, capsys):
    assert pin.main(["nothing", "--table", str(file)]) == 2
    small.write_table(file, small.entry(files={**small.FILES, "gone.bin": b""}))
    assert pin.main(["--table", str(file)]) == 4
    assert "gone.bin" in capsys.readouterr().err


def test_the_true_table_survives_being_written():
    path = Path(table.__file__).with_name("models.toml")
    text = path.read_text("utf-8")
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    assert pin.as_toml(parse(text).values(), head) == text
