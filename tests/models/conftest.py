from pathlib import Path

import pytest

from tests.models import small
from tests.models.fake_hub import FakeHub
from v2a_foley.models import fetch, table


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where models lie in this test; does not exist yet."""
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def hub(monkeypatch, folder):
    """A hub with one repository, whose model is in no table yet."""
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(fetch, "PAUSE", 0.01)
    fake = FakeHub()
    server = fake.start()
    monkeypatch.setenv("HF_ENDPOINT", fake.address)
    fake.commit("owner/small", {**small.FILES, **small.OTHERS})
    yield fake
    server.shutdown()
    server.server_close()


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
