"""A film as one job: interrupted wherever it may be, it ends with the same bits, and nothing is made twice."""

from __future__ import annotations

import errno
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.engine.projects.conftest import CHOICES
from tests.footage import ffmpeg, make_film
from v2a_foley.engine.projects import Warm, film
from v2a_foley.engine.projects import receipt as receipts
from v2a_foley.engine.queue.hands import Order
from v2a_foley.errors import Cancelled, OutputError, UsageError
from v2a_foley.generate import audioldm
from v2a_foley.progress import Progress

pytestmark = pytest.mark.xdist_group("film_jobs")  # what is costly to set up is set up once

film_module = importlib.import_module("v2a_foley.engine.projects.film")  # the function of this name hides it
ROOT = Path(__file__).parents[3]


def order(source: Path, folder: Path, **more) -> Order:
    """An order for a film with stems and all lists, below a folder."""
    out = folder / "out"
    out.mkdir(parents=True, exist_ok=True)
    lists = {"stems": str(out / "stems"), "spotting": str(out / "cues.csv"), "timeline": str(out / "cut.otio")}
    settings = {**CHOICES, **lists, **more.pop("settings", {})}
    return Order("j1", source, out / "film.mkv", settings, folder / "work", **more)


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by their relative names."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def lasting(result: dict) -> dict:
    """A result without what differs from run to run."""
    return {name: value for name, value in result.items() if name not in ("seconds", "peak_memory_bytes")}


