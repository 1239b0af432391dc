"""Keeps the project of a job that is done, where an editor can open it. What a project is lies in ``project/``."""

from __future__ import annotations

import os
from pathlib import Path

from v2a_foley.engine.queue.hands import Order
from v2a_foley.engine.queue.places import PROJECTS
from v2a_foley.files import safe_name, translated

SUFFIX = ".foley"


def keep_project(folder: Path, order: Order) -> str:
    """Move an order's project to the batch's projects, under a name that is free, and return where it is.

    Raises:
        DiskFull: the disk is full.
        OutputError: the folder cannot be written to.
    """
    home = folder / PROJECTS
    name = safe_name(order.output.stem)
    try:
        home.mkdir(exist_ok=True)
        number, place = 1, home / f"{name}{SUFFIX}"
        while place.exists():
            number += 1
            place = home / f"{name} {number}{SUFFIX}"
        os.rename(order.work, place)  # noqa: PTH104 - Path.rename replaces an empty folder all the same
    except OSError as error:
        raise translated(error, home) from error
    return place.relative_to(folder).as_posix()
