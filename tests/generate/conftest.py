from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from v2a_foley.generate.library import Library

from .library_sounds import EVENTS, WordBag, fill


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("sfx"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def library(sounds: Path, cache: Path) -> Library:
    return Library(sounds, WordBag(), vocabulary=EVENTS, cache=cache)


@pytest.fixture
def calm() -> Iterator[None]:
    """Run torch on one thread: tiny networks gain nothing from more, and lose a hundredfold on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
