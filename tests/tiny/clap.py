"""Writes tiny CLAPs as transformers keeps them: a ``ClapModel`` folder, or its text side as AudioLDM folders do."""

import json
from pathlib import Path

from tests.tiny.weights import lively

_MERGES = ["Ġ a", "Ġ t", "h e", "i n", "Ġt he", "o n", "e r", "a t", "Ġ s", "r e", "Ġ o", "Ġo f", "in g", "o r", "a r"]
_LONGEST = 512


def tiny_clap(size: int = 32, seed: int = 0):
    """Return the ``ClapModel`` that ``write_clap`` writes: 512 pieces of text, 48 kHz, two small stages of hearing."""
    import torch
    from transformers import ClapConfig, ClapModel

    text = {
        "vocab_size": len(_vocabulary()),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": _LONGEST + 2,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }
    audio = {
        "patch_embeds_hidden_size": 16,
        "hidden_size": 32,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "num_hidden_layers": 2,
        "spec_size": 256,
        "num_classes": 4,
    }
    with torch.random.fork_rng():
        model = ClapModel(ClapConfig(text_config=text, audio_config=audio, projection_dim=size))
    model.load_state_dict(lively(model.state_dict(), seed))
    return model.eval()


def write_clap(folder: Path, size: int = 32, seed: int = 0) -> Path:
    """Write a ``ClapModel`` folder: config, safetensors, tokenizer and feature extractor. Returns the folder."""
    from transformers import ClapFeatureExtractor

    folder.mkdir(parents=True, exist_ok=True)
    tiny_clap(size, seed).save_pretrained(folder)
    write_tokenizer(folder)
    ClapFeatureExtractor(truncation="rand_trunc", frequency_min=50).save_pretrained(folder)
    return folder


def write_clap_text(folder: Path, size: int = 32, seed: int = 0) -> Path:
    """Write the text side of ``write_clap``'s model into ``text_encoder`` and ``tokenizer``. Returns the folder."""
    from transformers import ClapTextModelWithProjection

    whole = tiny_clap(size, seed)
    text = ClapTextModelWithProjection(whole.config.text_config)
    state = whole.state_dict()
    text.load_state_dict({name: state[name] for name in text.state_dict()})
    text.eval().save_pretrained(folder / "text_encoder")
    write_tokenizer(folder / "tokenizer")
    return folder


def write_tokenizer(folder: Path, size: int | None = None) -> Path:
    """Write a byte-level BPE tokenizer of Roberta's form with a dozen merges, in all the files that hubs hold.

    Args:
        folder: where to; made if it is missing.
        size: how many pieces it shall know, if more than it needs: the others are never met.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _vocabulary()
    vocabulary |= {f"spare{number}": number for number in range(len(vocabulary), size or 0)}
    merges = [tuple(pair.split()) for pair in _MERGES]
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    made.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    made.save(str(folder / "tokenizer.json"))
    special = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "cls_token": "<s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "mask_token": "<mask>",
    }
    config = {**special, "tokenizer_class": "RobertaTokenizer", "model_max_length": _LONGEST, "add_prefix_space": False}
    _write_json(folder / "tokenizer_config.json", config)
    _write_json(folder / "special_tokens_map.json", special)
    _write_json(folder / "vocab.json", vocabulary)
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(_MERGES) + "\n", encoding="utf-8")
    return folder


def _vocabulary() -> dict[str, int]:
    """Return Roberta's special pieces where Roberta has them, every byte, the merged pieces, and the mask last."""
    from tokenizers import pre_tokenizers

    pieces = ["<s>", "<pad>", "</s>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    pieces += [pair.replace(" ", "") for pair in _MERGES]
    return {piece: number for number, piece in enumerate([*pieces, "<mask>"])}


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")
