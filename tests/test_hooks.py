from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pluggy
import pytest

from v2a_foley import hooks
from v2a_foley.hooks import GROUP, Hooks, PluginWarning, generators, hookimpl, plugins, vocabularies


class Good:
    @hookimpl
    def v2a_foley_generators(self):
        return [lambda: SimpleNamespace(name="theremin")]

    @hookimpl
    def v2a_foley_vocabulary(self):
        return ["[[event]]\nname = 'theremin'"]


class Bad:
    @hookimpl
    def v2a_foley_generators(self):
        raise RuntimeError("out of luck")

    @hookimpl
    def v2a_foley_vocabulary(self):
        return [b"bytes"]


class Clumsy:
    @hookimpl
    def v2a_foley_generators(self):
        return [lambda: 1 / 0]


def managed(**registered: object) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    for name, plugin in registered.items():
        manager.register(plugin, name=name)
    return manager


def test_a_plugin_adds_generators_and_events():
    manager = managed(good=Good())

    assert [maker.name for maker in generators(manager)] == ["theremin"]
    assert vocabularies(manager) == [("good", "[[event]]\nname = 'theremin'")]


@pytest.mark.parametrize(
    ("name", "plugin", "said"),
    [("bad", Bad(), "'bad' failed.*out of luck"), ("clumsy", Clumsy(), "'clumsy' cannot make.*division")],
)
def test_a_plugin_that_fails_is_named_and_the_others_go_on(name: str, plugin: object, said: str):
    with pytest.warns(PluginWarning, match=said):
        made = generators(managed(**{"one": Good(), name: plugin, "two": Good()}))

    assert len(made) == 2


def test_events_that_are_no_text_are_left_out():
    with pytest.warns(PluginWarning, match="'bad' gives events that are no text"):
        assert len(vocabularies(managed(bad=Bad(), good=Good()))) == 1


def test_entry_points_are_loaded_once_and_a_broken_one_is_named(monkeypatch: pytest.MonkeyPatch):
    asked = []

    def installed(group: str) -> list[EntryPoint]:
        asked.append(group)
        return [
            EntryPoint("works", f"{__name__}:Good", group),
            EntryPoint("broken", "no_such_module_anywhere", group),
        ]

    monkeypatch.setattr(hooks, "entry_points", installed)
    plugins.cache_clear()
    try:
        with pytest.warns(PluginWarning, match="'broken' cannot be loaded"):
            manager = plugins()
        assert plugins() is manager
        assert asked == [GROUP]
        assert manager.has_plugin("works")
    finally:
        plugins.cache_clear()
