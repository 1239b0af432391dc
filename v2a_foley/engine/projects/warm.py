"""What one process keeps loaded between films: profiles and voices. Who works through films stands elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from v2a_foley.engine import stages
from v2a_foley.engine.makers import generators, voice
from v2a_foley.engine.profiles import Profile
from v2a_foley.engine.settings import RunSettings
from v2a_foley.generate import Generator
from v2a_foley.progress import Progress

MOST = 2
"""Profiles, and voices, that stay loaded; the one that was not asked for longest goes first."""
Loaded = TypeVar("Loaded")


@dataclass
class Warm:
    """Profiles and voices that were loaded; hand the same to every call, and nothing is loaded twice."""

    _profiles: dict[tuple[Any, ...], Profile] = field(default_factory=dict, repr=False)
    _voices: dict[tuple[Any, ...], Generator] = field(default_factory=dict, repr=False)

    def profile(self, settings: RunSettings, progress: Progress) -> Profile:
        """Return the profile that the settings name, loaded at most once; see ``stages.load_profile``."""
        key = (settings.profile, settings.mapper, settings.device, settings.precision)
        return _kept(self._profiles, key, lambda: stages.load_profile(settings.profile, progress, settings))

    def makers(
        self, settings: RunSettings, profile: Profile, progress: Progress, *, steady: bool = False
    ) -> list[Generator]:
        """Return the sound makers that the settings allow, networks loaded at most once; see ``makers.generators``.

        Args:
            settings: which, and how they make sounds.
            profile: whose voice.
            progress: told of a library that is indexed.
            steady: let batches depend on the device alone, so that the bits of a film do.
        """
        key = (
            profile.voice, profile.compute, settings.scheduler, settings.steps, settings.guidance, settings.best_of,
            settings.init, settings.strength, settings.draft, settings.offload, settings.compile, steady,
        )  # fmt: skip
        return generators(
            settings,
            profile,
            progress,
            voiced=lambda: _kept(self._voices, key, lambda: voice(settings, profile, steady=steady)),
        )

    def clear(self) -> None:
        """Let go of everything: the memory is needed."""
        self._profiles.clear()
        self._voices.clear()


def _kept(shelf: dict[tuple[Any, ...], Loaded], key: tuple[Any, ...], load: Callable[[], Loaded]) -> Loaded:
    """Return what lies on a shelf under a key, loaded where it does not."""
    found = shelf.pop(key, None)
    if found is None:
        while len(shelf) >= MOST:
            del shelf[next(iter(shelf))]
        found = load()
    shelf[key] = found
    return found
