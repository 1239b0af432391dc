from pathlib import Path

import pytest

from tests.models import small
from tests.models.fake_hub import running_hub
from v2a_foley.models import table


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where models lie in this test; does not exist yet."""
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def hub(monkeypatch, folder):
    """A hub with one repository, whose model is in no table yet."""
    with running_hub(monkeypatch) as fake:
        yield fake


@pytest.fixture
def knows(tmp_path, monkeypatch):
    """Give this process a table of other models: ``knows(entry, ...)`` returns its file."""

    def use(*entries) -> Path:
        path = small.write_table(tmp_path / "models.toml", *entries)
        small.use_table(monkeypatch, path)
        return path

    yield use
    monkeypatch.undo()
    table.models.cache_clear()


@pytest.fixture
def pinned(hub, knows):
    """The small model, pinned in full."""
    model = small.entry(revision=hub.branches["owner/small", "main"], known=small.FILES)
    knows(model)
    return model


@pytest.fixture
def unpinned(hub, knows):
    """The small model, of which the table knows nothing but its files' names."""
    model = small.entry()
    knows(model)
    return model
