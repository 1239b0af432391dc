from pathlib import Path

import pytest

from tests.tiny.profile import write_profile


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile of tiny random models: eyes, mapper, voice, and ears that hear."""
    return write_profile(tmp_path_factory.mktemp("profile"))
