import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("tests.engine.worker.contract", "tests.engine.worker.doors")

from tests.engine.worker.doors import Workshop, environment, workshop  # noqa: E402 - rewritten first
from v2a_foley.engine.worker.client import WorkerProcess  # noqa: E402


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return workshop(tmp_path_factory.mktemp("worker"))


@pytest.fixture(scope="session")
def project(place) -> dict[str, Any]:
    """What ``generate`` and ``render`` need to know of a project: made by a whole film."""
    with WorkerProcess() as worker:
        order = place.order("session")
        worker.request("film", order)
    folder = Path(order["work"])
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
