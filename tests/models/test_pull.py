"""Fetching, from a hub on the loopback interface that does everything wrong that a hub and a network can."""

import hashlib
import json
import shutil
import threading
import time
from dataclasses import replace

import pytest

from tests.models import small
from tests.models.fake_hub import Fault
from v2a_foley.errors import Cancelled, DiskFull, ModelDamaged, ModelMissing, OutputError, UsageError
from v2a_foley.models import ModelFile, fetch, installed_path, places, remove, require, verify
from v2a_foley.models import hub as door
from v2a_foley.models.plan import plan
from v2a_foley.models.pull import pull
from v2a_foley.models.record import read_record
from v2a_foley.models.store import partial_folder, state_of
from v2a_foley.models.table import MANIFEST
from v2a_foley.progress import Progress

BIG = "unet/weights.safetensors"


def assert_whole(folder):
    """All files that are needed are there, their bytes are right, and nothing else is."""
    found = small.contents(folder)
    found.pop(MANIFEST)
    assert found == small.FILES


def hidden(folder):
    return sorted(
        each.name for each in folder.iterdir() if each.name.startswith(".") and not each.name.endswith(".lock")
    )


def test_a_pinned_model_is_fetched_without_asking_the_hub_what_it_has(hub, folder, pinned):
    wanted = plan("small")
    assert not wanted.asked_hub
    assert hub.asked == []  # until the licence is accepted, not a byte
    place = pull(wanted)
    assert place == folder / "small" == require("small") == installed_path("small")
    assert_whole(place)
    assert not [each for each in hub.asked if each[0].startswith("/api/")]
    assert hidden(folder) == []
    record = read_record(place)
    assert (record.revision, record.origin, record.licence) == (pinned.revision, "hub", "Apache-2.0")
    assert {file.path: file.sha256 for file in record.files} == {file.path: file.sha256 for file in pinned.files}
    verify("small")


def test_nothing_but_the_listed_files_is_fetched(hub, pinned):
    pull(plan("small"))
    assert not hub.content_requests("README.md")
    assert not hub.content_requests("weights.bin")
    assert hub.sent == sum(len(content) for content in small.FILES.values())


def test_what_is_not_pinned_is_taken_from_the_hub_and_recorded(hub, folder, unpinned):
    wanted = plan("small")
    commit = hub.branches["owner/small", "main"]
    assert wanted.asked_hub
    assert wanted.revision == commit
    assert wanted.size == sum(len(content) for content in small.FILES.values())
    assert not hub.content_requests()
    hub.commit("owner/small", dict.fromkeys(small.FILES, b"newer"))  # the branch moves while the user reads
    assert_whole(pull(wanted))
    record = read_record(folder / "small")
    assert record.revision == commit
    assert {f.path: f.sha256 for f in record.files} == {
        p: hashlib.sha256(c).hexdigest() for p, c in small.FILES.items()
    }


def test_a_model_may_be_pinned_in_part(hub, knows):
    commit = hub.branches["owner/small", "main"]
    knows(small.entry(revision=commit, known={BIG: small.FILES[BIG]}))
    assert plan("small").asked_hub
    assert_whole(pull(plan("small")))


@pytest.mark.parametrize("what", ["size", "sha256", "commit"])
def test_a_hub_that_contradicts_the_pins_is_refused_before_a_byte_is_read(hub, knows, what):
    content = small.FILES[BIG]
    other = content[:-1] if what == "size" else content[:-1] + b"?"
    revision = hub.branches["owner/small", "main"]
    if what == "commit":
        hub.branches["owner/small", revision] = hub.commit("owner/small", {**small.FILES, "new.txt": b"n"}, "next")
        other = content
    knows(small.entry(revision=revision, known={BIG: other}))
    with pytest.raises(ModelDamaged, match="not what this program pins"):
        plan("small")
    assert not hub.content_requests()


def test_a_pulled_model_is_not_pulled_again(hub, pinned):
    pull(plan("small"))
    before = len(hub.asked)
    pull(plan("small"))
    assert len(hub.asked) == before


