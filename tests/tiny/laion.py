"""Writes what laion_clap needs from disk: a hub cache with small tokenizers and a Roberta of few layers."""

import json
from pathlib import Path

from tests.tiny.clap import write_tokenizer

_REVISION = "0123456789abcdef0123456789abcdef01234567"


def write_hub_cache(home: Path, *, layers: int = 1, pieces: int | None = None) -> Path:
    """Write roberta-base (with a network), bert-base-uncased and facebook/bart-base (tokenizers) as hubs are cached.

    Args:
        home: what ``HF_HOME`` will name.
        layers: of the Roberta, whose width is the 768 that laion_clap counts on.
        pieces: of the vocabulary; by default the tiny tokenizer's.

    Returns:
        The folder.
    """
    from transformers import RobertaConfig, RobertaModel

    roberta = write_tokenizer(_snapshot(home, "roberta-base"), pieces)
    known = len(json.loads((roberta / "vocab.json").read_text(encoding="utf-8")))
    shape = {"intermediate_size": 3072 if layers > 1 else 256, "max_position_embeddings": 514, "type_vocab_size": 1}
    config = RobertaConfig(vocab_size=known, num_hidden_layers=layers, layer_norm_eps=1e-5, **shape)
    RobertaModel(config).save_pretrained(roberta)
    write_tokenizer(_snapshot(home, "facebook/bart-base"))
    bert = _snapshot(home, "bert-base-uncased")
    (bert / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog"]) + "\n")
    return home


def _snapshot(home: Path, name: str) -> Path:
    folder = home / "hub" / f"models--{name.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text(_REVISION)
    snapshot = folder / "snapshots" / _REVISION
    snapshot.mkdir(parents=True)
    return snapshot
