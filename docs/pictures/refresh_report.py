"""Makes the picture of a comparison of mappers anew: python -m docs.pictures.refresh_report. Needs Chromium.

Trains a regression and a diffusion mapper on the world with known answers that the tests use, and photographs the parts
of the report that show what the paper claims.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from tests.evaluate.browser import facts, photograph
from tests.evaluate.claim import SETTINGS
from tests.train.world import World
from v2a_foley.evaluate.mappers_report import evaluate_mappers
from v2a_foley.evaluate.settings import MapperSettings
from v2a_foley.progress import Progress
from v2a_foley.train.job import train_mapper

HERE = Path(__file__).parent
WIDE, TALL, WIDTH = 1280, 6000, 1000
KINDS = {"transformer": "regression", "diffusion": "diffusion"}
PLACES = """
    const heads = [...document.querySelectorAll("h2")];
    const tops = heads.map((each) => [each.textContent, each.getBoundingClientRect().top]);
    const row = [...document.querySelectorAll("table")][0].getBoundingClientRect().bottom;
    return { tops: Object.fromEntries(tops), row };
"""


def report(folder: Path) -> Path:
    """Train both mappers and write the report on them; return where it is."""
    world = World(1, draws=1)
    store = world.write(
        folder / "world", {"train": world.draw(4000), "validation": world.draw(200), "test": world.draw(2000)}
    )
    for kind, name in KINDS.items():
        train_mapper([store], folder / name, replace(SETTINGS, kind=kind, steps=700, seed=1))
    mappers = tuple(str(folder / name) for name in KINDS.values())
    page = folder / "report.html"
    evaluate_mappers([store], page, MapperSettings(mapper=mappers), Progress())
    return page


def main() -> None:
    """Write ``evaluate-mapper.png`` beside this file: the table, and where the embeddings lie."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="v2a-picture-") as name:
        page = report(Path(name))
        found = facts(page, PLACES, width=WIDE, height=TALL)
        shown = photograph(page, width=WIDE, height=TALL)
    tops = list(found["tops"].items())
    start = dict(tops)["Where the embeddings lie"]
    end = next((top for _, top in tops if top > start), start + 700)
    parts = [shown[round(dict(tops)["Mappers"]) - 20 : round(found["row"])], shown[round(start) - 20 : round(end) - 40]]
    picture = Image.fromarray(np.concatenate(parts)[:, 40:-40])
    small = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
    small.quantize(256, dither=Image.Dither.NONE).save(HERE / "evaluate-mapper.png", optimize=True)


if __name__ == "__main__":
    main()
