"""The kinds of scene by name. What a kind draws lives in the modules beside this one."""

from __future__ import annotations

from benchmarks.sync.scene import Kind

KINDS: dict[str, Kind] = {}
