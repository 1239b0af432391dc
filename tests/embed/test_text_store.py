from pathlib import Path

import numpy as np
import pytest

from v2a_foley.embed import normalised
from v2a_foley.embed.text_store import remembered

TEXTS = [f"text {number}" for number in range(30)]
MADE = normalised(np.random.default_rng(0).standard_normal((30, 8)))


class Counted:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> np.ndarray:
        self.calls += 1
        return MADE


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "texts"


def test_the_second_time_nothing_is_made(folder):
    embed = Counted()
    for _ in range(3):
        np.testing.assert_array_equal(remembered("m", TEXTS, 8, embed), MADE)
    assert embed.calls == 1
    assert [path.suffix for path in folder.iterdir()] == [".npy"]


def test_other_texts_and_other_models_are_kept_apart(folder):
    embed = Counted()
    remembered("m", TEXTS, 8, embed)
    remembered("n", TEXTS, 8, embed)
    remembered("m", TEXTS[::-1], 8, embed)
    assert embed.calls == len(list(folder.iterdir())) == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:-40],
        lambda whole: b"no array at all",
        lambda whole: whole[:-4] + b"\xff\xff\x7f\x7f",
    ],
    ids=["empty", "cut", "other", "flipped"],
)
def test_what_is_damaged_is_made_again(folder, damage):
    embed = Counted()
    remembered("m", TEXTS, 8, embed)
    (path,) = folder.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    np.testing.assert_array_equal(remembered("m", TEXTS, 8, embed), MADE)
    assert embed.calls == 2
    remembered("m", TEXTS, 8, embed)
    assert embed.calls == 2


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path / "file" / "cache"))
    embed = Counted()
    for _ in range(2):
        np.testing.assert_array_equal(remembered("m", TEXTS, 8, embed), MADE)
    assert embed.calls == 2