def test_a_cut_connection_is_gone_on_with(hub, pinned):
    hub.faults[BIG] = [Fault(cut=100_000), Fault(cut=50_000)]
    assert_whole(pull(plan("small")))
    assert [start for _, start, _ in hub.content_requests(BIG)] == [0, 100_000, 150_000]
    assert hub.sent == sum(len(content) for content in small.FILES.values())  # not a byte twice


def test_a_connection_that_stays_dead_leaves_what_came_and_says_so(hub, folder, pinned):
    hub.faults[BIG] = [Fault(cut=100_000), *[Fault(cut=0)] * 20]
    with pytest.raises(ModelMissing, match="could not be downloaded") as caught:
        pull(plan("small"))
    assert "goes on where it stopped" in caught.value.hint
    assert len(hub.content_requests(BIG)) == 1 + fetch.TRIES - 1
    assert not (folder / "small").exists()
    assert state_of("small").state == "partial"
    hub.faults.clear()
    hub.asked.clear()
    assert_whole(pull(plan("small")))
    assert [start for _, start, _ in hub.content_requests(BIG)] == [100_000]
    assert not hub.content_requests("/config.json")  # whole files are not fetched again


def test_a_slow_hub_that_brings_something_each_time_is_not_given_up(hub, pinned):
    hub.faults[BIG] = [Fault(cut=20_000)] * 11
    assert_whole(pull(plan("small")))


def test_a_stalled_connection_counts_as_cut(hub, pinned, monkeypatch):
    monkeypatch.setattr(door, "TIMEOUT", 0.2)
    hub.faults[BIG] = [Fault(cut=100_000, stall=1.0)]
    assert_whole(pull(plan("small")))
    assert [start for _, start, _ in hub.content_requests(BIG)][:2] == [0, 100_000]


def test_a_server_without_ranges_is_read_from_the_start_again(hub, pinned):
    hub.faults[BIG] = [Fault(cut=100_000), Fault(no_ranges=True)]
    assert_whole(pull(plan("small")))


def test_wrong_bytes_are_refused_and_thrown_away(hub, folder, pinned):
    hub.faults[BIG] = [Fault(flip=True)]
    with pytest.raises(ModelDamaged, match="other bytes"):
        pull(plan("small"))
    assert not (folder / "small").exists()
    assert not (partial_folder("small") / BIG).exists()
    assert_whole(pull(plan("small")))


@pytest.mark.parametrize("path", ["words.txt", BIG])
def test_wrong_bytes_are_refused_where_only_the_hub_knew_the_hash(hub, unpinned, path):
    hub.faults[path] = [Fault(flip=True)]
    with pytest.raises(ModelDamaged, match="other bytes"):
        pull(plan("small"))


def test_more_bytes_than_promised_are_refused(hub, folder, pinned):
    hub.faults[BIG] = [Fault(longer=5000)]
    with pytest.raises(ModelDamaged, match="more bytes"):
        pull(plan("small"))
    assert not (folder / "small").exists()


def test_a_partial_file_that_was_spoilt_is_fetched_once_more_in_whole(hub, pinned):
    hub.faults[BIG] = [Fault(cut=100_000), *[Fault(cut=0)] * 20]
    with pytest.raises(ModelMissing):
        pull(plan("small"))
    hub.faults.clear()
    path = partial_folder("small") / BIG
    path.write_bytes(b"\0" * 100_000)
    assert_whole(pull(plan("small")))
    assert [start for _, start, _ in hub.content_requests(BIG)][-2:] == [100_000, 0]


def test_a_partial_file_that_is_too_long_is_fetched_again(hub, pinned):
    (partial := partial_folder("small")).mkdir(parents=True)
    (partial / "v2a-foley-pull.json").write_text(json.dumps({"revision": pinned.revision}))
    small.write_files(partial, {BIG: small.FILES[BIG] + b"more"})
    assert_whole(pull(plan("small")))


