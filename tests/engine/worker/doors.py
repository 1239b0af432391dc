"""The two doors of a worker behind one face, and a workshop whose ffmpeg never ends when it is told so."""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psutil

from tests.cli.program import contents
from tests.footage import make_film
from v2a_foley.engine.worker.client import WorkerProcess
from v2a_foley.engine.worker.http_door import Door
from v2a_foley.engine.worker.messages import Event, Request, error_of, read_event, request_line
from v2a_foley.errors import WorkerDied
from v2a_foley.ffmpeg import binary

Told = Callable[[Event], None]


def until(true: Callable[[], object], seconds: float = 60) -> bool:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


@dataclass(frozen=True)
class Workshop:
    """Folders, a film, and an ffmpeg that stands still while ``slow`` is there; it says so by ``writing``."""

    folder: Path
    scratch: Path
    film: Path

    @property
    def slow(self) -> Path:
        return self.folder / "slow"

    @property
    def writing(self) -> Path:
        return self.folder / "writing"

    @property
    def seconds(self) -> str:
        """How long the ffmpeg stands still: its own for every workshop, so that it is told from others."""
        return f"{4711 + os.getpid()}.5"

    def order(self, name: str) -> dict[str, Any]:
        """What to ask of ``film``."""
        work, output = self.folder / f"{name}-work", self.folder / f"{name}.mp4"
        return {
            "id": name, "source": str(self.film), "work": str(work), "output": str(output),
            "settings": {"handles": 0.5},
        }  # fmt: skip

    def sleepers(self) -> list[psutil.Process]:
        """The ffmpegs that stand still."""
        running = psutil.process_iter(["cmdline", "status"])
        asleep = [each for each in running if self.seconds in (each.info["cmdline"] or ())]
        return [each for each in asleep if each.info["status"] != psutil.STATUS_ZOMBIE]

    def assert_clean(self, name: str) -> None:
        """Check that stopped work left no process, no film and no scratch behind."""
        assert until(lambda: not self.sleepers(), 20)
        assert not (self.folder / f"{name}.mp4").exists()
        assert until(lambda: not list(contents(self.scratch)), 20), contents(self.scratch)
        hidden = [path for path in contents(self.folder) if "v2a-foley-" in path]
        assert hidden == []


def workshop(folder: Path) -> Workshop:
    """Make a workshop; its ffmpeg has to be named in ``FFMPEG_BINARY``, its scratch in ``TMPDIR``."""
    shop = Workshop(folder / "shop", folder / "scratch", folder / "shop" / "film.mp4")
    shop.folder.mkdir()
    shop.scratch.mkdir()
    make_film(shop.film, seconds=1, size=(160, 90), sound="tone")
    script = folder / "ffmpeg"
    script.write_text(
        f"#!/bin/sh\nif [ -e '{shop.slow}' ]; then case \"$*\" in *map_metadata*)\n"
        f"echo > '{shop.writing}'\nexec sleep {shop.seconds};;\nesac; fi\nexec '{binary()}' \"$@\"\n"
    )
    script.chmod(0o755)
    return shop


class AnyDoor(Protocol):
    """How the contract asks."""

    worker: WorkerProcess

    def request(
        self, do: str, params: Mapping[str, Any], *, told: Told | None = None, stopped: threading.Event | None = None
    ) -> Mapping[str, Any]: ...


class HttpClient:
    """Asks over HTTP, as another program would: nothing of ``client.py`` in it."""

    def __init__(self, door: Door, worker: WorkerProcess) -> None:
        self.port, self.token, self.worker = door.server_port, door.token.decode(), worker
        self._ids = count(1)

    def post(self, body: bytes, **headers: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(
            "POST", "/v1/requests", body, {"Authorization": f"Bearer {self.token}", **headers}
        )  # fmt: skip
        return connection, connection.getresponse()

    def request(
        self, do: str, params: Mapping[str, Any], *, told: Told | None = None, stopped: threading.Event | None = None
    ) -> Mapping[str, Any]:
        name = f"h{next(self._ids)}"
        over = threading.Event()

        def cancel() -> None:
            while stopped is not None and not over.is_set():
                if stopped.wait(0.05):
                    line = request_line(Request(f"{name}-stop", "cancel", {"target": name}))
                    with closing(self.post(line)[0]):
                        return

        canceller = threading.Thread(target=cancel)
        canceller.start()
        try:
            connection, response = self.post(request_line(Request(name, do, params)))
            with closing(connection):
                for line in response:
                    event = read_event(line)
                    assert event.id == name or response.status == 400
                    if event.event == "error":
                        raise error_of(event)
                    if event.event == "result":
                        assert response.read() == b"", "something follows the end"
                        return event.values["value"]
                    if told is not None:
                        told(event)
        finally:
            over.set()
            canceller.join()
        raise WorkerDied("The answer has no end.")


def environment(shop: Workshop) -> dict[str, str]:
    """What a worker in a workshop must find."""
    return {
        "FFMPEG_BINARY": str(shop.scratch.parent / "ffmpeg"),
        "TMPDIR": str(shop.scratch),
        "PATH": os.environ["PATH"],
    }
