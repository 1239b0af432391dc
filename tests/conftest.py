import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

# Whatever models this machine has installed, the tests see none but those that they write, and ask no hub.
os.environ["V2A_FOLEY_MODELS"] = str(Path(tempfile.gettempdir()) / "v2a-foley-tests-have-no-models")
os.environ["HF_HUB_OFFLINE"] = "1"

# Where projects' films lie is remembered for the user; the tests' user is another, who is forgotten afterwards.
os.environ["V2A_FOLEY_DATA"] = tempfile.mkdtemp(prefix="v2a-foley-tests-")
atexit.register(shutil.rmtree, os.environ["V2A_FOLEY_DATA"], ignore_errors=True)

# Who starts the tests in the background has Ctrl-C ignored, here and in every process that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Threads of torch that wait for each other must not spin: several tests share the cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
