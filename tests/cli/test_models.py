"""``v2a-foley models`` as a user meets it: what it says, what it asks, and what it leaves behind when it is stopped."""

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.program import Done, assert_refused, started
from tests.models import small
from tests.models.fake_hub import Fault, running_hub
from v2a_foley.models import table
from v2a_foley.models.bring import import_folder

BIG = "unet/weights.safetensors"


@pytest.fixture
def hub(monkeypatch, place, tmp_path):
    monkeypatch.setenv("V2A_FOLEY_MODELS", str(tmp_path / "models"))
    with running_hub(monkeypatch) as fake:
        yield fake


@pytest.fixture
def catalogue(hub, tmp_path, monkeypatch):
    """A table of two models: one pinned, for any use; one not pinned, and not for commercial work."""
    hub.commit("owner/voice", small.FILES)
    pinned = small.entry(revision=hub.branches["owner/small", "main"], known=small.FILES)
    path = small.write_table(tmp_path / "models.toml", pinned, small.entry("voice", commercial=False))
    small.use_table(monkeypatch, path)
    yield path
    monkeypatch.undo()
    table.models.cache_clear()


def content_requests(hub):
    return [each for each in hub.asked if not each[0].startswith("/api/")]


def test_the_list_says_what_a_user_decides_by(cli, catalogue, tmp_path):
    done = cli("models", "list")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert re.fullmatch(
        r"small +not installed +36\d kB +Apache-2\.0|small +not installed +\d+ bytes +Apache-2\.0", lines[0]
    )
    assert lines[1].strip() == "what small is for"
    assert re.fullmatch(r"voice +not installed +\? +CC-BY-NC-SA-4\.0 \(non-commercial\)", lines[2])
    assert str(tmp_path / "models") in lines[-1]
    assert not (tmp_path / "models").exists()


def test_the_list_as_json(cli, catalogue, hub):
    done = cli("models", "list", "--json")
    assert set(done.json) == {"folder", "models"}
    pinned, voice = done.json["models"]
    assert set(pinned) == {
        "name", "purpose", "repository", "revision", "pinned", "licence", "commercial", "terms", "size", "files",
        "state", "place", "held", "says",
    }  # fmt: skip
    assert (pinned["pinned"], voice["pinned"], voice["commercial"]) == (True, False, False)
    assert [file["path"] for file in pinned["files"]] == list(small.FILES)
    assert (pinned["state"], pinned["place"]) == ("not installed", None)


def test_pull_shows_the_licence_and_fetches(cli, catalogue, hub, tmp_path):
    done = cli("models", "pull", "voice", "--accept-licence")
    assert done.code == 0, done
    assert done.out == f"voice is installed: {tmp_path / 'models' / 'voice'}\n"
    for said in (hub.branches["owner/voice", "main"], "NOT FOR COMMERCIAL WORK", "The terms of voice.", "5 files"):
        assert said in done.err
    again = cli("models", "pull", "voice")  # no licence is asked for what is there
    assert (again.code, again.out) == (0, f"voice is installed already: {tmp_path / 'models' / 'voice'}\n")
    states = {each["name"]: each["state"] for each in cli("models", "list", "--json").json["models"]}
    assert states == {"small": "not installed", "voice": "installed"}
    assert f"    {tmp_path / 'models' / 'voice'}\n" in cli("models", "list").out


def test_pull_as_json_prints_nothing_but_json(cli, catalogue, tmp_path):
    done = cli("models", "pull", "small", "--accept-licence", "--json")
    place = str(tmp_path / "models" / "small")
    assert done.json == {"name": "small", "state": "installed", "place": place, "fetched": True}
    assert cli("models", "pull", "small", "--json").json["fetched"] is False