def test_a_partial_download_of_another_commit_is_not_gone_on_with(hub, folder, pinned):
    (partial := partial_folder("small")).mkdir(parents=True)
    (partial / "v2a-foley-pull.json").write_text(json.dumps({"revision": "0" * 40}))
    small.write_files(partial, {BIG: b"\0" * 1000, "stray.bin": b"?"})
    assert_whole(pull(plan("small")))
    assert [start for _, start, _ in hub.content_requests(BIG)] == [0]
    assert_whole(folder / "small")


def test_a_half_written_note_of_a_partial_download_is_survived(hub, pinned):
    (partial := partial_folder("small")).mkdir(parents=True)
    (partial / "v2a-foley-pull.json").write_text('{"revis')
    assert_whole(pull(plan("small")))


@pytest.mark.parametrize(("status", "says"), [(401, "let everybody"), (403, "let everybody"), (404, "not have")])
def test_a_hub_that_refuses_is_quoted(hub, folder, pinned, status, says):
    hub.faults[BIG] = [Fault(status=status)]
    with pytest.raises(ModelMissing, match=says) as caught:
        pull(plan("small"))
    assert caught.value.hint
    assert len(hub.content_requests(BIG)) == 1
    assert not (folder / "small").exists()


def test_a_busy_hub_is_asked_again(hub, pinned):
    hub.faults[BIG] = [Fault(status=503), Fault(status=500), Fault(status=429)]
    assert_whole(pull(plan("small")))


def test_a_hub_that_stays_busy_is_given_up(hub, unpinned):
    hub.faults["/api/owner/small"] = [Fault(status=500)] * 20
    with pytest.raises(ModelMissing, match="answers 500"):
        plan("small")
    assert len(hub.asked) == fetch.TRIES


def test_a_missing_repository_commit_or_file_is_named(hub, knows):
    knows(small.entry("other"))
    with pytest.raises(ModelMissing, match="owner/other"):
        plan("other")
    knows(small.entry(revision="1" * 40))
    with pytest.raises(ModelMissing, match="1" * 40):
        plan("small")
    knows(small.entry(files={**small.FILES, "gone.json": b""}))
    with pytest.raises(ModelMissing, match=r"gone\.json"):
        plan("small")


def test_an_unreachable_hub_is_an_error_of_ours(hub, unpinned, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelMissing, match=r"could not be downloaded from http://127\.0\.0\.1:9"):
        plan("small")


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_means_that_the_hub_hears_nothing(hub, pinned, monkeypatch, variable):
    wanted = plan("small")
    monkeypatch.setenv(variable, "1")
    for refused in (lambda: plan("small"), lambda: pull(wanted)):
        with pytest.raises(ModelMissing, match=variable) as caught:
            refused()
        assert "models import small" in caught.value.hint
    assert hub.asked == []


def test_a_full_disk_is_found_before_the_first_byte(hub, pinned, monkeypatch):
    free = shutil.disk_usage("/")._replace(free=places.ROOM_LEFT + 1000)
    monkeypatch.setattr(places.shutil, "disk_usage", lambda _: free)
    with pytest.raises(DiskFull, match="GB more") as caught:
        pull(plan("small"))
    assert "V2A_FOLEY_MODELS" in caught.value.hint
    assert not hub.content_requests()


def test_what_is_there_already_needs_no_room(hub, pinned, monkeypatch):
    (partial := partial_folder("small")).mkdir(parents=True)
    (partial / "v2a-foley-pull.json").write_text(json.dumps({"revision": pinned.revision}))
    small.write_files(partial)
    monkeypatch.setattr(places.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))
    assert_whole(pull(plan("small")))


