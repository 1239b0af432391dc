import re
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pluggy
import pytest

from v2a_foley import hooks
from v2a_foley.hooks import GROUP, Hooks, generators, hookimpl, plugins, vocabularies


class Good:
    @hookimpl
    def v2a_foley_generators(self):
        return [lambda: SimpleNamespace(name="theremin")]

    @hookimpl
    def v2a_foley_vocabulary(self):
        return ["[[event]]\nname = 'theremin'"]


Plugin = Good()


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
    manager, said = managed(good=Good()), []

    assert [maker.name for maker in generators(said.append, manager)] == ["theremin"]
    assert vocabularies(said.append, manager) == [("good", "[[event]]\nname = 'theremin'")]
    assert said == []


@pytest.mark.parametrize(
    ("name", "plugin", "expected"),
    [("bad", Bad(), "'bad' failed in .*out of luck"), ("clumsy", Clumsy(), "'clumsy' cannot make .*division")],
)
def test_a_plugin_that_fails_is_named_and_the_others_go_on(name: str, plugin: object, expected: str):
    said: list[str] = []
    made = generators(said.append, managed(**{"one": Good(), name: plugin, "two": Good()}))

    assert len(made) == 2
    assert len(said) == 1
    assert re.search(expected, said[0])


def test_events_that_are_no_text_are_left_out():
    said: list[str] = []

    assert len(vocabularies(said.append, managed(bad=Bad(), good=Good()))) == 1
    assert "'bad' gives events that are no text" in said[0]


def test_entry_points_are_loaded_once_and_a_broken_one_is_named(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def installed(group: str) -> list[EntryPoint]:
        asked.append(group)
        return [
            EntryPoint("works", f"{__name__}:Plugin", group),
            EntryPoint("broken", "no_such_module_anywhere", group),
        ]

    monkeypatch.setattr(hooks, "entry_points", installed)
    hooks._loaded.cache_clear()
    said: list[str] = []
    try:
        assert [maker.name for maker in generators(said.append)] == ["theremin"]
        assert plugins() is plugins()
    finally:
        hooks._loaded.cache_clear()
    assert asked == [GROUP]
    assert len(said) == 1
    assert "'broken' cannot be loaded" in said[0]
