"""How frames become what CLIP takes, a whole batch at once: resized and cropped as its makers did. Knows no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from v2a_foley.embed.space import Frames

if TYPE_CHECKING:
    import torch

Preparation = Callable[[Frames], "torch.Tensor"]
"""Frames ``uint8 (n, height, width, 3)`` to pixels ``uint8 (n, 3, side, side)``."""


def batch_preparation(settings: Mapping[str, Any]) -> Preparation | None:
    """Return how frames become pixels in the usual ways; nothing where the model asks for another.

    The usual ways are: the shortest side to a square's, then its centre; or squashed into the square; bicubic or
    bilinear. The result differs from PIL's, through which open_clip goes, by single levels out of 255.

    Args:
        settings: open_clip's preprocessing: ``size``, ``interpolation``, ``resize_mode`` and so on.
    """
    side, mode, how = settings["size"], settings["interpolation"], settings["resize_mode"]
    height, width = (side, side) if isinstance(side, int) else side
    if mode not in {"bicubic", "bilinear"} or how not in {"shortest", "squash"}:
        return None
    if how == "shortest" and height != width:
        return None

    def prepare(frames: Frames) -> torch.Tensor:
        import torch
        from torch.nn import functional

        tall, wide = frames.shape[1:3]
        size = (height, width) if how == "squash" else _covering(tall, wide, height)
        pixels = torch.from_numpy(np.array(frames)).permute(0, 3, 1, 2)
        if size != (tall, wide):
            pixels = functional.interpolate(pixels, size=size, mode=mode, antialias=True, align_corners=False)
        top, left = round((size[0] - height) / 2), round((size[1] - width) / 2)
        return pixels[:, :, top : top + height, left : left + width]

    return prepare


def _covering(tall: int, wide: int, side: int) -> tuple[int, int]:
    """Return the height and width whose shorter one is ``side``; the longer one is cut to whole pixels, not rounded."""
    return (side, int(side * wide / tall)) if tall <= wide else (int(side * tall / wide), side)
