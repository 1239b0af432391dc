from pathlib import Path

import pytest

from tests.tiny.profile import write_profile


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """A whole profile of tiny random models, with a listener; not to be changed."""
    return write_profile(tmp_path_factory.mktemp("tiny"), mapper="bridge")
