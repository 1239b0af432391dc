import platform

import numpy as np
import pytest
import torch

from v2a_foley import compute
from v2a_foley.compute import Compute, choose, free_memory, memory_guard, native_bfloat16, peak_memory, ran_out
from v2a_foley.errors import GpuMissing, OutOfMemory, UsageError


def test_auto_is_something_that_runs():
    chosen = choose()
    ones = torch.ones(4, 4, dtype=chosen.dtype, device=chosen.device)
    assert float((ones @ ones).sum()) == 64


@pytest.mark.parametrize("device", ["tpu", "", "cuda:", "cuda:x", "CPU"])
def test_unknown_devices_are_refused(device):
    with pytest.raises(UsageError):
        choose(device)


def test_unknown_precisions_are_refused():
    with pytest.raises(UsageError):
        choose("cpu", "int4")
    with pytest.raises(UsageError):
        choose("cpu", "float16")


@pytest.mark.parametrize(("device", "count"), [("cuda", 0), ("cuda:1", 1), ("cuda:9", 2)])
def test_a_gpu_that_is_not_there_is_named(device, count, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    with pytest.raises(GpuMissing) as caught:
        choose(device)
    assert device in caught.value.message
    assert "--device" in caught.value.hint


def test_a_cpu_runs_in_bfloat16_only_where_it_is_native(monkeypatch):
    for native in (True, False):
        monkeypatch.setattr(compute, "native_bfloat16", lambda native=native: native)
        assert choose("cpu").precision == ("bfloat16" if native else "float32")
        assert choose("cpu", "float32").precision == "float32"


def test_native_bfloat16_agrees_with_the_processor():
    if platform.system() == "Linux" and platform.machine() == "x86_64":
        flags = open("/proc/cpuinfo").read().split()  # noqa: PTH123, SIM115 - a pseudo file
        assert native_bfloat16() == ("avx512_bf16" in flags or "amx_tile" in flags)
    else:
        assert native_bfloat16() in (True, False)


def test_the_record_names_what_decides_bits():
    record = Compute().record()
    assert record["threads"] == torch.get_num_threads()
    assert record["precision"] == "float32"


def test_a_real_lack_of_memory_becomes_our_error():
    with pytest.raises(OutOfMemory) as caught, memory_guard("Making a month of sound"):
        torch.empty(10**16)
    assert "Making a month of sound" in caught.value.message
    with pytest.raises(OutOfMemory), memory_guard("Counting"):
        np.empty(10**17)


def test_other_errors_pass_the_guard():
    with pytest.raises(RuntimeError, match="shapes"), memory_guard("Adding"):
        raise RuntimeError("shapes differ")
    assert not ran_out(ValueError("out of memory"))
    assert ran_out(torch.OutOfMemoryError("CUDA out of memory."))


def test_peak_memory_is_that_of_the_process():
    assert 50e6 < peak_memory(Compute()) < 1e12


def test_free_memory_is_some_of_the_machines():
    assert 50e6 < free_memory(Compute()) < 1e14
