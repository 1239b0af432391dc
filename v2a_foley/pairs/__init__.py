"""Stores of pairs: what was seen and what was heard at the same time, as embeddings in two named spaces."""

from v2a_foley.pairs.card import StoreCard
from v2a_foley.pairs.growing import Closing, GrowingStore
from v2a_foley.pairs.locks import Part
from v2a_foley.pairs.shard import Row, write_shard
from v2a_foley.pairs.splits import Split, split_of
from v2a_foley.pairs.store import Pairs, open_pairs, shard_paths

__all__ = [
    "Closing",
    "GrowingStore",
    "Pairs",
    "Part",
    "Row",
    "Split",
    "StoreCard",
    "open_pairs",
    "shard_paths",
    "split_of",
    "write_shard",
]
