"""Nothing touches the network but ``pull`` and the maintainers' command."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import v2a_foley
from tests.models import small

WATCH = """
import socket, sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(event) if event.startswith("socket.") else None)
"""
PACKAGE = Path(v2a_foley.__file__).parent
CLIENTS = {"aiohttp", "ftplib", "http", "httpx", "httpx2", "huggingface_hub", "requests", "socket", "urllib3", "wget"}

ON_DISK = {"huggingface_hub.constants", "huggingface_hub.try_to_load_from_cache"}
"""What may be used of the hub's own client: settings, and a look into its folder on this machine."""
DOORS = {
    PACKAGE / "models" / "hub.py",
    PACKAGE / "engine" / "worker" / "http_door.py",
    PACKAGE / "engine" / "worker" / "stdio.py",
    PACKAGE / "engine" / "cluster" / "door.py",
}
"""The hub's door, which asks; the worker's, which listens on this machine alone, and its pair of ends, to be woken by;
and the cluster's, which asks the machine that the user named."""


def sockets(code: str, tmp_path: Path, **more: str) -> str:
    """Run code in a process of its own, and return what it did with sockets."""
    script = f"{WATCH}\n{code}\nprint(sorted(set(opened)))"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "V2A_FOLEY_MODELS": str(tmp_path / "models"), **more}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_the_watch_sees_a_socket(tmp_path):
    assert "socket.connect" in sockets(
        "s = socket.socket()\ntry:\n    s.connect(('127.0.0.1', 9))\nexcept OSError:\n    pass", tmp_path
    )


def test_importing_opens_no_socket(tmp_path):
    code = """
import importlib, pkgutil
import v2a_foley, v2a_foley.models, v2a_foley.cli
for package in (v2a_foley.models, v2a_foley.cli):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""
    assert sockets(code, tmp_path) == "[]"


@pytest.mark.parametrize("hub", ["http://127.0.0.1:9", ""])
def test_every_verb_but_pull_opens_no_socket(tmp_path, hub):
    """In one process, in the order in which a studio without a network would use them."""
    table = small.write_table(tmp_path / "models.toml", small.entry(revision="1" * 40, known=small.FILES))
    copy = small.write_files(tmp_path / "copy")
    code = f"""
import contextlib, io
from v2a_foley.cli.main import app, _register
from v2a_foley.models import table
table.TABLE = {str(table)!r}
_register()
for words in (["list"], ["import", "small", {str(copy)!r}], ["list", "--json"], ["verify"], ["verify", "small"],
              ["remove", "small"], ["remove", "small"], ["pull", "small"]):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as said:
        app(["models", *words])
    if words[0] in ("list", "verify"):
        assert "small" in said.getvalue(), words
"""
    assert sockets(code, tmp_path, HF_ENDPOINT=hub, HF_HUB_OFFLINE="1") == "[]"


def test_only_doors_know_of_the_network():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{each.name}" for each in node.names]
            for name in names:
                opens = name.split(".")[0] in CLIENTS or name.startswith("urllib.request")
                assert not opens or name in ON_DISK or path in DOORS, f"{path.name} imports {name}"
