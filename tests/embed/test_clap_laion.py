import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.embed.laion_session import TEXTS
from tests.tiny.clap import write_tokenizer
from v2a_foley.embed.clap import LaionClap, load_clap
from v2a_foley.embed.clap_checkpoint import read_checkpoint
from v2a_foley.embed.fingerprint import same_space
from v2a_foley.errors import DependencyMissing, ModelDamaged, ModelMissing, UsageError

ROOT = Path(__file__).resolve().parents[2]


def session(folder: Path, *, layers: int, pieces: int, engines: int) -> tuple[dict[str, np.ndarray], dict]:
    """Run the package beside our engines, offline; return what they heard and read, and the facts."""
    place = {"HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1", "V2A_FOLEY_CACHE": str(folder / "cache")}
    command = [sys.executable, "-m", "tests.embed.laion_session", str(folder), str(layers), str(pieces), str(engines)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **place}, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(folder / "said.npz") as opened:
        return dict(opened), json.loads((folder / "facts.json").read_text())


def agree(said: dict[str, np.ndarray]) -> None:
    """Hold our use of the package to what the package says by itself."""
    np.testing.assert_allclose(said["heard"], said["stock_heard"], atol=2e-6)
    np.testing.assert_allclose(said["read"], said["stock_read"], atol=2e-6)
    assert said["read"].shape == (len(TEXTS), 512)
    assert np.abs(said["heard"][0] - said["heard"][1]).max() > 1e-3
    assert np.abs(said["read"][0] - said["read"][2]).max() > 1e-3
    mean = said["long_parts"].mean(axis=0)
    np.testing.assert_allclose(said["long"], mean / np.linalg.norm(mean), atol=2e-6)
    np.testing.assert_array_equal(said["long"], said["long_again"])


@pytest.mark.long
def test_the_package_is_used_as_it_uses_itself_and_offline(tmp_path):
    """True HTSAT-tiny ears; words of one layer (the true twelve are in the long test)."""
    said, facts = session(tmp_path, layers=1, pieces=0, engines=1)
    agree(said)
    assert facts["name"] == "CLAP (session)"
    assert facts["precision"] == "float32"
    assert facts["environment_changed"] == []
    assert facts["path_kept"]


@pytest.mark.long
def test_both_engines_hear_the_same_at_real_size(tmp_path):
    said, facts = session(tmp_path, layers=12, pieces=50_265, engines=2)
    agree(said)
    assert 150e6 < facts["parameters"] < 165e6
    assert np.all(np.sum(said["heard"] * said["other_heard"], axis=1) > 0.999)
    assert np.all(np.sum(said["read"] * said["other_read"], axis=1)[:3] > 0.99999)
    assert facts["alike"] > 0.9999
    assert same_space(facts["fingerprint"], facts["other_fingerprint"])


@pytest.mark.long
def test_without_a_network_or_a_switch_it_starts_at_once(tmp_path):
    """Nobody set HF_HUB_OFFLINE, nothing is cached: the tokenizer beside the checkpoint is enough."""
    session(tmp_path, layers=1, pieces=0, engines=1)
    write_tokenizer(tmp_path / "tokenizer")
    script = (
        "import sys, time; started = time.perf_counter()\n"
        "from v2a_foley.embed.clap import load_clap\n"
        "ears = load_clap(sys.argv[1]); ears.load(); print(ears.encode_texts(['a dog']).shape)\n"
        "import huggingface_hub.constants as hub; assert hub.HF_HUB_OFFLINE is False"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "session.pt")],
        env={**bare, "HF_HOME": str(tmp_path / "empty"), "V2A_FOLEY_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "(1, 512)"
    assert time.monotonic() - started < 120, "it waited for the network"


def checkpoint(folder: Path, state: dict, **more: object) -> Path:
    """Write a checkpoint with a tokenizer beside it."""
    import torch

    write_tokenizer(folder / "tokenizer")
    torch.save({"epoch": 1, "state_dict": state, **more}, folder / "ears.pt")
    return folder / "ears.pt"


def words_and_ears() -> dict:
    import torch

    return {
        "module.text_branch.embeddings.word_embeddings.weight": torch.zeros(276, 768),
        "module.text_branch.embeddings.position_ids": torch.arange(514)[None],
        "module.audio_projection.0.weight": torch.zeros(512, 768),
    }


def test_a_missing_tokenizer_is_said_at_once_and_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    (tmp_path / "model").mkdir()
    path = checkpoint(tmp_path / "model", words_and_ears())
    for file in (tmp_path / "model" / "tokenizer").iterdir():
        file.unlink()
    with pytest.raises(ModelMissing, match=r"roberta-base.*vocab\.json and merges\.txt"):
        load_clap(path)


def test_the_voices_tokenizer_will_do(tmp_path):
    path = checkpoint(tmp_path, words_and_ears())
    elsewhere = write_tokenizer(tmp_path / "voice" / "tokenizer")
    (tmp_path / "tokenizer" / "tokenizer.json").unlink()
    (tmp_path / "tokenizer" / "vocab.json").unlink()
    assert isinstance(load_clap(path, tokenizer=elsewhere), LaionClap)


def test_without_the_package_the_way_to_get_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "laion_clap", None)
    with pytest.raises(DependencyMissing, match=r'pip install "v2a-foley\[clap\]"'):
        load_clap(checkpoint(tmp_path, words_and_ears()))


