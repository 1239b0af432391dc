"""A network in the precision that was asked for, and what happens when that precision overflows.

Which device and precision to use is ``compute.py``'s to say.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from v2a_foley.compute import Compute
from v2a_foley.embed import Embeddings, normalised
from v2a_foley.errors import ModelDamaged, RenderError
from v2a_foley.mapper.transformer import Linear

Network = TypeVar("Network", bound=nn.Module)
Warn = Callable[[str], None]
"""Takes a sentence for the user."""


def in_precision(network: Network, compute: Compute) -> Network:
    """Return a network on a device, with its matrices in a precision; all else stays float32.

    The network itself is left as it is; it is returned where nothing has to change.
    """
    here = next(network.parameters()).device.type
    if compute.precision == "float32" and compute.on_cpu and here == "cpu":
        return network
    copied = copy.deepcopy(network).to(compute.device)
    for part in copied.modules():
        if isinstance(part, Linear):
            part.to(compute.dtype)
    return copied


def checked(embeddings: Embeddings, size: int) -> NDArray[np.float32]:
    """Return image embeddings as ``float32 (n, size)``.

    Raises:
        ValueError: they have another shape.
        RenderError: they hold values that are not finite; the eyes are to blame.
    """
    if embeddings.ndim != 2 or embeddings.shape[1] != size:
        raise ValueError(f"{embeddings.shape} is not rows of {size}")
    if not np.isfinite(embeddings).all():
        raise RenderError(
            "An image embedding holds values that are not finite.",
            hint="Look at the film with --precision float32; if that does not help, fetch the eyes' weights again.",
        )
    return np.ascontiguousarray(embeddings, dtype=np.float32)


def finite_rows(
    run: Callable[[Compute, NDArray[np.intp]], NDArray[np.float32]], rows: int, compute: Compute, warn: Warn
) -> Embeddings:
    """Run a mapper; rows that overflow in half precision are run again in float32, and ``warn`` is told.

    Args:
        run: takes where and how to compute and which rows, and returns ``float32 (len(rows), d)``.
        rows: how many there are.
        compute: where and how to compute first.
        warn: told once if rows had to be run again.

    Returns:
        ``float32 (rows, d)`` of unit length.

    Raises:
        ModelDamaged: rows are not finite in float32 either.
    """
    found = run(compute, np.arange(rows))
    bad = np.flatnonzero(~usable(found))
    if len(bad) and compute.precision != "float32":
        many = f"{len(bad)} of {rows} shots" if rows > 1 else "the shot"
        warn(f"The mapper left the range of {compute.precision}; {many} went through it again in float32.")
        found[bad] = run(replace(compute, precision="float32"), bad)
        bad = bad[~usable(found[bad])]
    if len(bad):
        raise ModelDamaged(
            f"The mapper gives no usable embedding for {len(bad)} of {rows} shots.",
            hint="Its weights are no good: fetch or train the mapper again, or choose another.",
        )
    return normalised(found)


def usable(found: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which rows have a direction: all values finite, the length above 0 and in range."""
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(found, axis=1)
    good: NDArray[np.bool_] = np.isfinite(lengths) & (lengths > 0)
    return good
