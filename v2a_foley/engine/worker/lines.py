"""Cuts a stream of bytes into lines, however long and however many, and never holds more than one message of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from v2a_foley.engine.worker.schema import LONGEST

_SKIP = 1 << 20


def lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a stream until it ends.

    Of a line that is too long its first ``LONGEST + 1`` bytes are yielded, which no message has; the rest is passed
    over. What stands after the last line's end is a message that broke off, and is dropped.
    """
    while line := stream.readline(LONGEST + 1):
        if line.endswith(b"\n"):
            yield line
            continue
        if len(line) <= LONGEST:
            return
        yield line
        while (rest := stream.readline(_SKIP)) and not rest.endswith(b"\n"):
            pass
