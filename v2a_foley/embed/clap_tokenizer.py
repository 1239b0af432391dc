"""The tokenizer of CLAP's words, which is Roberta's: which files it needs, where they may lie, and whether it fits.

transformers makes an empty tokenizer, without a word, where the files are missing: nothing loads one but through here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from v2a_foley.embed.on_disk import require_files
from v2a_foley.errors import ModelDamaged

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_MOST_SPARE = 128
"""How many pieces a network may know beyond its tokenizer's: vocabularies are padded to such multiples."""


def holds_tokenizer(folder: Path) -> bool:
    """Tell whether a folder holds the files of a tokenizer."""
    return all((folder / name).is_file() for name in _names(folder))


def tokenizer_files(folder: Path, *, what: str, hint: str) -> list[Path]:
    """Return the files of a tokenizer that decide what it does.

    Raises:
        ModelMissing: one of them is not there.
    """
    names = _names(folder)
    require_files(folder, names, what=what, hint=hint)
    also = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
    return [folder / name for name in names] + [folder / name for name in also if (folder / name).is_file()]


def load_tokenizer(folder: Path, text: Any, *, what: str, hint: str) -> PreTrainedTokenizerBase:  # noqa: ANN401 - transformers' configurations are untyped
    """Return the tokenizer of a network, cutting texts where the network's positions end.

    Args:
        folder: where its files lie.
        text: the network's configuration: ``vocab_size``, ``max_position_embeddings``, ``pad_token_id``.
        what: the network, for errors.
        hint: what to do about them.

    Raises:
        ModelDamaged: it makes more pieces than the network knows, or far fewer.
    """
    from transformers import RobertaTokenizer

    tokenizer: PreTrainedTokenizerBase = RobertaTokenizer.from_pretrained(folder, local_files_only=True)
    if not 0 <= text.vocab_size - len(tokenizer) < _MOST_SPARE:
        raise ModelDamaged(
            f"{what} reads {text.vocab_size} pieces, but its tokenizer makes {len(tokenizer)}.", hint=hint
        )
    longest = text.max_position_embeddings - text.pad_token_id - 1
    tokenizer.model_max_length = min(tokenizer.model_max_length, longest)
    return tokenizer


def _names(folder: Path) -> list[str]:
    return ["tokenizer.json"] if (folder / "tokenizer.json").is_file() else ["vocab.json", "merges.txt"]
