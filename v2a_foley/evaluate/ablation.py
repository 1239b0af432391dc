"""The paper's ablations: which ways of making sounds are held against each other. Nothing is made or measured here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from v2a_foley.evaluate.contestants import Contestant
from v2a_foley.evaluate.generate import Variant
from v2a_foley.evaluate.settings import PaperSettings

TITLES: Mapping[str, str] = {
    "mapper": "kind of mapper, and none",
    "guidance": "the voice's guidance",
    "steps": "the voice's denoising steps",
    "frames": "frames of each clip",
}
"""What each ablation varies."""


def variants_of(settings: PaperSettings, start: Variant, contestants: Sequence[Contestant]) -> dict[str, list[Variant]]:
    """Return the variants of each ablation that was asked for; one that varies nothing is left out.

    Args:
        settings: which ablations, and their values.
        start: what all but one thing is taken from.
        contestants: every mapper, the bridge, and none.
    """
    plans = {
        "mapper": [replace(start, name=each.name, contestant=each) for each in contestants],
        "guidance": [replace(start, name=f"guidance {each:g}", guidance=each) for each in settings.all_guidances()],
        "steps": [replace(start, name=_counted(each, "step"), steps=each) for each in settings.all_steps()],
        "frames": [replace(start, name=_counted(each, "frame"), frames=each) for each in settings.all_frames()],
    }
    return {name: plans[name] for name in settings.chosen_ablations() if len(plans[name]) > 1}


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
