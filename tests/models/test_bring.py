"""Models that come from a folder: whole ones are taken, half ones are refused, and nothing half stays behind."""

import json
import os
import sys
import zipfile

import pytest

from tests.models import small
from v2a_foley.errors import Cancelled, DiskFull, InputError, ModelDamaged, UsageError
from v2a_foley.models import places, require
from v2a_foley.models.bring import fault_of, import_folder
from v2a_foley.models.record import read_record
from v2a_foley.models.table import MANIFEST
from v2a_foley.progress import Progress

BIG = "unet/weights.safetensors"
REVISION = "1" * 40


@pytest.fixture
def copy(folder, knows, tmp_path):
    knows(small.entry(revision=REVISION, known=small.FILES))
    return small.write_files(tmp_path / "copy", {**small.FILES, **small.OTHERS})


def left(folder):
    return [each.name for each in folder.iterdir() if not each.name.endswith(".lock")] if folder.exists() else []


def test_a_whole_copy_is_taken_without_what_is_not_needed(copy, folder):
    place = import_folder("small", copy)
    assert place == folder / "small" == require("small")
    assert sorted(small.contents(place)) == sorted([*small.FILES, MANIFEST])
    assert left(folder) == ["small"]
    assert (read_record(place).origin, read_record(place).revision) == ("import", REVISION)
    assert small.contents(copy).keys() == {*small.FILES, *small.OTHERS}  # the copy is as it was


def test_an_import_that_nothing_could_be_compared_with_does_not_claim_a_commit(copy, knows):
    knows(small.entry(revision=REVISION))
    assert read_record(import_folder("small", copy)).revision is None


@pytest.mark.parametrize("path", list(small.FILES))
def test_a_copy_that_lacks_a_file_is_refused(copy, folder, path):
    (copy / path).unlink()
    with pytest.raises(InputError, match=path.replace(".", r"\.")):
        import_folder("small", copy)
    assert left(folder) == []


@pytest.mark.parametrize("path", list(small.FILES))
@pytest.mark.parametrize("how", ["cut", "changed"])
def test_a_copy_with_a_wrong_file_is_refused(copy, folder, path, how):
    content = small.FILES[path]
    (copy / path).write_bytes(content[:-1] + (b"" if how == "cut" else b"?"))
    with pytest.raises(ModelDamaged, match=path.replace(".", r"\.")) as caught:
        import_folder("small", copy)
    assert REVISION in caught.value.hint
    assert left(folder) == []


def test_without_hashes_a_copy_must_at_least_be_whole(copy, folder, knows):
    knows(small.entry())
    for path, spoilt in (
        (BIG, small.FILES[BIG][:-1]),
        (BIG, small.FILES[BIG][:40]),
        (BIG, b"\xff" * 100),
        (BIG, b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n"),
        ("config.json", b'{"size": '),
        ("words.txt", b""),
    ):
        (copy / path).write_bytes(spoilt)
        with pytest.raises(ModelDamaged, match=path.replace(".", r"\.")):
            import_folder("small", copy)
        (copy / path).write_bytes(small.FILES[path])
        assert left(folder) == []
    import_folder("small", copy)


def test_links_become_files(copy, folder, tmp_path):
    """The hub's own cache is made of links; a copy must not hang on them."""
    blobs, linked = tmp_path / "blobs", tmp_path / "linked"
    blobs.mkdir()
    for number, (path, content) in enumerate(small.FILES.items()):
        (blobs / str(number)).write_bytes(content)
        (linked / path).parent.mkdir(parents=True, exist_ok=True)
        (linked / path).symlink_to(blobs / str(number))
    place = import_folder("small", linked)
    assert not [each for each in place.rglob("*") if each.is_symlink()]
    assert small.contents(place)[BIG] == small.FILES[BIG]


@pytest.mark.parametrize("target", ["nowhere", "config.json", "/dev/zero", "fifo"])
def test_links_to_nowhere_and_files_that_are_none_are_refused(copy, folder, target):
    (copy / "config.json").unlink()
    if target == "fifo":
        os.mkfifo(copy / "config.json")
    else:
        (copy / "config.json").symlink_to(target)
    with pytest.raises(InputError, match=r"lacks config\.json"):
        import_folder("small", copy)


def test_a_hub_cache_is_understood(copy, folder, knows, tmp_path):
    cache = tmp_path / "cache" / "models--owner--small"
    small.write_files(cache / "snapshots" / ("2" * 40), {"config.json": b"{}"})
    with pytest.raises(InputError, match="lacks"):
        import_folder("small", cache)
    small.write_files(cache / "snapshots" / REVISION)
    knows(small.entry())
    with pytest.raises(InputError, match="2 commits"):
        import_folder("small", cache)
    knows(small.entry(revision=REVISION, known=small.FILES))
    import_folder("small", cache.parent)
    require("small")


def test_what_is_no_folder_is_named(copy, tmp_path):
    for wrong in (tmp_path / "gone", copy / "config.json"):
        with pytest.raises(InputError, match="no folder"):
            import_folder("small", wrong)


def test_an_installed_model_is_not_replaced_unasked(copy):
    import_folder("small", copy)
    with pytest.raises(UsageError, match="installed already") as caught:
        import_folder("small", copy)
    assert "remove small" in caught.value.hint


def test_stopping_leaves_nothing_behind(copy, folder):
    progress = Progress()
    progress.listener = lambda event: progress.cancel() if event.done else None
    with pytest.raises(Cancelled):
        import_folder("small", copy, progress)
    assert left(folder) == []


def test_a_full_disk_is_found_before_the_first_byte(copy, folder, monkeypatch):
    usage = places.shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(places.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFull):
        import_folder("small", copy)
    assert left(folder) == []


def test_faults_that_show_without_a_hash(tmp_path):
    def fault(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return fault_of(path)

    assert fault("a.safetensors", small.tensors(3)) == ""
    assert "instead of" in fault("a.safetensors", small.tensors(3) + b"x")
    assert fault("a.safetensors", (5).to_bytes(8, "little") + b"[1,2]")
    header = json.dumps({"w": {"data_offsets": "?"}}).encode()
    assert fault("a.safetensors", len(header).to_bytes(8, "little") + header)
    with zipfile.ZipFile(tmp_path / "a.bin", "w") as archive:
        archive.writestr("data.pkl", b"x" * 1000)
    whole = (tmp_path / "a.bin").read_bytes()
    assert fault_of(tmp_path / "a.bin") == ""
    assert "cut off" in fault("a.bin", whole[:-50])
    assert fault("a.pt", b"\x80\x02old") == ""
    assert fault("a.json", b"\xff\xfe")


def test_a_copy_that_cannot_be_read_is_an_error_of_ours(copy, folder, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="cannot be read: File name too long"):
        import_folder("small", tmp_path / ("x" * 5000))


@pytest.mark.skipif(sys.platform != "linux", reason="the file that opens and cannot be read is Linux's")
def test_a_copy_on_a_broken_disk_is_an_error_of_ours(copy, folder):
    (copy / BIG).unlink()
    (copy / BIG).symlink_to("/proc/self/mem")  # opens, and fails when it is read
    with pytest.raises(InputError, match="cannot be read: Input/output error"):
        import_folder("small", copy)
    assert left(folder) == []
