"""How a worker and everything that it started is ended, so that no process is left behind. Nothing is asked here."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress

import psutil


def end_descendants() -> None:
    """Kill every process that this one started, and those that these started, but not this one.

    Where this process leads a session of its own (a client starts it so), that is everything in the session, orphans
    included.
    """
    own = os.getpid()
    found = {each.pid: each for each in psutil.Process(own).children(recursive=True)}
    if hasattr(os, "getsid") and os.getsid(0) == own:
        for pid in psutil.pids():
            with suppress(OSError, psutil.Error):
                if pid != own and os.getsid(pid) == own:
                    found.setdefault(pid, psutil.Process(pid))
    for each in found.values():
        with suppress(psutil.Error):
            each.kill()


def end_group(process: subprocess.Popen[bytes], *, grace: float = 0.0) -> int:
    """Kill a process that leads a session of its own, with all that it started, and return how it ended.

    Args:
        process: the process; it is waited for.
        grace: seconds that it gets to end by itself, so that its own exit code is returned.

    Returns:
        Its exit code, or the negative number of the signal that ended it.
    """
    if process.returncode is not None:
        return process.returncode
    until = time.monotonic() + grace
    with suppress(psutil.Error):
        # Asked without collecting its exit code: until that is done, nobody else can have its number.
        itself = psutil.Process(process.pid)
        while itself.status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
            time.sleep(0.005)
        if not hasattr(os, "killpg"):
            for each in itself.children(recursive=True):
                with suppress(psutil.Error):
                    each.kill()
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    return process.wait()
