import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("tests.engine.worker.contract", "tests.engine.worker.doors")

from tests.engine.worker.doors import Workshop, environment, workshop  # noqa: E402 - rewritten first
from v2a_foley.engine.worker.hand import WorkerHand, order_of  # noqa: E402


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return workshop(tmp_path_factory.mktemp("worker"))


@pytest.fixture(scope="session")
def hand() -> Iterator[WorkerHand]:
    made = WorkerHand("cpu:0", device="cpu")
    yield made
    made.close()


@pytest.fixture(scope="session")
def project(place, hand) -> dict[str, Any]:
    """What ``generate`` and ``render`` need to know of a project: made by a whole film, which warms the hand."""
    order = order_of(place.order("session"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(place).items():
            patch.setenv(name, value)
        stages: list[str] = []
        log = place.folder / "log"
        done = hand.carry_out(order, lambda event: stages.append(event.stage), threading.Event(), log)
    assert {"look", "generate", "mux"} <= set(stages)
    assert Path(done["output"]).is_file()
    assert log.read_text().count("begins.") == 1
    folder = order.work
    document = json.loads((folder / "project.json").read_bytes())
    document["media"]["path"] = os.path.relpath(place.film, folder)
    return {"project": document, "folder": str(folder)}


@pytest.fixture(scope="module")
def shop(place) -> Iterator[Workshop]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(place).items():
            patch.setenv(name, value)
        yield place


@pytest.fixture
def slow(shop) -> Iterator[None]:
    """While it lasts, the worker's ffmpeg stands still when it is to write a film."""
    shop.writing.unlink(missing_ok=True)
    shop.slow.touch()
    yield
    shop.slow.unlink()
