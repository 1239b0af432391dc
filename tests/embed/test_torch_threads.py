import threading

import pytest
import torch

from v2a_foley.embed.torch_threads import side_by_side, workers


@pytest.fixture(autouse=True)
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_the_results_come_in_the_parts_order():
    assert side_by_side(lambda part: part * 2, range(9)) == [0, 2, 4, 6, 8, 10, 12, 14, 16]


def test_every_part_runs_on_one_thread_and_the_rest_on_as_many_as_before():
    meet = threading.Barrier(workers(), timeout=20)

    def count(_: int) -> int:
        meet.wait()
        torch.randn(300, 300) @ torch.randn(300, 300)
        return torch.get_num_threads()

    for _ in range(2):
        assert side_by_side(count, range(workers())) == [1] * workers()
        assert torch.get_num_threads() == 3
        assert in_a_new_thread(torch.get_num_threads) == 3


def test_all_that_torch_multiplies_with_keeps_to_one_thread():
    """MKL has a setting of its own, which is the process's: it must be one as well."""
    told = side_by_side(lambda _: torch.__config__.parallel_info(), [0])[0]
    most = [line.rpartition(":")[2].strip() for line in told.splitlines() if "get_max_threads" in line]
    assert most
    assert set(most) == {"1"}


def test_an_error_restores_the_setting():
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda part: 1 // part, [1, 0])
    assert torch.get_num_threads() == 3
    assert in_a_new_thread(torch.get_num_threads) == 3


def in_a_new_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]
