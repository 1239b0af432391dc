"""The verb ``batch`` and its own verbs, as a user meets them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import assert_refused, film
from tests.engine.queue.hands import TestHand, films
from v2a_foley.engine.queue import engines
from v2a_foley.errors import MediaUnreadable


@pytest.fixture
def hand(monkeypatch) -> TestHand:
    only = TestHand()
    monkeypatch.setattr(engines, "hands_for", lambda *_: [only])
    return only


def test_a_batch_is_done_told_and_tried_again(cli, place, hand):
    films(place.folder / "in", "a.mov", "b.mov")
    hand.troubles["b.mov"] = [MediaUnreadable("'b.mov' is damaged.", hint="Export it again.")]
    done = cli("batch", "in", "-o", "out", "--gain", "0", "--seed", "5", "--prompt", "rain")
    assert done.code == 1
    assert "1  done       a.mov" in done.out
    assert "-23.0 LUFS" in done.out
    assert "'b.mov' is damaged." in done.out
    assert "retry" in done.err
    assert "Traceback" not in done.err
    assert {key: value for key, value in hand.orders[0].settings.items() if key != "overwrite"} == {
        "seed": 5, "prompt": ["rain"],
    }  # fmt: skip
    status = cli("batch", "status", "out", "--json")
    assert (status.code, status.json["counts"]["failed"], status.json["running"]) == (0, 1, False)
    assert "Go on" in cli("batch", "retry", "out").out
    assert cli("batch", "resume", "out", "--json").json["counts"]["done"] == 2
    assert "One job put first" in cli("batch", "reorder", "out", "2").out
    assert cli("batch", "in", "-o", "out", "--seed", "5", "--prompt", "rain").code == 0
    assert len(hand.orders) == 3


def test_the_command_line_yields_to_the_list_and_beats_the_presets(cli, place, hand):
    films(place.folder, "a.mov", "b.mov")
    Path("p.toml").write_text("gain = -3\nseed = 9\n[n]\ngain = -6\n")
    Path("jobs.csv").write_text("source,preset,seed\na.mov,n,\nb.mov,,2\n")
    assert cli("batch", "jobs.csv", "-o", "out", "--preset", "p.toml", "--gain", "0", "--json").code == 0
    first, second = (each.settings for each in hand.orders)
    assert (first["gain"], first["seed"]) == (-6.0, 9)
    assert ("gain" in second, second["seed"]) == (False, 2)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nothing", "-o", "out"], 3),
        (["empty", "-o", "out"], 3),
        (["films", "-o", "out", "--existing", "perhaps"], 2),
        (["films", "-o", "out", "--engine", "magic"], 2),
        (["films", "-o", "out", "--name", "{take.__class__}"], 3),
        (["films", "-o", "out", "--stems", "../stems"], 3),
        (["films", "-o", "out", "--preset", "none.toml"], 3),
        (["films", "-o", "film.mov"], 3),
        (["status", "films"], 3),
        (["pause", "none"], 3),
    ],
)
def test_what_cannot_be_is_refused_before_anything_begins(words, code, cli, place, hand):
    films(place.folder, "films/a.mov", "film.mov")
    Path("empty").mkdir()
    assert_refused(cli("batch", *words), code)
    assert not hand.orders
    assert not Path("out/a.mov").exists()


def test_a_dry_run_tells_what_would_be_and_does_nothing(cli, place, hand):
    film(place.folder)
    Path("broken.mp4").write_bytes(b"no film")
    done = cli("batch", ".", "-o", "out", "--dry-run", "--stems", "stems/{film}", "--json")
    assert done.code == 0
    broken, whole = done.json["jobs"]
    assert (whole["output"], whole["seconds"], broken["seconds"]) == ("film.mp4", 1.0, None)
    assert "broken.mp4" in broken["trouble"]
    assert whole["bytes"] > 4 * 48_000 * 2 * 3
    assert done.json["bytes_needed"] > whole["bytes"]
    assert not Path("out").exists()
    assert not hand.orders


def test_the_queue_loads_nothing_heavy():
    code = (
        "import sys, json, v2a_foley.cli.batch, v2a_foley.engine.queue.batch, v2a_foley.engine.queue.keep\n"
        "print(json.dumps([m for m in ('torch', 'scipy', 'av', 'cv2', 'decord', 'ray') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