def test_a_disk_that_fills_meanwhile_keeps_what_is_there(hub, folder, pinned):
    """A limit on the size of files stands for the full disk: the system's own error, from a real write."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DiskFull, match="no space left"):
            pull(plan("small"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (partial_folder("small") / BIG).stat().st_size == 100_000
    assert not (folder / "small").exists()
    hub.asked.clear()
    assert_whole(pull(plan("small")))
    assert hub.content_requests(BIG)[0][1] == 100_000


def test_a_place_that_is_a_file_is_an_error_of_ours(hub, folder, pinned):
    folder.write_text("not a folder")
    with pytest.raises(OutputError):
        pull(plan("small"))


def test_cancelling_keeps_what_came(hub, folder, pinned):
    progress = Progress()
    hub.faults[BIG] = [Fault(slow=0.005)]

    def stop(event):
        if event.message == BIG and event.done > 100_000:
            progress.cancel()

    progress.listener = stop
    with pytest.raises(Cancelled, match=r"of 0 MB are kept") as caught:
        pull(plan("small"), progress)
    assert "models pull small" in caught.value.hint
    assert not (folder / "small").exists()
    kept = (partial_folder("small") / BIG).stat().st_size
    assert 0 < kept < len(small.FILES[BIG])
    hub.asked.clear()
    assert_whole(pull(plan("small")))
    assert [start for _, start, _ in hub.content_requests(BIG)] == [kept]


def test_cancelling_works_between_two_tries(hub, pinned, monkeypatch):
    monkeypatch.setattr(fetch, "PAUSE", 60.0)
    hub.faults[BIG] = [Fault(cut=0)]
    progress = Progress()
    threading.Timer(0.5, progress.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        pull(plan("small"), progress)
    assert time.monotonic() - started < 30  # not a timing: the pause alone is a minute


def test_progress_counts_every_byte_once(hub, pinned):
    progress, seen = Progress(), []
    progress.listener = lambda event: seen.append((event.stage, event.done, event.total))
    hub.faults[BIG] = [Fault(cut=100_000)]
    pull(plan("small"), progress)
    done = [each[1] for each in seen if each[0] == "downloading"]
    assert done == sorted(done)
    assert done[-1] == sum(len(content) for content in small.FILES.values())


def test_a_damaged_model_is_mended_by_fetching_what_is_broken(hub, pinned):
    place = pull(plan("small"))
    (place / BIG).write_bytes(small.FILES[BIG][:1000])
    with pytest.raises(ModelDamaged, match="1,000 bytes instead of"):
        require("small")
    hub.asked.clear()
    assert_whole(pull(plan("small")))
    assert {path for path, *_ in hub.content_requests()} == {
        f"/owner/small/resolve/{pinned.revision}/{BIG}", f"/store/{hashlib.sha256(small.FILES[BIG]).hexdigest()}"
    }  # fmt: skip
    assert [start for _, start, _ in hub.content_requests(BIG)] == [1000]


def test_two_threads_that_pull_the_same_model_fetch_it_once(hub, pinned):
    hub.faults[BIG] = [Fault(slow=0.003)]
    wanted, places = plan("small"), []
    threads = [threading.Thread(target=lambda: places.append(pull(wanted))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 1
    assert len(places) == 3
    assert_whole(places[0])
    assert hub.sent == sum(len(content) for content in small.FILES.values())


def test_an_unknown_model_is_a_mistake_of_the_user(hub, pinned):
    with pytest.raises(UsageError, match="no model 'huge'"):
        plan("huge")


def test_a_file_may_come_from_another_repository(hub, folder, knows):
    """The checkpoint of one repository needs the word list of another."""
    other = hub.commit("owner/words", {"list.txt": b"words"})
    model = small.entry(revision=hub.branches["owner/small", "main"], known=small.FILES)
    digest = hashlib.sha256(b"words").hexdigest()
    for pins in (model, small.entry()):
        file = ModelFile("tokenizer/words.txt", 5, digest, f"owner/words@{other}:list.txt")
        knows(replace(pins, files=(*pins.files, file)))
        place = pull(plan("small"))
        assert (place / "tokenizer" / "words.txt").read_bytes() == b"words"
        remove("small")
    assert len(hub.content_requests(f"/owner/words/resolve/{other}/list.txt")) == 2