def test_without_a_terminal_nothing_is_accepted(cli, catalogue, hub, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    done = cli("models", "pull", "voice")
    assert done.code == 2
    assert "NOT FOR COMMERCIAL WORK" in done.err
    assert done.err.splitlines()[-1].strip() == "Add --accept-licence if you do."
    assert content_requests(hub) == []


@pytest.mark.parametrize(
    "words", [("pull", "huge", "--accept-licence"), ("verify", "huge"), ("remove", "huge"), ("import", "huge", ".")]
)
def test_an_unknown_model_is_refused(cli, catalogue, words):
    assert_refused(cli("models", *words), 2)


def test_what_is_not_there_is_refused(cli, catalogue):
    assert_refused(cli("models", "verify", "small"), 4)
    assert_refused(cli("models", "remove", "small"), 2)
    assert_refused(cli("models", "import", "small", "nowhere"), 3)
    done = cli("models", "verify")
    assert (done.code, done.out) == (0, "No model is installed.\n")


def test_offline_is_honoured(cli, catalogue, hub, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name in ("small", "voice"):
        assert_refused(cli("models", "pull", name, "--accept-licence"), 4)
    assert hub.asked == []


def test_a_hub_out_of_reach_is_an_error_with_a_next_step(cli, catalogue, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert_refused(cli("models", "pull", "voice", "--accept-licence"), 4)


def test_errors_as_json(cli, catalogue, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    done = cli("models", "pull", "small", "--accept-licence", "--json")
    assert done.code == 4
    assert done.json["error"]["type"] == "ModelMissing"


@pytest.mark.long
def test_verify_tells_the_whole_from_the_damaged(cli, catalogue, tmp_path):
    for name in ("small", "voice"):
        cli("models", "pull", name, "--accept-licence")
    assert cli("models", "verify").code == 0
    path = tmp_path / "models" / "voice" / BIG
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    done = cli("models", "verify")
    assert done.code == 4
    assert re.search(r"^small +whole \(5 files", done.out, re.MULTILINE)
    assert re.search(r"^voice +DAMAGED", done.out, re.MULTILINE)
    assert "v2a-foley models pull voice" in done.out
    done = cli("models", "verify", "--json")
    assert done.code == 4
    assert {row["name"]: row["ok"] for row in done.json["models"]} == {"small": True, "voice": False}
    assert [each["state"] for each in cli("models", "list", "--json").json["models"]] == ["installed", "damaged"]
    assert cli("models", "pull", "voice", "--accept-licence").code == 0
    assert cli("models", "verify").code == 0


@pytest.mark.long
def test_import_and_remove(cli, catalogue, hub, tmp_path):
    copy = small.write_files(tmp_path / "copy", {**small.FILES, **small.OTHERS})
    done = cli("models", "import", "small", copy, "--json")
    assert done.json == {"name": "small", "state": "installed", "place": str(tmp_path / "models" / "small")}
    assert hub.asked == []
    assert_refused(cli("models", "import", "small", copy), 2)
    freed = cli("models", "remove", "small", "--json").json["freed"]
    assert freed > sum(len(content) for content in small.FILES.values())
    assert "small is removed" in (cli("models", "import", "small", copy) and cli("models", "remove", "small")).out


def program(catalogue, *words) -> Done:
    return started(catalogue, "models", *words, first=small.PROGRAM)


def begin(catalogue, *words) -> subprocess.Popen:
    command = [*small.PROGRAM, str(catalogue), "models", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )


def wait_for_bytes(hub, more: int = 50_000):
    end = time.monotonic() + 30
    while hub.sent < more and time.monotonic() < end:
        time.sleep(0.01)
    assert hub.sent >= more, "the download did not begin"


def test_ctrl_c_keeps_what_came_and_the_next_pull_goes_on(catalogue, hub, tmp_path):
    hub.faults[BIG] = [Fault(slow=0.02)]
    running = begin(catalogue, "pull", "small", "--accept-licence")
    wait_for_bytes(hub)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert "are kept" in err
    assert "Go on from there: v2a-foley models pull small" in err
    assert "Traceback" not in err
    assert not (tmp_path / "models" / "small").exists()
    listed = program(catalogue, "list").out
    assert re.search(r"^small +partial", listed, re.MULTILINE)
    assert "go on with: v2a-foley models pull small" in listed
    hub.asked.clear()
    assert program(catalogue, "pull", "small", "--accept-licence").code == 0
    assert next(start for path, start, _ in content_requests(hub) if path.endswith(BIG)) > 0
    assert program(catalogue, "verify").code == 0


def test_a_killed_download_is_partial_and_goes_on(catalogue, hub, tmp_path):
    hub.faults[BIG] = [Fault(slow=0.02)]
    running = begin(catalogue, "pull", "small", "--accept-licence")
    wait_for_bytes(hub)
    running.kill()
    running.communicate(timeout=30)
    assert not (tmp_path / "models" / "small").exists()
    assert re.search(r"^small +partial", program(catalogue, "list").out, re.MULTILINE)
    assert program(catalogue, "pull", "small", "--accept-licence").code == 0
    assert program(catalogue, "verify").code == 0
    left = {each.name for each in (tmp_path / "models").iterdir()}
    assert left == {"small", ".small.lock"}


def test_two_processes_that_pull_the_same_model_fetch_it_once(catalogue, hub):
    hub.faults[BIG] = [Fault(slow=0.01)]
    both = [begin(catalogue, "pull", "small", "--accept-licence", "--json") for _ in range(2)]
    said = [running.communicate(timeout=60) for running in both]
    assert [running.returncode for running in both] == [0, 0], said
    assert hub.sent == sum(len(content) for content in small.FILES.values())
    assert program(catalogue, "verify").code == 0


ADOPT = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # the terminal is this process's own: Ctrl-C typed there reaches it
"""


def on_a_terminal(catalogue, answer: bytes, *words) -> Done:
    """Run the program on a terminal of its own, and answer its question."""
    here, there = pty.openpty()
    command = [sys.executable, "-c", ADOPT + small.SCRIPT, str(catalogue), "models", *words]
    running = subprocess.Popen(command, stdin=there, stdout=there, stderr=there, start_new_session=True)
    os.close(there)
    said, answered, end = b"", False, time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([here], [], [], 0.1)[0]:
            try:
                said += os.read(here, 65536)
            except OSError:  # Linux's way to say that the other side was closed
                break
        elif running.poll() is not None:
            break
        if not answered and b"[y/N]" in said:
            time.sleep(0.2)
            os.write(here, answer)
            answered = True
    os.close(here)
    assert answered, said
    return Done(running.wait(30), said.decode(), "")


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"yes\n", 0), (b"\n", 130), (b"no\n", 130), (b"\x03", 130)])
def test_on_a_terminal_the_licence_is_asked_for(catalogue, hub, answer, code):
    done = on_a_terminal(catalogue, answer, "pull", "voice")
    assert done.code == code, done.out
    assert done.out.index("NOT FOR COMMERCIAL WORK") < done.out.index("[y/N]")
    assert "Traceback" not in done.out
    if code:
        assert "Nothing was downloaded." in done.out
        assert content_requests(hub) == []
    else:
        assert "voice is installed" in done.out
    assert program(catalogue, "verify", "voice").code == (4 if code else 0)


@pytest.mark.long
def test_doctor_says_whether_the_full_profile_is_here(cli, hub, tmp_path, monkeypatch):
    def findings():
        return {each["name"]: each for each in cli("doctor", "--json").json["findings"]}

    table_file = small.write_table(
        tmp_path / "models.toml", small.entry("clip-vit-b-32"), small.entry("audioldm-s-full-v2", commercial=False)
    )
    small.use_table(monkeypatch, table_file)
    copy = small.write_files(tmp_path / "copy")
    try:
        full = findings()["full profile"]
        assert (full["ok"], full["needed"]) == (False, False)
        assert "v2a-foley models pull clip-vit-b-32" in full["hint"]
        assert "v2a-foley models pull audioldm-s-full-v2" in full["hint"]
        import_folder("clip-vit-b-32", copy)
        assert "audioldm-s-full-v2" in findings()["full profile"]["says"]
        assert "clip-vit-b-32" not in findings()["full profile"]["says"]
        import_folder("audioldm-s-full-v2", copy)
        full = findings()["full profile"]
        assert full["ok"]
        assert "audioldm-s-full-v2: not for commercial work" in full["says"]
        assert "clip-vit-b-32, audioldm-s-full-v2" in findings()["models"]["says"]
        (tmp_path / "models" / "clip-vit-b-32" / BIG).write_bytes(b"")
        for name in ("full profile", "models"):
            assert not findings()[name]["ok"]
            assert "clip-vit-b-32" in findings()[name]["hint"]
    finally:
        monkeypatch.undo()
        table.models.cache_clear()


def test_the_help_names_every_verb(cli):
    done = cli("models", "--help")
    assert done.code == 0
    assert all(verb in done.out for verb in ("list", "pull", "verify", "import", "remove"))
