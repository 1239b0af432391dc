from pathlib import Path

import pytest

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
