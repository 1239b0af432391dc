"""Gives silent pictures their sound: shots, Foley, mix and mux, after V2A-Mapper (arXiv 2308.09300).

``add_foley("in.mp4", "out.mp4")`` is the whole main job. The same stages stand beside it one by one: ``open_film``,
``load_profile``, ``describe``, ``spot``, ``make_takes``, ``mix_down``, ``write_film``. Nothing heavy loads until used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from v2a_foley.engine.job import add_foley
    from v2a_foley.engine.result import RunResult
    from v2a_foley.engine.settings import RunSettings
    from v2a_foley.engine.stages import describe, load_profile, make_takes, mix_down, open_film, spot, write_film
    from v2a_foley.errors import FoleyError
    from v2a_foley.progress import Progress, ProgressEvent
    from v2a_foley.project import Cue, Event, Project, Shot, Take

from v2a_foley.version import VERSION

__version__ = VERSION

_HOMES = {
    "Cue": "project",
    "Event": "project",
    "FoleyError": "errors",
    "Progress": "progress",
    "ProgressEvent": "progress",
    "Project": "project",
    "RunResult": "engine.result",
    "RunSettings": "engine.settings",
    "Shot": "project",
    "Take": "project",
    "add_foley": "engine.job",
    "describe": "engine.stages",
    "load_profile": "engine.stages",
    "make_takes": "engine.stages",
    "mix_down": "engine.stages",
    "open_film": "engine.stages",
    "spot": "engine.stages",
    "write_film": "engine.stages",
}

__all__ = [
    "Cue",
    "Event",
    "FoleyError",
    "Progress",
    "ProgressEvent",
    "Project",
    "RunResult",
    "RunSettings",
    "Shot",
    "Take",
    "__version__",
    "add_foley",
    "describe",
    "load_profile",
    "make_takes",
    "mix_down",
    "open_film",
    "spot",
    "write_film",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that ``import v2a_foley`` stays fast."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
