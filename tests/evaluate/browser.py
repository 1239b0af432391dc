"""A browser for tests: opens a page that lies on disk in headless Chromium, measures what it shows, and photographs it.

Facts are gathered by a script that is added to a copy of the page, with its hash added to the page's own policy: that
the policy holds is part of what is looked at.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
)  # fmt: skip
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WAIT = 90


def chromium() -> str:
    """Return the browser: ``V2A_FOLEY_CHROMIUM``, or the first on the PATH.

    Without one a test is skipped, and fails where CI is set.
    """
    named = os.environ.get("V2A_FOLEY_CHROMIUM")
    if named:
        if shutil.which(named) is None:
            pytest.fail(f"V2A_FOLEY_CHROMIUM names {named!r}, which is not there.")
        return named
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    if found is not None:
        return found
    missing = "There is no Chromium to open the report in: install it, or name it in V2A_FOLEY_CHROMIUM."
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def photograph(page: Path, *, width: int, height: int, dark: bool = False) -> np.ndarray:
    """Return what a window of a size shows of a page, ``uint8 (height, width, 3)``.

    Chromium's own window is at least 500 wide, so the page is shown in a frame of the width asked for.
    """
    with tempfile.TemporaryDirectory(prefix="v2a-browser-") as name:
        room = Path(name)
        shot = room / "shot.png"
        _run(room, [f"--screenshot={shot}", f"--window-size={max(width, 500)},{height}", *_looks(dark)],
             _framed(page, room, width, height))  # fmt: skip
        return np.asarray(Image.open(shot).convert("RGB"))[:height, :width]


def facts(page: Path, script: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> dict:
    """Return what a script measures in a page.

    Args:
        page: the HTML file.
        script: the body of an async function that returns something JSON can hold; it runs once all is loaded, and
            awaits ``patiently(promise)`` where the browser's own threads have to keep up.
        width: of the page's window.
        height: of it.
        dark: whether the reader prefers dark pages.

    Returns:
        What the script returned, with ``errors``: everything the page complained about.
    """
    with tempfile.TemporaryDirectory(prefix="v2a-browser-") as name:
        room = Path(name)
        copy = room / "page.html"
        copy.write_text(_with_script(page.read_text("utf-8"), script), "utf-8")
        dom = _run(
            room,
            ["--dump-dom", "--virtual-time-budget=20000", f"--window-size={max(width, 500)},{height}", *_looks(dark)],
            _framed(copy, room, width, height),
        )
    found = re.search(r'<pre id="facts">(.*?)</pre>', dom, re.DOTALL)
    assert found, f"the page told nothing:\n{dom[-2000:]}"
    return json.loads(html.unescape(found.group(1)))


def _with_script(text: str, script: str) -> str:
    body = f"""
    const told = {{errors: []}};
    // The page's clock runs ahead of the world's; what the world's hurry decides, such as decoding, is waited for so.
    const patiently = async (promise) => {{
      let done = false;
      const kept = promise.finally(() => {{ done = true; }});
      while (!done) {{
        for (let i = 0, x = 0; i < 2e6; i++) x += i;
        await new Promise((next) => setTimeout(next, 1));
      }}
      return kept;
    }};
    const complain = (what) => told.errors.push(String(what));
    addEventListener("error", (event) => complain(event.message || event.target?.outerHTML?.slice(0, 200)), true);
    addEventListener("securitypolicyviolation", (event) => complain(event.violatedDirective + " " + event.blockedURI));
    addEventListener("load", async () => {{
      try {{ Object.assign(told, await (async () => {{ {script} }})()); }}
      catch (error) {{ told.errors.push(String(error.stack || error)); }}
      parent.postMessage(JSON.stringify(told), "*");
    }});
    """
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    assert "script-src 'sha256-" in text, "the page has no policy of its own"
    text = text.replace("script-src 'sha256-", f"script-src 'sha256-{digest}' 'sha256-", 1)
    return text.replace("<main>", f"<script>{body}</script><main>", 1)


def _framed(page: Path, room: Path, width: int, height: int) -> Path:
    """Return a page that holds another in a frame of a size, and writes down what it is told."""
    outer = room / "frame.html"
    outer.write_text(
        f"""<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
        <style>body {{ margin: 0 }} iframe {{ display: block; border: 0; width: {width}px; height: {height}px }}</style>
        <script>addEventListener("message", (event) => {{
          const told = document.createElement("pre"); told.id = "facts"; told.textContent = event.data;
          document.body.append(told);
        }});</script>
        <iframe src="{page.resolve().as_uri()}" allow="autoplay"></iframe>""",
        "utf-8",
    )
    return outer


def _looks(dark: bool) -> list[str]:
    return ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]


def _run(room: Path, flags: list[str], page: Path) -> str:
    done = subprocess.run(
        [chromium(), *FLAGS, f"--user-data-dir={room / 'profile'}", *flags, page.resolve().as_uri()],
        capture_output=True, text=True, errors="replace", timeout=_WAIT, check=False, env=_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment without what would lead a browser to a network."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
