import pytest

from tests.engine.queue.hands import TestHand
from v2a_foley.engine.queue import batch, engines


@pytest.fixture
def hand(monkeypatch) -> TestHand:
    """The only hand of every batch."""
    only = TestHand()
    monkeypatch.setattr(batch, "_PATIENCE", 0.2)
    monkeypatch.setattr(engines, "hands_for", lambda *_, **__: [only])
    return only
