"""What every door to a worker must do: run over the process's own client, and over HTTP."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import psutil
import pytest

from tests.engine.worker.doors import until
from v2a_foley.errors import (
    Cancelled,
    FoleyError,
    MediaNotFound,
    ProjectError,
    ProjectNewer,
    ProtocolError,
    UsageError,
    WorkerDied,
)
from v2a_foley.leftovers import sweep


def in_mid_work(door, shop, params, then) -> FoleyError:
    """Ask to render a film whose writing stands still, do something then, and return how the request ended."""
    stopped, ended = threading.Event(), []

    def ask() -> None:
        try:
            ended.append(door.request("render", params, stopped=stopped))
        except FoleyError as error:
            ended.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert until(lambda: shop.writing.exists() or ended), "the film was never written"
    assert not ended, ended
    assert shop.sleepers()
    then(stopped)
    asking.join(60)
    assert ended, "the request did not end"
    return ended[0]


class Contract:
    """The tests; a class below it has a fixture ``door``."""

    def test_a_film_is_probed(self, door, shop):
        told = []
        media = door.request("probe", {"film": str(shop.film)}, told=told.append)["media"]
        assert (media["width"], media["height"], media["rate"], media["still"]) == (160, 90, "25", False)
        assert media["frames"] == 25
        assert [track["channels"] for track in media["sounds"]] == [2]
        assert {event.event for event in told} <= {"progress", "log"}

    def test_shots_are_found(self, door, shop):
        value = door.request("shots", {"film": str(shop.film), "settings": {"detector": "content"}})
        assert value["detector"] == "content"
        assert [(shot["start"], shot["end"]) for shot in value["shots"]] == [("0", "1")]

    def test_models_stay_loaded(self, door, shop):
        stages = []
        for _ in range(2):
            told = []
            value = door.request("describe", {"film": str(shop.film)}, told=told.append)
            assert len(value["shots"][0]["events"]) == 5
            stages.append({event.values["stage"] for event in told if event.event == "progress"})
        assert "load" not in stages[1]
        assert "look" in stages[1]

    @pytest.mark.long
    def test_a_whole_film(self, door, shop):
        order = shop.order(type(self).__name__)
        told = []
        done = door.request("film", order, told=told.append)
        assert done["output"] == order["output"]
        assert Path(order["output"]).is_file()
        reports = [event.progress() for event in told if event.event == "progress"]
        assert {"look", "generate", "mux"} <= {report.stage for report in reports if report.finished}

    def test_a_project_generates_and_renders(self, door, shop, project):
        folder, told = Path(project["folder"]), []
        cue = project["project"]["cues"][0]
        made = door.request("generate", {**project, "cues": [cue["id"]]}, told=told.append)["project"]
        (event,) = (event for event in told if event.event == "take")
        assert event.values["cue"] == cue["id"]
        new = next(each for each in made["cues"] if each["id"] == cue["id"])["takes"][-1]
        assert new == event.values["take"]
        assert new["id"] not in {take["id"] for take in cue["takes"]}
        assert len(list((folder / "takes").glob(f"{new['digest'][:32]}.*"))) == 2

        output = shop.folder / "rendered.mp4"
        output.unlink(missing_ok=True)
        rendered = door.request("render", {"project": made, "folder": str(folder), "output": str(output)})
        assert output.is_file()
        assert rendered["cues"][0]["active"] == new["id"]

    @pytest.mark.parametrize(
        ("do", "params", "kind", "says"),
        [
            ("probe", {"film": "/nowhere/film.mp4"}, MediaNotFound, "There is no file"),
            ("probe", {"film": "film.mp4"}, ProtocolError, "absolute path"),
            ("probe", {"film": "/a\0b"}, ProtocolError, "absolute path"),
            ("probe", {}, ProtocolError, "lacks 'film'"),
            ("probe", {"film": "/f.mp4", "more": 1}, ProtocolError, 'no parameter "more"'),
            ("fly", {}, ProtocolError, 'no request "fly"'),
            ("shots", {"film": "/f.mp4", "settings": {"seed": "x"}}, UsageError, "'seed'"),
            ("shots", {"film": "/f.mp4", "settings": {"shots": 5}}, UsageError, "'shots'"),
            ("shots", {"film": "/f.mp4", "settings": {"__class__": 5}}, UsageError, "no setting"),
            ("shots", {"film": "/f.mp4", "settings": {"cuts": "../list.csv"}}, UsageError, "absolute"),
            ("shots", {"film": "/f.mp4", "settings": {"steps": 10**6}}, UsageError, "out of range"),
            ("generate", {"project": {}, "folder": "/nowhere"}, ProjectError, "project"),
            (
                "generate",
                {"project": {"format": "v2a-foley-project", "version": 10**6}, "folder": "/nowhere"},
                ProjectNewer,
                "newer",
            ),
        ],
    )
    def test_what_cannot_be_done_is_a_typed_error(self, do, params, kind, says, door):
        with pytest.raises(kind, match=says) as caught:
            door.request(do, params)
        assert type(caught.value) is kind
        assert caught.value.hint

    def test_work_is_cancelled(self, door, shop, project, slow):
        door.request("probe", {"film": str(shop.film)})
        before, output = door.worker.pid, shop.folder / "stopped.mp4"
        ended = in_mid_work(door, shop, {**project, "output": str(output)}, threading.Event.set)
        assert type(ended) is Cancelled
        shop.assert_clean("stopped")
        door.request("probe", {"film": str(shop.film)})
        assert door.worker.pid == before, "the worker did not outlive it"

    def test_a_killed_worker_is_an_error_and_the_next_one_works(self, door, shop, project, slow):
        door.request("probe", {"film": str(shop.film)})
        pid, output = door.worker.pid, shop.folder / "killed.mp4"
        ended = in_mid_work(door, shop, {**project, "output": str(output)}, lambda _: os.kill(pid, signal.SIGKILL))
        assert type(ended) is WorkerDied
        assert "was killed (signal 9), perhaps for want of memory." in ended.message
        assert until(lambda: not shop.sleepers(), 20), "its ffmpeg outlived it"
        assert door.request("probe", {"film": str(shop.film)})["media"]["frames"] == 25
        assert door.worker.pid not in (None, pid)
        assert not output.exists()
        sweep(shop.folder)  # as whoever writes there next does
        shop.assert_clean("killed")

    def test_a_worker_that_stands_still_is_ended(self, door, shop, monkeypatch):
        door.request("probe", {"film": str(shop.film)})
        pid = door.worker.pid
        monkeypatch.setattr(door.worker, "patience", 2.0)
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(WorkerDied, match="stood still for 2 s and was ended"):
            door.request("probe", {"film": str(shop.film)})
        assert not psutil.pid_exists(pid)
