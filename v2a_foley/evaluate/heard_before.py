"""What a backbone heard before, in the cache folder: one small file a sound, named by the hash of the sound's bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from v2a_foley.evaluate.backbones.protocol import Backbone, Heard
from v2a_foley.files import cache_folder, translated, writing

SCHEMA = 1
"""Raised whenever how a sound is read changes: what was remembered under another number is heard anew."""


class HeardBefore:
    """The memory of one backbone, for sounds of one length.

    Args:
        backbone: its name, which carries a hash of its weights, is part of the memory's.
        rule: how sounds are brought to one length, in words; part of it too.
    """

    def __init__(self, backbone: Backbone, rule: str) -> None:
        """Find the folder; make nothing yet."""
        what = f"{SCHEMA} {backbone.name} {backbone.sample_rate} {rule}"
        self._folder = cache_folder() / "heard" / f"{backbone.key}-{hashlib.sha256(what.encode()).hexdigest()[:16]}"

    def read(self, bytes_hash: str) -> Heard | None:
        """Return what was heard, or None where it was not, or the file is damaged: it is heard again then."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            held = load(self._place(bytes_hash).read_bytes())
        except (OSError, SafetensorError):
            return None
        rows = held.get("embeddings")
        if rows is None or rows.ndim != 2:
            return None
        return Heard(rows, np.zeros(len(rows), dtype=np.int64), held.get("probabilities"))

    def write(self, bytes_hash: str, heard: Heard) -> None:
        """Keep what was heard of one sound.

        Raises:
            OutputError, DiskFull: the cache folder cannot be written to.
        """
        from safetensors.numpy import save

        held = {"embeddings": heard.embeddings}
        content = save(held if heard.probabilities is None else {**held, "probabilities": heard.probabilities})
        place = self._place(bytes_hash)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise translated(error, place.parent) from error
        with writing(place) as part:
            part.write_bytes(content)

    def _place(self, bytes_hash: str) -> Path:
        return self._folder / bytes_hash[:2] / f"{bytes_hash}.safetensors"
