"""Carries out what a worker is asked: each request becomes calls of the engine. Nothing here reads or writes messages.

Heavy libraries are imported by the request that needs them, so that ``probe`` answers without torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from v2a_foley.engine.job import settings_from
from v2a_foley.engine.settings import RunSettings
from v2a_foley.engine.worker.messages import Request, is_path
from v2a_foley.errors import OutOfMemory, UsageError
from v2a_foley.progress import Progress

if TYPE_CHECKING:
    from v2a_foley.engine.profiles import Profile

Tell = Callable[..., None]
"""Takes the kind of an event and its values."""
_MOST_WARM = 2
"""Profiles whose models stay loaded."""
_NAMES: Mapping[object, str] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false",
    tuple[str, ...]: "a list of texts", Path | None: "an absolute path, as text", int | None: "a whole number",
}  # fmt: skip


@dataclass
class Desk:
    """Carries out requests one after the other, and keeps what it has loaded.

    Attributes:
        device: where networks run when the request leaves it open.
    """

    device: str = "auto"
    _warm: dict[tuple[object, ...], Profile] = field(default_factory=dict, repr=False)

    def carry_out(self, request: Request, progress: Progress, tell: Tell) -> Mapping[str, Any]:
        """Do what is asked and return the value of its result, as plain values.

        Args:
            request: what to do; not ``cancel`` and ``shutdown``, which are no work.
            progress: told what is being done, and asked whether to stop.
            tell: called with the events that are neither progress nor warnings.

        Raises:
            FoleyError: one of its children.
        """
        work = {"probe": self._probe, "shots": self._shots, "describe": self._describe}[request.do]
        try:
            return work(request.params, progress)
        except (OutOfMemory, MemoryError):
            self._warm.clear()  # what is loaded may be what takes the room
            raise

    def _probe(self, params: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
        from v2a_foley.engine.result import media_dict
        from v2a_foley.engine.stages import open_film

        media = open_film(params["film"], progress).media
        return {"media": media_dict(media), "warnings": [*media.warnings, *progress.warnings]}

    def _shots(self, params: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
        settings = self._settings(params)
        from v2a_foley.engine.describe import find_shots
        from v2a_foley.engine.result import shots_dict
        from v2a_foley.engine.stages import open_film
        from v2a_foley.video.cuts import read_cuts

        project = open_film(params["film"], progress)
        known = read_cuts(settings.cuts, project.media) if settings.cuts is not None else None
        seen = find_shots(project, detector=settings.detector, cuts=known, progress=progress)
        return shots_dict(params["film"], seen.project, settings, progress.warnings)

    def _describe(self, params: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
        settings = self._settings(params)
        from v2a_foley.engine.result import described_dict
        from v2a_foley.engine.stages import describe, open_film

        project = open_film(params["film"], progress)
        seen = describe(project, self._profile(settings, progress), settings, progress)
        return {**described_dict(params["film"], seen.project), "warnings": list(progress.warnings)}

    def _settings(self, params: Mapping[str, Any]) -> RunSettings:
        """Return the settings of a request."""
        settings = settings_of(params.get("settings", {}))
        return replace(settings, device=self.device) if settings.device == "auto" else settings

    def _profile(self, settings: RunSettings, progress: Progress) -> Profile:
        """Return the profile that settings name, loaded once."""
        from v2a_foley.engine.stages import load_profile

        key = (settings.profile, settings.mapper, settings.device, settings.precision)
        if key not in self._warm:
            while len(self._warm) >= _MOST_WARM:
                del self._warm[next(iter(self._warm))]
            self._warm[key] = load_profile(settings.profile, progress, settings)
        return self._warm[key]


def settings_of(values: Mapping[str, Any]) -> RunSettings:
    """Return the settings that plain values from outside stand for; every path must be absolute.

    Raises:
        UsageError: a setting is not known, is of another type, or lies outside its range.
    """
    hints = get_type_hints(RunSettings)
    for name, value in values.items():
        if name not in hints:
            raise UsageError(f"There is no setting {name[:60]!r}.", hint="See v2a_foley.RunSettings for what there is.")
        if not _fits(value, hints[name]):
            raise UsageError(
                f"The setting {name!r} must be {_NAMES[hints[name]]}.", hint="See v2a_foley.RunSettings for what fits."
            )
    return settings_from({key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def _fits(value: object, hint: object) -> bool:
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint in (int, bool, str):
        return type(value) is hint
    if hint == tuple[str, ...]:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if value is None:
        return True
    return is_path(value) if hint == Path | None else type(value) is int
