"""One thread for the mathematics of these tests: on several, small matrices wait for other programs."""

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield
