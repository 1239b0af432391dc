"""Runs the networks on as much at a time as there is memory for, and on what is left in smaller pieces.

What a batch is made of, and what is done with it, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

from v2a_foley.compute import ran_out
from v2a_foley.generate.audioldm.plan import Room, evenly

Made = TypeVar("Made")


def in_pieces(count: int, length: int, room: Room, run: Callable[[range], Made]) -> list[Made]:
    """Run rows in as few pieces as there is room for; a lack of memory halves the pieces, and is remembered.

    What was done before the lack is kept.

    Args:
        count: rows.
        length: latents of each.
        room: tells how many rows fit, and learns.
        run: runs some of the rows, and may run them again.

    Returns:
        What each piece gave, in the rows' order.
    """
    made: list[Made] = []
    waiting = [range(part[0], part[-1] + 1) for part in evenly(range(count), room.rows(length))]
    while waiting:
        rows, found = waiting[0], None
        try:
            found = run(rows)
        except (RuntimeError, MemoryError) as error:
            if not ran_out(error) or not room.halve(len(rows), length):
                raise
        if found is not None:
            made.append(found)
            waiting.pop(0)
            continue
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        left = range(rows.start, count)
        waiting = [range(part[0], part[-1] + 1) for part in evenly(left, room.rows(length))]
    return made
