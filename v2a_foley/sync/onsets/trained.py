"""The onset net's weights on disk: one safetensors file that says what it was made for, and is read with suspicion."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.files import writing
from v2a_foley.video.traits import CELLS, FRAME

if TYPE_CHECKING:
    from v2a_foley.sync.onsets.network import OnsetNet

FORMAT, VERSION = "v2a-foley onset net", 1
SHIPPED = Path(__file__).parent / "weights" / "onsets.safetensors"
"""The weights that come with the program."""
SHIPPED_SHA256 = "ec700c0ca37fa913d3f1f488a61440b01f28db0ed8a18d77ed635985098491d2"
"""What they must hash to; ``train onsets`` prints it."""
_AGAIN = "Make one: v2a-foley train onsets FILMS --out FILE.safetensors"


@dataclass(frozen=True, eq=False)
class TrainedOnsets:
    """An onset net that was trained.

    Attributes:
        network: ready to answer, in float32, its norms fixed.
        threshold: the likelihood from which a peak is an onset.
        early: whether onsets lie before their frame's start by what the net says.
        details: how it was trained, as JSON can hold it.
    """

    network: OnsetNet
    threshold: float
    early: bool
    details: Mapping[str, Any] = field(default_factory=dict)


def save_onsets(path: Path, trained: TrainedOnsets) -> str:
    """Write a net, in float16, and return the SHA-256 of the file.

    Raises:
        DiskFull: the disk is full.
        OutputError: the place cannot be written.
    """
    from safetensors.torch import save

    tensors = {
        name: each.half().contiguous() if each.is_floating_point() else each
        for name, each in trained.network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    said = {
        "format": FORMAT,
        "version": str(VERSION),
        "cells": ",".join(CELLS),
        "frame": ",".join(FRAME),
        "config": json.dumps(asdict(trained.network.config)),
        "threshold": repr(float(trained.threshold)),
        "early": json.dumps(trained.early),
        "details": json.dumps(dict(trained.details), ensure_ascii=False, sort_keys=True),
    }
    content = save(tensors, metadata=said)
    with writing(path) as part:
        part.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def load_onsets(path: Path, *, sha256: str = "") -> TrainedOnsets:
    """Read a net.

    Args:
        path: the file.
        sha256: what its bytes must hash to; empty: anything.

    Raises:
        ModelMissing: there is no such file.
        ModelDamaged: it cannot be read, is no onset net, holds other bytes, or was made for other numbers a cell.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelMissing(f"There is no onset net {path.name!r}.", hint=_AGAIN) from error
    except OSError as error:
        raise ModelDamaged(f"{path.name!r} cannot be read: {error.strerror}.", hint=_AGAIN) from error
    found = hashlib.sha256(content).hexdigest()
    if sha256 and found != sha256:
        raise ModelDamaged(
            f"{path.name!r} is damaged or was replaced: its SHA-256 begins {found[:12]}, not {sha256[:12]}.",
            hint="Install the program again, or train an onset net of your own.",
        )
    try:
        return _built(load(content), _metadata(content))
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ModelDamaged(f"{path.name!r} is no onset net that can be used: {error}", hint=_AGAIN) from error


def shipped_onsets() -> TrainedOnsets:
    """Return the net that comes with the program.

    Raises:
        ModelMissing: its file is gone.
        ModelDamaged: its file is damaged or was replaced.
    """
    return load_onsets(SHIPPED, sha256=SHIPPED_SHA256)


def _metadata(content: bytes) -> dict[str, str]:
    """Return what the file says of itself."""
    length = int.from_bytes(content[:8], "little")
    found = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    if not isinstance(found, dict):
        raise TypeError("it says nothing of itself")
    return found


def _built(tensors: Mapping[str, Any], said: Mapping[str, str]) -> TrainedOnsets:
    from v2a_foley.sync.onsets.network import NetConfig, OnsetNet

    if said.get("format") != FORMAT or int(said.get("version", 0)) != VERSION:
        raise ValueError("it is of another format")
    if said["cells"] != ",".join(CELLS) or said["frame"] != ",".join(FRAME):
        raise ValueError("it was trained on other traits of the picture")
    config = json.loads(said["config"])
    if not all(isinstance(each, int) and 1 <= each <= 1024 for each in config.values()):
        raise ValueError("its size makes no sense")
    threshold = float(said["threshold"])
    if not 0 < threshold <= 1:
        raise ValueError(f"its threshold is {threshold:g}")
    if not all(bool(each.isfinite().all()) for each in tensors.values()):
        raise ValueError("a weight is no number")
    network = OnsetNet(NetConfig(**config))
    missing, unknown = network.load_state_dict({name: each.float() for name, each in tensors.items()}, strict=False)
    if unknown or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError("its weights are another network's")
    network.eval().requires_grad_(requires_grad=False)
    return TrainedOnsets(network, threshold, bool(json.loads(said["early"])), json.loads(said["details"]))
