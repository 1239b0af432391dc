"""Reads published weights from this machine's disk into a network: tensors and plain arrays, nothing that runs."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from v2a_foley.embed.on_disk import content_hash, loading
from v2a_foley.errors import ModelDamaged, ModelMissing
from v2a_foley.models import models_folder

if TYPE_CHECKING:
    import torch

FOLDER = "backbones"
"""Folder inside the models' folder in which published weights are looked for, under their published names."""


def found_weights(weights: Path | None, published: str, *, what: str, source: str) -> Path:
    """Return the file with a network's weights.

    Args:
        weights: the file, or a folder that holds it; None looks in the models' folder.
        published: the name under which it is published.
        what: the network, for the sentence: ``PANNs Cnn14``.
        source: where it is published, for people.

    Raises:
        ModelMissing: it is not there; the hint says what to get and where to put it.
    """
    place = weights if weights is not None else models_folder() / FOLDER
    path = place / published if place.is_dir() else place
    if weights is None:
        path = place / published
    if path.is_file():
        return path
    raise ModelMissing(
        f"The weights of {what} are not on this machine: {_shown(path)!r} does not exist.",
        hint=f"Get {published} from {source} and put it there, or name the file.",
    )


def _shown(path: Path) -> str:
    """Return a path for people; pages that are handed on repeat it, so that the reader's own folder is only ``~``."""
    try:
        return str("~" / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):  # it lies elsewhere, or there is no home
        return str(path)


def short_hash(*paths: Path) -> str:
    """Return the first eight hexadecimal digits of a hash over files' bytes: what a protocol's name carries.

    Raises:
        ModelDamaged: a file cannot be read.
    """
    return content_hash(paths)[:8]


def read_weights(path: Path, what: str, hint: str) -> Any:  # noqa: ANN401 - tensors in whatever a training left
    """Return what torch saved in a file, if that is tensors, numpy arrays of numbers, and plain values.

    Raises:
        ModelDamaged: it is cut off, no such file, or holds something that would have to be run.
        OutOfMemory: the machine has no memory left.
    """
    import torch

    with loading(what, hint), torch.serialization.safe_globals(_plain()):
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))


def _plain() -> list[Any]:
    """Return what numpy's arrays and numbers are made of, under the names of its old and its new versions."""
    rebuild, number = np.zeros(1).__reduce__()[0], np.float64(0).__reduce__()[0]
    named: list[Any] = [(rebuild, f"numpy.{core}.multiarray._reconstruct") for core in ("core", "_core")]
    named += [(number, f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")]
    kinds = {type(np.dtype(name)) for name in ("float32", "float64", "int32", "int64", "bool")}
    return [*named, np.ndarray, np.dtype, *kinds]


def fill(network: torch.nn.Module, state: Any, what: str, hint: str) -> None:  # noqa: ANN401 - what a file held
    """Put weights into a network and make it ready to listen: in evaluation mode, without gradients.

    Counters that batch norms keep for training may be missing.

    Raises:
        ModelDamaged: names or shapes are not the network's.
    """
    wanted = network.state_dict()
    given = state if isinstance(state, Mapping) else {}
    lacking = [name for name in wanted if name not in given and not name.endswith("num_batches_tracked")]
    strange = [name for name in given if name not in wanted]
    odd = [name for name in wanted if name in given and getattr(given[name], "shape", None) != wanted[name].shape]
    for names, fault in ((lacking, "lack"), (odd, "have another shape of"), (strange, "hold an unknown")):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise ModelDamaged(f"{what} is of another kind: its weights {fault} {names[0]}{more}.", hint=hint)
    network.load_state_dict(given, strict=False)
    network.eval().requires_grad_(requires_grad=False)
