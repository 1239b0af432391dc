"""Runs LAION's own package beside our engines on the same weights, and keeps what they say.

In a process of its own, since the hub's libraries read their environment when they are imported.
Usage: python -m tests.embed.laion_session FOLDER LAYERS PIECES ENGINES, with HF_HOME in FOLDER and HF_HUB_OFFLINE=1.
With two ENGINES the weights are also written as a ClapModel folder, for the engine of transformers.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from tests.tiny.clap import write_tokenizer
from tests.tiny.laion import write_hub_cache
from tests.tiny.weights import lively

TEXTS = ["a dog barks in the yard", "", "rain", "heavy rain falls on the roof of an old barn " * 12]
RATE = 48_000
_RENAMED = (
    ("text_branch.", "text_model."),
    ("audio_branch.", "audio_model.audio_encoder."),
    ("_projection.0.", "_projection.linear1."),
    ("_projection.2.", "_projection.linear2."),
    (".bn0.", ".batch_norm."),
    (".norm1.", ".layernorm_before."),
    (".norm2.", ".layernorm_after."),
    (".attn.proj.", ".attention.output.dense."),
    (".attn.", ".attention.self."),
    (".mlp.fc1.", ".intermediate.dense."),
    (".mlp.fc2.", ".output.dense."),
)


def sounds() -> list[np.ndarray]:
    """Return noise of 10 s that goes beyond full scale, and a tone that fits thrice into a window and leaves a rest."""
    noise = 0.2 * np.random.default_rng(5).standard_normal(10 * RATE)
    noise[: 2 * RATE] *= 4.0
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE + 17) / RATE)
    return [sound.astype(np.float32) for sound in (noise, tone)]


def stock(folder: Path):
    """Return the package's own model, its weights drawn anew, loaded by its own loader from a checkpoint."""
    import laion_clap
    import torch

    clap = laion_clap.CLAP_Module(enable_fusion=False, device="cpu", amodel="HTSAT-tiny")
    drawn = lively(clap.model.state_dict(), 3)
    fixed = {name: value for name, value in clap.model.state_dict().items() if "extractor" in name or "mask" in name}
    weights = {f"module.{name}": value for name, value in {**drawn, **fixed}.items()}
    weights["module.text_branch.embeddings.position_ids"] = torch.arange(514)[None]
    record = {"epoch": 45, "name": "session", "best": np.float64(0.5), "state_dict": weights}
    torch.save(record, folder / "session.pt")
    clap.load_ckpt(str(folder / "session.pt"), verbose=False)
    return clap


def converted(clap, folder: Path) -> Path:
    """Write the package's model as a ``ClapModel`` folder."""
    import torch
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    roberta = clap.model.text_branch.config
    same = ("vocab_size", "num_hidden_layers", "intermediate_size", "layer_norm_eps")
    model = ClapModel(ClapConfig(text_config={name: getattr(roberta, name) for name in same}))
    wanted, found = model.state_dict(), {}
    for name, value in clap.model.state_dict().items():
        new = name
        for old, fresh in _RENAMED:
            new = new.replace(old, fresh)
        if ".self.qkv." in new:
            for part, rows in zip(("query", "key", "value"), torch.chunk(value, 3), strict=True):
                found[new.replace("qkv", part)] = rows
        elif new in wanted:
            found[new] = value
    drawn = [name for name, value in wanted.items() if name not in found and value.is_floating_point()]
    assert drawn == [], drawn
    model.load_state_dict(found, strict=False)
    model.save_pretrained(folder)
    write_tokenizer(folder, roberta.vocab_size)
    ClapFeatureExtractor(truncation="rand_trunc", frequency_min=50).save_pretrained(folder)
    return folder


def main(folder: Path, layers: int, pieces: int, engines: int) -> None:
    write_hub_cache(Path(os.environ["HF_HOME"]), layers=layers, pieces=pieces)
    import torch  # changes the environment when imported, so it comes first

    torch.set_num_threads(1)  # other tests run beside this one
    path = list(sys.path)
    package = stock(folder)
    heard = np.concatenate([package.get_audio_embedding_from_data([sound]) for sound in sounds()])
    said = {"stock_heard": heard, "stock_read": package.get_text_embedding(TEXTS)}
    long = np.random.default_rng(6).standard_normal(12 * RATE + 1).astype(np.float32) * 0.1
    said["long_parts"] = package.get_audio_embedding_from_data([long[: 10 * RATE], long[-10 * RATE :]])
    sys.path[:] = path

    from v2a_foley.compute import Compute
    from v2a_foley.embed.clap import LaionClap, load_clap
    from v2a_foley.embed.fingerprint import require_same_texts

    before = dict(os.environ)
    started = time.perf_counter()
    ours = load_clap(folder / "session.pt", Compute("cpu", "bfloat16"))
    assert isinstance(ours, LaionClap)
    ours.load()
    facts = {"seconds": time.perf_counter() - started}
    for seed, name in ((1, "long"), (2, "long_again")):
        np.random.seed(seed)  # noqa: NPY002 - the package draws from numpy's global source
        said[name] = ours.encode_audio([long])[0]
    said |= {"heard": ours.encode_audio(sounds()), "read": ours.encode_texts(TEXTS)}
    facts |= {
        "parameters": sum(value.numel() for value in package.model.parameters()),
        "fingerprint": ours.space.fingerprint,
        "name": ours.space.name,
        "precision": ours.compute.precision,
        "environment_changed": sorted(set(dict(os.environ).items()) ^ set(before.items())),
        "path_kept": sys.path == path,
    }
    if engines > 1:
        other = load_clap(converted(package, folder / "converted"))
        said |= {"other_heard": other.encode_audio(sounds()), "other_read": other.encode_texts(TEXTS)}
        facts["other_fingerprint"] = other.space.fingerprint
        facts["alike"] = require_same_texts(other, ours, what="The checkpoint")
    np.savez(folder / "said.npz", **said)
    (folder / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
