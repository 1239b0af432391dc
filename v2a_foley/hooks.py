"""What a plugin may add to the program, and the one place where plugins are loaded. Nothing here uses what they add.

A plugin is a package with an entry point in the group ``v2a_foley`` that names a module (or an object) with functions
marked by ``hookimpl``::

    # pyproject.toml
    [project.entry-points.v2a_foley]
    my_sounds = "my_package.foley"

    # my_package/foley.py
    from v2a_foley.hooks import hookimpl

    @hookimpl
    def v2a_foley_generators():
        return [MyGenerator]

A plugin that fails to load, or whose function fails, is left out with a warning that names it: the others and the
program go on.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import Any, TypeVar, cast

import pluggy

log = logging.getLogger(__name__)

GROUP = "v2a_foley"
"""The group of entry points, and the name of pluggy's project."""

_Function = TypeVar("_Function", bound=Callable[..., Any])
_spec = pluggy.HookspecMarker(GROUP)
_impl = pluggy.HookimplMarker(GROUP)


class PluginWarning(UserWarning):
    """A plugin was left out; the sentence names it."""


def hookimpl(function: _Function) -> _Function:
    """Mark a plugin's function as one of the hooks below."""
    return cast("_Function", _impl(function))


class Hooks:
    """The hooks that a plugin may implement, under these names."""

    @_spec
    def v2a_foley_generators(self) -> list[Callable[[], object]]:  # type: ignore[empty-body]  # only its signature counts
        """Return factories, called without arguments, that each make one ``generate.protocol.Generator``."""

    @_spec
    def v2a_foley_vocabulary(self) -> list[str]:  # type: ignore[empty-body]  # only its signature counts
        """Return texts in TOML, each a table of more events (``project.events.parse_vocabulary`` reads them)."""


@cache
def plugins() -> pluggy.PluginManager:
    """Return the manager of all installed plugins; entry points are loaded once a process."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    for entry in entry_points(group=GROUP):
        try:
            manager.register(entry.load(), name=entry.name)
        except Exception as error:  # whatever a stranger raises must not end the program
            left_out(entry.name, "cannot be loaded", error)
    return manager


def left_out(plugin: str, what: str, error: BaseException) -> None:
    """Warn that a plugin is left out, and keep its traceback in the log."""
    log.debug("plugin %s %s", plugin, what, exc_info=error)
    warnings.warn(f"The plugin {plugin!r} {what}: {type(error).__name__}: {error}", PluginWarning, stacklevel=3)


def generators(manager: pluggy.PluginManager | None = None) -> list[object]:
    """Return the sound makers that plugins add, made; each is a ``generate.protocol.Generator``."""
    made: list[object] = []
    for plugin, factory in _answers("v2a_foley_generators", manager):
        try:
            made.append(cast("Callable[[], object]", factory)())
        except Exception as error:  # whatever a stranger raises must not end the program
            left_out(plugin, "cannot make its generator", error)
    return made


def vocabularies(manager: pluggy.PluginManager | None = None) -> list[tuple[str, str]]:
    """Return (plugin's name, TOML text) of the events that plugins add."""
    found: list[tuple[str, str]] = []
    for plugin, text in _answers("v2a_foley_vocabulary", manager):
        if isinstance(text, str):
            found.append((plugin, text))
        else:
            left_out(plugin, "gives events that are no text", TypeError(f"{type(text).__name__}, not str"))
    return found


def _answers(hook: str, manager: pluggy.PluginManager | None) -> Iterable[tuple[str, object]]:
    """Ask every plugin for itself, so that one which fails does not silence the others."""
    manager = plugins() if manager is None else manager
    for implementation in reversed(getattr(manager.hook, hook).get_hookimpls()):
        try:
            for item in implementation.function() or ():
                yield implementation.plugin_name, item
        except Exception as error:  # whatever a stranger raises must not end the program
            left_out(implementation.plugin_name, f"failed in {hook}", error)
