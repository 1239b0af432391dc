"""Makes the README's pictures anew from a real run of the demonstration: python docs/pictures/refresh.py [DEMO_FOLDER].

Given the folder of a finished demonstration, it uses that one. The picture of the page needs Chromium.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from v2a_foley.demo.story import PAGE, SHEET, run_demo
from v2a_foley.render.contact_sheet import LAYERS

HERE = Path(__file__).parent


def optimised(picture: Image.Image, width: int, path: Path) -> None:
    """Write a picture of a width as a small PNG: 256 colours, the layers' own among them, dithered."""
    small = picture.convert("RGB").resize(
        (width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS
    )
    swatches = Image.new("RGB", (width, small.height + 40 * len(LAYERS)))
    swatches.paste(small)
    for number, colour in enumerate(LAYERS.values()):
        swatches.paste(colour, (0, small.height + 40 * number, width, small.height + 40 * (number + 1)))
    palette = swatches.quantize(256, Image.Quantize.MEDIANCUT, kmeans=4)
    small.quantize(256, palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)


def photographed(page: Path, chromium: str, room: Path) -> Image.Image:
    """Return the upper part of a page as a browser shows it in the dark."""
    shot = room / "page.png"
    subprocess.run(  # noqa: S603 - a fixed program, no shell
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--no-first-run", "--hide-scrollbars", f"--user-data-dir={room / 'profile'}",
         "--force-dark-mode", "--virtual-time-budget=8000", f"--screenshot={shot}", "--window-size=1280,1360",
         page.resolve().as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip
    return Image.open(shot)


def main() -> None:
    """Make both pictures."""
    with tempfile.TemporaryDirectory(prefix="v2a-foley-pictures-") as name:
        room = Path(name)
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else run_demo(room / "demo").folder
        optimised(Image.open(folder / SHEET), 1440, HERE / "contact-sheet.png")
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if chromium is None:
            sys.exit("The contact sheet is made; the picture of the page needs Chromium.")
        optimised(photographed(folder / PAGE, chromium, room), 1120, HERE / "demo-page.png")


if __name__ == "__main__":
    main()
