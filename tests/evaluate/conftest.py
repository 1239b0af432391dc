import pytest
import torch


@pytest.fixture(scope="module", autouse=True)
def calm():
    """One thread: torch's threads wait for each other where other tests use the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
