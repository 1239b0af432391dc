"""The packets of a container's streams, whatever turns up on the way. What they are read for is decided by who asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer
    from av.stream import Stream


def packets(container: InputContainer, *streams: Stream) -> Iterator[Packet[Any]]:
    """Yield the packets of some streams in the container's order, from where it stands; empty ones mark the end.

    A transport stream may announce further streams midway (a programme begins, a bit is wrong). PyAV has no name for
    them and breaks off at their first packet; here they are left out, and reading goes on behind it.

    Raises:
        av.FFmpegError: the container breaks off.
    """
    while True:
        try:
            yield from container.demux(streams)
        except IndexError:
            continue
        return
