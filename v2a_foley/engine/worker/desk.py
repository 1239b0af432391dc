"""Carries out what a worker is asked: each request becomes calls of the engine. Nothing here reads or writes messages.

Heavy libraries are imported by the request that needs them, so that ``probe`` answers without torch.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from v2a_foley.engine.plain import RESULTS, is_read, settings_from
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.worker.messages import Request, is_path
from v2a_foley.errors import OutOfMemory, UsageError
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Project, Take

if TYPE_CHECKING:
    from v2a_foley.engine.projects import Warm

Tell = Callable[..., None]
"""Takes the kind of an event and its values."""
Params = Mapping[str, Any]
_HINT = "See v2a_foley.RunSettings for what there is."


@dataclass
class Desk:
    """Carries out requests one after the other, and keeps what it has loaded.

    Attributes:
        device: where networks run when the request leaves it open.
    """

    device: str = "auto"
    _warm: Warm | None = field(default=None, repr=False)

    def carry_out(self, request: Request, progress: Progress, tell: Tell) -> Mapping[str, Any]:
        """Do what is asked and return the value of its result, as plain values.

        Args:
            request: what to do; not ``cancel`` and ``shutdown``, which are no work.
            progress: told what is being done, and asked whether to stop.
            tell: called with the events that are neither progress nor warnings.

        Raises:
            FoleyError: one of its children.
        """
        try:
            return self._value(request, progress, tell)
        except (OutOfMemory, MemoryError):
            if self._warm is not None:
                self._warm.clear()  # what is loaded may be what takes the room
            raise

    def _value(self, request: Request, progress: Progress, tell: Tell) -> Mapping[str, Any]:
        params = request.params
        if request.do == "probe":
            return self._probe(params, progress)
        if request.do == "shots":
            return self._shots(params, progress)
        if request.do == "describe":
            return self._describe(params, progress)
        if request.do == "generate":
            return self._generate(params, progress, tell)
        if request.do == "render":
            return self._render(params, progress)
        return self._film(params, progress)

    def _probe(self, params: Params, progress: Progress) -> Mapping[str, Any]:
        from v2a_foley.engine.result import media_dict
        from v2a_foley.engine.stages import open_film

        media = open_film(params["film"], progress).media
        return {"media": media_dict(media), "warnings": [*media.warnings, *progress.warnings]}

    def _shots(self, params: Params, progress: Progress) -> Mapping[str, Any]:
        settings = plain_settings(params.get("settings", {}))
        from v2a_foley.engine.describe import find_shots
        from v2a_foley.engine.result import shots_dict
        from v2a_foley.engine.stages import open_film
        from v2a_foley.video.cuts import read_cuts

        project = open_film(params["film"], progress)
        known = read_cuts(settings.cuts, project.media) if settings.cuts is not None else None
        seen = find_shots(project, detector=settings.detector, cuts=known, progress=progress)
        return shots_dict(params["film"], seen.project, settings, progress.warnings)

    def _describe(self, params: Params, progress: Progress) -> Mapping[str, Any]:
        settings, warm = plain_settings(params.get("settings", {})), self._loaded()
        from v2a_foley.engine.result import described_dict
        from v2a_foley.engine.stages import describe, open_film

        project = open_film(params["film"], progress)
        seen = describe(project, warm.profile(settings, progress), settings, progress)
        return {**described_dict(params["film"], seen.project), "warnings": list(progress.warnings)}

    def _generate(self, params: Params, progress: Progress, tell: Tell) -> Mapping[str, Any]:
        folder, project = _project(params)
        warm = self._loaded()
        from v2a_foley.engine.projects import generate
        from v2a_foley.project.document import to_document
        from v2a_foley.project.records.takes import write_takes

        def told(cue: Cue, take: Take) -> None:
            tell("take", cue=cue.id, take=write_takes([take])[0])

        done = generate(project, folder, RunSettings(), progress, params.get("cues"), told, warm=warm)
        return {"project": to_document(done, folder), "warnings": list(progress.warnings)}

    def _render(self, params: Params, progress: Progress) -> Mapping[str, Any]:
        folder, project = _project(params)
        settings = plain_settings(params.get("settings", {}))
        self._loaded()
        from v2a_foley.engine.projects import render

        return render(project, folder, Path(params["output"]), settings, progress).as_dict()

    def _film(self, params: Params, progress: Progress) -> Mapping[str, Any]:
        plain_settings(params.get("settings", {}))
        warm = self._loaded()
        from v2a_foley.engine.projects import film
        from v2a_foley.engine.worker.hand import order_of

        return film(order_of(params), progress, warm=warm)

    def _loaded(self) -> Warm:
        """Return what is kept loaded; the first time, this process settles on its device.

        What leaves its device open then runs there: a film's order says all that decides its result, but not where.

        Raises:
            GpuMissing: the device is not there.
        """
        from v2a_foley.engine.projects import Warm

        if self._warm is None:
            if self.device == "cpu":
                os.environ["CUDA_VISIBLE_DEVICES"] = ""
            elif self.device != "auto":
                from v2a_foley.compute import choose

                chosen = choose(self.device)
                if chosen.device.startswith("cuda:"):
                    import torch

                    torch.cuda.set_device(chosen.device)
            self._warm = Warm()
        return self._warm


def plain_settings(values: Mapping[str, Any]) -> RunSettings:
    """Return the settings that plain values from outside stand for; every path must be absolute.

    Raises:
        UsageError: a setting is not known, is of another type, or lies outside its range.
    """
    settings = settings_from(values)
    for name, value in values.items():
        if (name in RESULTS or is_read(name, value)) and not is_path(str(value)):
            raise UsageError(f"The setting {name!r} must be an absolute path.", hint="Give the whole path.")
    return settings


def _project(params: Params) -> tuple[Path, Project]:
    """Return a project's folder and the project that its document tells of.

    Raises:
        ProjectError: the document is damaged, or reaches out of its folder.
    """
    from v2a_foley.project.document import from_document

    folder = Path(params["folder"])
    return folder, from_document(params["project"], folder)
