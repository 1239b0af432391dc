"""Where networks run and in which arithmetic, how much memory they took, and what it means when there is none left.

Nothing here knows a network. torch is imported when a function is called, never with the module.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from v2a_foley.errors import GpuMissing, OutOfMemory, UsageError

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda", "mps")
"""Kinds of device that can be asked for; ``cuda:1`` names one of several."""
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
"""Arithmetics that can be asked for."""

_allowed: list[int] = []
"""Threads that the pieces of work which are being done may use, innermost last."""
_FORM = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


@dataclass(frozen=True)
class Compute:
    """Where networks run, and in which arithmetic.

    Attributes:
        device: ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.
        precision: ``float32``, ``bfloat16`` or ``float16``; parts that need more say so themselves.
    """

    device: str = "cpu"
    precision: str = "float32"

    @property
    def dtype(self) -> torch.dtype:
        """The precision as torch has it."""
        import torch

        found: torch.dtype = getattr(torch, self.precision)
        return found

    @property
    def on_cpu(self) -> bool:
        """Whether no GPU is used."""
        return self.device == "cpu"

    def record(self) -> Mapping[str, Any]:
        """Return what decides the bits of a result beside seeds and shapes: it belongs into a take's details."""
        import torch

        name = platform.processor() or platform.machine()
        if self.device.startswith("cuda"):
            name = torch.cuda.get_device_name(self.device)
        return MappingProxyType(
            {
                "device": self.device,
                "device_name": name,
                "precision": self.precision,
                "threads": torch.get_num_threads(),
                "torch": str(torch.__version__),
            }
        )


def check_device(device: str) -> None:
    """Refuse the name of a device that is none; whether it is there is not looked at.

    Raises:
        UsageError: there is no such kind of device.
    """
    if _FORM.fullmatch(device) is None:
        raise UsageError(f"--device {device!r} is not known.", hint="Choose auto, cpu, cuda, cuda:N or mps.")


def choose(device: str = "auto", precision: str = "auto") -> Compute:
    """Return where to run, from what the user asked for and what is there.

    ``auto`` is the first GPU that is there, else the CPU; the arithmetic is then the fastest that is native and keeps
    the sound: bfloat16 where the device has it (on a CPU only with AMX or AVX-512 BF16), float16 on other GPUs,
    float32 elsewhere.

    Raises:
        UsageError: the device or the precision is not known, or the device cannot do the precision.
        GpuMissing: a GPU was asked for by name and is not there.
    """
    import torch

    check_device(device)
    if precision not in PRECISIONS:
        raise UsageError(f"--precision {precision!r} is not known.", hint=f"Choose one of {', '.join(PRECISIONS)}.")
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if device.startswith("cuda"):
        _require_cuda(device, torch.cuda.device_count() if torch.cuda.is_available() else 0)
    if device == "mps" and not torch.backends.mps.is_available():
        raise GpuMissing("There is no Apple GPU here.", hint="Choose --device cpu, or auto.")
    if precision == "float16" and device == "cpu":
        raise UsageError("float16 is for GPUs.", hint="Choose --precision bfloat16 or float32 with --device cpu.")
    return Compute(device, _native(device) if precision == "auto" else precision)


def _require_cuda(device: str, count: int) -> None:
    number = int(device.partition(":")[2] or 0)
    if number < count:
        return
    found = "no CUDA GPU is visible" if count == 0 else f"only {count} can be seen"
    raise GpuMissing(
        f"--device {device} was asked for, but {found}.",
        hint="Check the driver with nvidia-smi, or choose --device cpu (slower) or auto.",
    )


def _native(device: str) -> str:
    import torch

    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16"
    if device == "mps":
        return "float16"
    return "bfloat16" if native_bfloat16() else "float32"


def native_bfloat16() -> bool:
    """Tell whether this CPU multiplies matrices in bfloat16 by itself; elsewhere torch imitates it, slowly."""
    import torch

    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return False
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())  # noqa: SLF001 - no public name


def ran_out(error: BaseException) -> bool:
    """Tell whether an error means that a device or the machine had no memory left."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    said = str(error)
    return isinstance(error, RuntimeError) and ("can't allocate memory" in said or "out of memory" in said.lower())


@contextmanager
def using_threads(count: int) -> Iterator[None]:
    """Let work inside the block, in whichever thread of this process, use so many threads at once: bits depend on them.

    Args:
        count: from 1.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    _allowed.append(count)
    try:
        yield
    finally:
        _allowed.pop()
        torch.set_num_threads(before)


def cores() -> int:
    """Return how many threads work may use at once.

    That is what ``using_threads`` says, else ``OMP_NUM_THREADS``, else the cores that this process may run on.
    """
    if _allowed:
        return _allowed[-1]
    said = os.environ.get("OMP_NUM_THREADS", "")
    if said.isascii() and said.isdigit() and int(said) > 0:
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def memory_guard(what: str) -> Iterator[None]:
    """Turn a lack of memory inside the block into our own error.

    Args:
        what: what was being done, for the sentence: ``Making 30 s of sound``.

    Raises:
        OutOfMemory: the device or the machine has no memory left.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not ran_out(error):
            raise
        raise OutOfMemory(
            f"{what} needs more memory than there is.",
            hint="Close other programs, choose shorter shots or --precision bfloat16, or use --device cpu.",
        ) from error


def reset_peak(compute: Compute) -> None:
    """Forget the peak memory of a GPU, so that ``peak_memory`` speaks of what follows; a CPU's cannot be forgotten."""
    import torch

    if compute.device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(compute.device)


def peak_memory(compute: Compute) -> int:
    """Return the most memory in bytes that was held: the GPU's for CUDA, else the whole process's."""
    import torch

    if compute.device.startswith("cuda"):
        return int(torch.cuda.max_memory_allocated(compute.device))
    if compute.device == "mps":
        return int(torch.mps.driver_allocated_memory())
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


def free_memory(compute: Compute) -> int:
    """Return the bytes that can still be had where the networks run; 0 where nobody can tell."""
    import torch

    if compute.device.startswith("cuda"):
        torch.cuda.empty_cache()
        return int(torch.cuda.mem_get_info(compute.device)[0])
    try:
        import psutil
    except ImportError:
        return 0
    return int(psutil.virtual_memory().available)
