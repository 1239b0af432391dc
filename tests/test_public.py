import os
import subprocess
import sys

import v2a_foley

HEAVY = ("torch", "PySide6", "decord", "timm", "transformers", "cv2", "scipy", "av", "diffusers")


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(out.stdout.split())


def cheapest(arguments: list[str]) -> float:
    """Processor seconds of the best of five runs: what a start takes, wherever other programs leave the cores to it."""
    times = []
    for _ in range(5):
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        times.append(used.ru_utime + used.ru_stime)
    return min(times)


def test_all_is_exact_and_everything_in_it_exists():
    assert list(v2a_foley.__all__) == sorted(v2a_foley.__all__)
    assert set(v2a_foley.__all__) == {*v2a_foley._HOMES, "__version__"}
    for name in v2a_foley.__all__:
        assert getattr(v2a_foley, name) is not None


def test_import_and_help_are_light():
    assert loaded_after("import v2a_foley") == set()
    ask_for_help = """
import contextlib, io, sys
from v2a_foley.cli.main import main
sys.argv = ["v2a-foley", "run", "--help"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""
    assert loaded_after(ask_for_help) == set()


def test_import_and_help_are_fast():
    """A start-up budget: 0.3 s is promised."""
    assert cheapest([sys.executable, "-c", "import v2a_foley"]) < 0.3
    assert cheapest([sys.executable, "-m", "v2a_foley.cli.main", "--help"]) < 0.3