def test_a_package_that_lacks_its_own_needs_is_said_to(tmp_path, monkeypatch):
    ears = load_clap(checkpoint(tmp_path, words_and_ears()))
    for name in [name for name in sys.modules if name.partition(".")[0] in {"laion_clap", "clap_module"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torchlibrosa", None)
    monkeypatch.setitem(sys.modules, "torchlibrosa.stft", None)
    with pytest.raises(DependencyMissing, match="torchlibrosa"):
        ears.load()


def test_fusion_checkpoints_are_refused(tmp_path):
    import torch

    state = words_and_ears() | {"module.audio_branch.patch_embed.mel_conv2d.weight": torch.zeros(1)}
    with pytest.raises(UsageError, match=r"fusion model\. Choose one without fusion"):
        load_clap(checkpoint(tmp_path, state)).load()


def test_checkpoints_of_other_networks_are_damage(tmp_path):
    state = words_and_ears()
    del state["module.audio_projection.0.weight"]
    with pytest.raises(ModelDamaged, match="no CLAP"):
        load_clap(checkpoint(tmp_path, state)).load()


def test_a_checkpoint_without_most_of_its_weights_is_damage(tmp_path):
    with pytest.raises(ModelDamaged, match=r"'ears\.pt' is damaged"):
        load_clap(checkpoint(tmp_path, words_and_ears())).load()


def test_truncated_and_foreign_files_are_damage(tmp_path):
    path = checkpoint(tmp_path, words_and_ears())
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"no checkpoint at all"):
        path.write_bytes(damaged)
        with pytest.raises(ModelDamaged):
            load_clap(path).load()


def test_numbers_of_a_training_record_are_read_as_old_and_new_numpy_wrote_them(tmp_path):
    path = checkpoint(tmp_path, words_and_ears(), best=np.float64(0.25), steps=np.int64(3))
    assert len(read_checkpoint(path, "The checkpoint")) == 2
    old, renamed = tmp_path / "old.pt", 0
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(old, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            renamed += content.count(b"numpy._core.multiarray")
            target.writestr(entry.filename, content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    assert renamed or np.lib.NumpyVersion(np.__version__) < "2.0.0"
    assert len(read_checkpoint(old, "The checkpoint")) == 2


def test_nothing_in_a_checkpoint_runs(tmp_path):
    path = checkpoint(tmp_path, words_and_ears(), more=Path("a file"))
    with pytest.raises(ModelDamaged):
        load_clap(path).load()


def test_a_folder_is_a_model_if_it_holds_one_checkpoint(tmp_path):
    checkpoint(tmp_path, words_and_ears())
    assert isinstance(load_clap(tmp_path), LaionClap)
    (tmp_path / "second.pt").write_bytes(b"")
    with pytest.raises(ModelMissing, match="nor one checkpoint"):
        load_clap(tmp_path)
