"""The onset net: small convolutions over the cells of a picture and over time. Weights on disk stand in ``trained.py``.

Sixteen numbers a cell and eleven a frame come in; out comes, for every frame, whether it first shows a contact.
It is convolutional throughout, so it takes any grid of cells and any number of frames; what a frame is told depends on
``CONTEXT`` frames on either side, and beyond a film's ends all features are zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from v2a_foley.video.traits import CELLS, FRAME

DILATIONS = (1, 2, 4, 8)
"""Of the convolutions over the frames of the whole picture."""
CONTEXT = 1 + 2 + sum(DILATIONS)
"""Frames before and after that a frame's answer depends on."""

_MOMENTUM = 0.05
"""How soon the norms forget: batches differ, as each is of one shape of picture."""


@dataclass(frozen=True)
class NetConfig:
    """The net's size.

    Attributes:
        width: features a cell.
        depth: features a frame.
    """

    width: int = 40
    depth: int = 96


@dataclass(frozen=True, eq=False)
class Answer:
    """What the net says of b stretches of n frames.

    Attributes:
        onset: ``(b, n)`` log odds that the frame is the first to show a contact.
        early: ``(b, n)``, 0 to 1, see ``OnsetCurve``.
        strength: ``(b, n)``, 0 to 1.
        place: ``(b, n, 2)``, 0 to 1: across and down.
    """

    onset: Tensor
    early: Tensor
    strength: Tensor
    place: Tensor

    def float(self) -> Answer:
        """Return it in float32."""
        return Answer(*(each.float() for each in (self.onset, self.early, self.strength, self.place)))


class OnsetNet(nn.Module):
    """The onset net.

    What other senses see (the eyes' embedding, two glances a second) would join the frame's features before ``join``.

    Args:
        config: its size.
    """

    def __init__(self, config: NetConfig | None = None) -> None:
        """Make it with random weights."""
        super().__init__()
        self.config = config or NetConfig()
        width, depth = self.config.width, self.config.depth
        self.enter = nn.Conv2d(len(CELLS) + len(FRAME), width, 1, bias=False)
        self.enter_norm = nn.BatchNorm2d(width, momentum=_MOMENTUM)
        self.before_after = nn.Conv2d(width, width, (3, 1), padding=(1, 0), bias=False)
        self.before_after_norm = nn.BatchNorm2d(width, momentum=_MOMENTUM)
        self.around = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.around_norm = nn.BatchNorm2d(width, momentum=_MOMENTUM)
        self.further = nn.Conv2d(width, width, (3, 1), padding=(2, 0), dilation=(2, 1), bias=False)
        self.further_norm = nn.BatchNorm2d(width, momentum=_MOMENTUM)
        self.wider = nn.Conv2d(width, width, 3, padding=2, dilation=2, bias=False)
        self.wider_norm = nn.BatchNorm2d(width, momentum=_MOMENTUM)
        self.attention = nn.Conv2d(width, 1, 1)
        self.join = nn.Conv1d(3 * width + 1 + len(FRAME), depth, 1, bias=False)
        self.join_norm = nn.BatchNorm1d(depth, momentum=_MOMENTUM)
        self.line = nn.ModuleList(
            nn.Conv1d(depth, depth, 3, padding=dilation, dilation=dilation, bias=False) for dilation in DILATIONS
        )
        self.line_norms = nn.ModuleList(nn.BatchNorm1d(depth, momentum=_MOMENTUM) for _ in DILATIONS)
        self.answer = nn.Conv1d(depth, 3, 1)
        with torch.no_grad():  # contacts are rare, and a net that says so at first learns sooner
            self.answer.weight.mul_(0.1)
            start = torch.tensor([-3.0, 0.0, 0.0])
            self.answer.bias = nn.Parameter(start)

    def forward(self, cells: Tensor, frame: Tensor) -> Answer:
        """Answer for every frame.

        Args:
            cells: ``float32 (b, n, 16, rows, columns)``, see ``Traits``.
            frame: ``float32 (b, n, 11)``.
        """
        batch, _, _, rows, columns = cells.shape
        each = frame[..., None, None].expand(-1, -1, -1, rows, columns)
        grid = torch.cat([cells, each], dim=2).flatten(0, 1).contiguous(memory_format=torch.channels_last)
        grid = functional.relu(self.enter_norm(self.enter(grid)))
        # One layout serves both views, (frames of all stretches, rows, columns) and (stretches, frames, cells).
        line = _as_lines(grid, batch)
        line = line + functional.relu(self.before_after_norm(self.before_after(line)))
        grid = _as_pictures(line, rows, columns)
        grid = grid + functional.relu(self.around_norm(self.around(grid)))
        line = _as_lines(grid, batch)
        line = line + functional.relu(self.further_norm(self.further(line)))
        grid = _as_pictures(line, rows, columns)
        grid = grid + functional.relu(self.wider_norm(self.wider(grid)))
        line = _as_lines(grid, batch)
        logits = self.attention(line)[:, 0]  # (b, n, cells)
        weights = logits.softmax(dim=-1)
        place = torch.stack(
            [
                weights @ _centres(columns, weights).repeat(rows),
                weights @ _centres(rows, weights).repeat_interleave(columns),
            ],
            dim=-1,
        )
        evenly = torch.full_like(weights, 1 / (rows * columns))
        # (b, n, cells, c) is how the values lie; one product takes both means of them.
        cells_last = line.permute(0, 2, 3, 1)
        means = torch.stack([weights, evenly], dim=2) @ cells_last
        most = cells_last.max(dim=2).values
        whole = [most, *means.unbind(dim=2), logits.logsumexp(dim=-1, keepdim=True), frame]
        joined = torch.cat(whole, dim=-1).transpose(1, 2)
        told = functional.relu(self.join_norm(self.join(joined)))
        for layer, norm in zip(self.line, self.line_norms, strict=True):
            told = told + functional.relu(norm(layer(told)))
        onset, early, strength = self.answer(told).unbind(dim=1)
        return Answer(onset, early.sigmoid(), strength.sigmoid(), place)


def weights_in(network: nn.Module) -> int:
    """Return how many numbers a network has learned."""
    return sum(each.numel() for each in network.parameters())


def _as_lines(grid: Tensor, batch: int) -> Tensor:
    """View ``(b · n, c, rows, columns)`` as ``(b, c, n, cells)``."""
    _, width, rows, columns = grid.shape
    return grid.permute(0, 2, 3, 1).reshape(batch, -1, rows * columns, width).permute(0, 3, 1, 2)


def _as_pictures(line: Tensor, rows: int, columns: int) -> Tensor:
    """View ``(b, c, n, cells)`` as ``(b · n, c, rows, columns)``."""
    return line.permute(0, 2, 3, 1).reshape(-1, rows, columns, line.shape[1]).permute(0, 3, 1, 2)


def _centres(count: int, like: Tensor) -> Tensor:
    """Return where the centres of so many cells lie, 0 to 1."""
    return (torch.arange(count, dtype=like.dtype, device=like.device) + 0.5) / count