class Stopping(Progress):
    """Stops the work at the nth question whether it should stop."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def check(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.cancel()
        super().check()


class Moments(Progress):
    """Counts the questions whether to stop."""

    count = 0

    def check(self) -> None:
        self.count += 1
        super().check()


@pytest.fixture(scope="module")
def job(tmp_path_factory) -> Path:
    """Where every attempt works: paths are part of what is written."""
    return tmp_path_factory.mktemp("film") / "job"


@pytest.fixture(scope="module")
def unbroken(footage, job, warm):
    """What an unbroken run leaves, what it answers, and how often it asks to be stopped."""
    shutil.rmtree(job, ignore_errors=True)
    progress = Moments()
    result = film(order(footage, job), progress, warm=warm)
    return files(job / "out"), lasting(result), progress.count


@pytest.fixture
def place(job) -> Path:
    """The same place, empty."""
    shutil.rmtree(job, ignore_errors=True)
    return job


@pytest.fixture
def whole(unbroken, place, made):
    """What an unbroken run leaves and answers; the place is empty again."""
    return unbroken


def test_an_interrupted_film_ends_with_the_same_bits_and_makes_nothing_twice(whole, footage, place, warm, made):
    left, answer, moments = whole
    sounds = len(answer["cues"])
    film_of = order(footage, place)
    stops = 0
    for after in range(1, moments, max(1, moments // 9)):
        try:
            film(film_of, Stopping(after), warm=warm)
            break
        except Cancelled:
            stops += 1
            assert files(place / "out") == {}
    result = film(film_of, Progress(), warm=warm)
    assert stops > 4
    assert files(place / "out") == left
    assert lasting(result) == answer
    assert sounds <= len(made.since()) <= sounds + 2 * stops  # what was in the works when it was stopped
    assert film(film_of, Progress(), warm=warm) == result
    assert made.since() == []


def test_a_film_that_is_done_is_done_even_if_its_source_is_gone(place, footage, warm, tmp_path):
    source = tmp_path / "own.mp4"
    source.write_bytes(footage.read_bytes())
    result = film(order(source, place), Progress(), warm=warm)
    before = {path: path.stat().st_mtime_ns for path in (place / "out").rglob("*")}
    source.unlink()
    assert film(order(source, place), Progress(), warm=warm) == result
    assert {path: path.stat().st_mtime_ns for path in (place / "out").rglob("*")} == before


@pytest.mark.parametrize("moved", [0, 1, 3])
def test_between_the_receipt_and_the_last_name_nothing_is_lost(whole, place, footage, warm, made, monkeypatch, moved):
    left, answer, _ = whole
    true, count = receipts._move, [0]

    def stuck(staged, final):
        count[0] += 1
        if count[0] > moved:
            raise OutputError(f"{final} is read-only.")
        true(staged, final)

    monkeypatch.setattr(receipts, "_move", stuck)
    with pytest.raises(OutputError):
        film(order(footage, place), Progress(), warm=warm)
    assert len(files(place / "out")) == moved
    made.since()
    monkeypatch.setattr(receipts, "_move", true)
    assert lasting(film(order(footage, place), Progress(), warm=warm)) == answer
    assert files(place / "out") == left
    assert made.since() == []


def test_a_document_with_takes_and_no_note_of_them_is_gone_on_with(whole, place, footage, warm, made, monkeypatch):
    """Killed between the two, the takes are found again and not counted twice."""
    left, answer, _ = whole
    true = film_module.write_text
    monkeypatch.setattr(
        film_module,
        "write_text",
        lambda path, text: (_ for _ in ()).throw(Cancelled) if '"taken": true' in text else true(path, text),
    )
    with pytest.raises(Cancelled):
        film(order(footage, place), Progress(), warm=warm)
    made.since()
    monkeypatch.setattr(film_module, "write_text", true)
    assert lasting(film(order(footage, place), Progress(), warm=warm)) == answer
    assert files(place / "out") == left
    assert made.since() == []


def test_work_and_film_may_lie_on_two_disks(whole, place, footage, warm, monkeypatch):
    left, answer, _ = whole
    true = Path.replace

    def replace_on_one_disk(self, target):
        if ("work" in self.parts) != ("work" in Path(target).parts):
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(self))
        return true(self, target)

    monkeypatch.setattr(Path, "replace", replace_on_one_disk)
    assert lasting(film(order(footage, place), Progress(), warm=warm)) == answer
    assert files(place / "out") == left
    assert not any(path.is_file() for path in (place / "work" / "staged").rglob("*"))


def test_a_film_that_others_put_there_meanwhile_is_not_replaced(place, footage, warm):
    film_of = order(footage, place)
    with pytest.raises(Cancelled):
        film(film_of, Stopping(150), warm=warm)
    film_of.output.write_bytes(b"another's")
    with pytest.raises(UsageError, match="exists"):
        film(film_of, Progress(), warm=warm)
    assert film_of.output.read_bytes() == b"another's"


def test_a_film_that_was_changed_after_it_was_done_is_mixed_again_from_its_takes(whole, place, footage, warm, made):
    left, _, _ = whole
    film_of = order(footage, place, settings={"overwrite": True})
    film(film_of, Progress(), warm=warm)
    made.since()
    film_of.output.write_bytes(b"spoilt")
    film(film_of, Progress(), warm=warm)
    assert files(place / "out") == left
    assert made.since() == []


def test_another_order_in_the_same_folder_is_begun_afresh(place, footage, warm, made, tmp_path):
    own = Path(shutil.copy(footage, tmp_path / "own.mp4"))
    film(order(own, place), Progress(), warm=warm)
    first = len(made.since())
    changed = order(own, place, settings={"seed": 5, "overwrite": True})
    film(changed, Progress(), warm=warm)
    assert len(made.since()) == first
    os.utime(own)
    film(changed, Progress(), warm=warm)
    assert len(made.since()) == 0
    ffmpeg("-y", "-i", footage, "-c", "copy", "-metadata", "comment=new", own)
    film(changed, Progress(), warm=warm)
    assert len(made.since()) == first


def run(film_of: Order, folder: Path, when: str) -> subprocess.CompletedProcess[str]:
    """Do an order in a process of its own."""
    told = folder / "order.json"
    told.write_text(json.dumps({name: str(v) if isinstance(v, Path) else v for name, v in asdict(film_of).items()}))
    line = [sys.executable, "-m", "tests.engine.projects.killed", str(told), when]
    return subprocess.run(
        line, cwd=ROOT, env={**os.environ, "MADE": str(folder / "made")}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("most", [1, pytest.param(3, marks=pytest.mark.long)])
def test_a_sound_that_kills_its_process_is_left_out_and_the_film_goes_on(place, footage, tmp_path, most):
    film_of = order(footage, place, attempts=most)
    attempts = [run(film_of, tmp_path, "dog_bark") for _ in range(most + 1)]
    assert [each.returncode for each in attempts] == [-signal.SIGKILL] * most + [0], attempts[-1].stderr
    result = json.loads(attempts[-1].stdout)
    lost = {cue["event"]: cue["id"] for cue in result["cues"] if not cue["takes"]}
    assert "dog_bark" in lost
    assert len(lost) == 1 or most == 1  # with one attempt, what was made beside it is not told from it
    told = [sentence for sentence in result["warnings"] if "took the process down" in sentence]
    assert len(told) == len(lost)
    assert any(f"Cue {lost['dog_bark']} " in sentence and "shot 1" in sentence for sentence in told)
    made = (tmp_path / "made").read_text().split()
    assert len(set(made)) >= len(result["cues"]) - len(lost)
    assert len(made) <= len(set(made)) + 1  # also a plugin's sounds are not made twice, but what died beside the dog


@pytest.mark.long
def test_killed_after_every_file_that_gets_a_name(whole, place, footage, tmp_path):
    left, answer, _ = whole
    for step in range(1, 200):
        film_of = order(footage, place)
        broken = run(film_of, tmp_path, f"step {step}")
        done = run(film_of, tmp_path, "")
        assert done.returncode == 0, done.stderr
        assert files(place / "out") == left, step
        assert lasting(json.loads(done.stdout)) == answer
        if broken.returncode == 0:
            assert step > 8
            break
        assert broken.returncode == -signal.SIGKILL
        shutil.rmtree(place)


def test_neural_sounds_keep_the_bits_of_their_batches_wherever_they_were_interrupted(tiny, tmp_path, monkeypatch):
    """Batches are planned over the whole film: what is there already decides with what is missing."""
    source = make_film(tmp_path / "in.mp4", seconds=4, size=(160, 90), cuts=(15, 30, 45, 60, 75))
    choices = {
        "profile": str(tiny), "cues": "shots", "generator": "audioldm", "steps": 2, "handles": 0.1, "prompt": [],
        "takes": 2,
    }  # fmt: skip
    warm, batches = Warm(), []
    true = audioldm.AudioLdmVoice._together
    monkeypatch.setattr(
        audioldm.AudioLdmVoice,
        "_together",
        lambda self, chosen, *more: (batches.append([made.place for made, _ in chosen]), true(self, chosen, *more))[1],
    )
    place = tmp_path / "job"
    film_of = replace(order(source, place, settings=choices), output=place / "out" / "film.mkv")
    film(film_of, Progress(), warm=warm)
    left, plan = files(place / "out"), list(batches)
    place.rename(tmp_path / "unbroken")
    assert max(map(len, plan)) > 1
    assert len(plan) > 2
    (place / "out").mkdir(parents=True)
    batches.clear()

    def broken(self, chosen, *more):
        if len(batches) == 2:
            raise Cancelled
        return true(self, chosen, *more) if batches.append([made.place for made, _ in chosen]) is None else None

    monkeypatch.setattr(audioldm.AudioLdmVoice, "_together", broken)
    with pytest.raises(Cancelled):
        film(film_of, Progress(), warm=warm)
    monkeypatch.setattr(
        audioldm.AudioLdmVoice,
        "_together",
        lambda self, chosen, *more: (batches.append([made.place for made, _ in chosen]), true(self, chosen, *more))[1],
    )
    film(film_of, Progress(), warm=warm)
    assert batches == plan  # each batch ran once, made of the same sounds
    assert files(place / "out") == left
