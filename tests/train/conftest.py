from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tiny.profile import write_profile
from tests.train.toys import one_thread, quick, store
from v2a_foley.train.embed_settings import EmbedSettings
from v2a_foley.train.job import train_mapper


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """A whole profile of tiny random models, with a listener; not to be changed."""
    return write_profile(tmp_path_factory.mktemp("tiny"), mapper="bridge")


@pytest.fixture
def settings(tiny) -> Callable[..., EmbedSettings]:
    """Settings of an embedding with ``tiny``, but for what is given."""

    def made(**more: object) -> EmbedSettings:
        return EmbedSettings(**{"profile": str(tiny), "clip_length": 2.0, "frames": 8, **more})

    return made


@pytest.fixture
def calm() -> Iterator[None]:
    """The work on one thread: the same work gives the same bits."""
    with one_thread():
        yield


@pytest.fixture(scope="session")
def toys(tmp_path_factory) -> Path:
    """A store of toy pairs; not to be changed."""
    return store(tmp_path_factory.mktemp("toys") / "store")


@pytest.fixture(scope="session")
def whole(toys, tmp_path_factory) -> Path:
    """The mapper of an undisturbed run; not to be changed."""
    output = tmp_path_factory.mktemp("whole") / "mapper"
    with one_thread():
        train_mapper([toys], output, quick())
    return output
