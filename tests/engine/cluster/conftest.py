from collections.abc import Iterator

import pytest

from tests.engine.cluster.nodes import Nodes, nodes


@pytest.fixture(scope="module")
def two() -> Iterator[Nodes]:
    """Two small nodes."""
    with nodes(head=1, more=1) as found:
        yield found
