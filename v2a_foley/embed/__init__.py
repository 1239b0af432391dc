"""Embedding spaces and the encoders into them. Weights load when first used."""

from v2a_foley.embed.pocket import PocketEyes, PocketWords, pocket_space, pocket_words
from v2a_foley.embed.space import AudioEncoder, Embeddings, Frames, ImageEncoder, Space, TextEncoder, normalised, pooled

__all__ = [
    "AudioEncoder",
    "Embeddings",
    "Frames",
    "ImageEncoder",
    "PocketEyes",
    "PocketWords",
    "Space",
    "TextEncoder",
    "normalised",
    "pocket_space",
    "pocket_words",
    "pooled",
]
