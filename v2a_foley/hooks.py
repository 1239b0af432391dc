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

A plugin that fails to load, or whose function fails, is left out with a sentence that names it: the others and the
program go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import entry_points
from typing import cast

import pluggy

log = logging.getLogger(__name__)

GROUP = "v2a_foley"
"""The group of entry points, and the name of pluggy's project."""

hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a plugin's function as one of the hooks below."""
_spec = pluggy.HookspecMarker(GROUP)

Warn = Callable[[str], None]
"""Takes a sentence for the user, such as ``Progress.warn``."""


class Hooks:
    """The hooks that a plugin may implement, under these names."""

    @_spec
    def v2a_foley_generators(self) -> list[Callable[[], object]]:  # type: ignore[empty-body]  # only its signature counts
        """Return factories, called without arguments, that each make one ``generate.protocol.Generator``."""

    @_spec
    def v2a_foley_vocabulary(self) -> list[str]:  # type: ignore[empty-body]  # only its signature counts
        """Return texts in TOML, each a table of more events (``project.events.parse_vocabulary`` reads them)."""


@cache
def _loaded() -> tuple[pluggy.PluginManager, tuple[str, ...]]:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    faults: list[str] = []
    for entry in entry_points(group=GROUP):
        try:
            manager.register(entry.load(), name=entry.name)
        except Exception as error:  # whatever a stranger raises must not end the program
            faults.append(_sentence(entry.name, "cannot be loaded", error))
    return manager, tuple(faults)


def plugins() -> pluggy.PluginManager:
    """Return the manager of all installed plugins; entry points are loaded once a process."""
    return _loaded()[0]


def generators(warn: Warn = log.warning, manager: pluggy.PluginManager | None = None) -> list[object]:
    """Return the sound makers that plugins add, made; each is a ``generate.protocol.Generator``.

    Args:
        warn: told of every plugin that had to be left out, and why.
        manager: whose plugins to ask; by default all installed ones.
    """
    made: list[object] = []
    for plugin, factory in _answers("v2a_foley_generators", warn, manager):
        try:
            made.append(cast("Callable[[], object]", factory)())
        except Exception as error:  # whatever a stranger raises must not end the program
            warn(_sentence(plugin, "cannot make its generator", error))
    return made


def vocabularies(warn: Warn = log.warning, manager: pluggy.PluginManager | None = None) -> list[tuple[str, str]]:
    """Return (plugin's name, TOML text) of the events that plugins add; arguments as for ``generators``."""
    found: list[tuple[str, str]] = []
    for plugin, text in _answers("v2a_foley_vocabulary", warn, manager):
        if isinstance(text, str):
            found.append((plugin, text))
        else:
            warn(_sentence(plugin, "gives events that are no text", TypeError(f"{type(text).__name__}, not str")))
    return found


def _answers(hook: str, warn: Warn, manager: pluggy.PluginManager | None) -> Iterator[tuple[str, object]]:
    """Ask every plugin for itself, so that one which fails does not silence the others."""
    if manager is None:
        manager, faults = _loaded()
        for fault in faults:
            warn(fault)
    for implementation in reversed(getattr(manager.hook, hook).get_hookimpls()):
        try:
            items = list(implementation.function() or ())
        except Exception as error:  # whatever a stranger raises must not end the program
            warn(_sentence(implementation.plugin_name, f"failed in {hook}", error))
            continue
        for item in items:
            yield implementation.plugin_name, item


def _sentence(plugin: str, what: str, error: BaseException) -> str:
    log.debug("plugin %s %s", plugin, what, exc_info=error)
    return f"The plugin {plugin!r} {what} and is left out: {type(error).__name__}: {error}"
