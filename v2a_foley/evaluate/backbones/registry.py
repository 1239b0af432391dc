"""Which backbones there are, by their names on the command line. Imports one only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from v2a_foley.compute import Compute
from v2a_foley.errors import MissingError, UsageError
from v2a_foley.evaluate.backbones.protocol import Backbone

KEYS = ("panns", "panns-16k", "vggish", "vggish-pca", "passt", "clap", "wav2clip", "logmel")
"""Every backbone's name on the command line."""
USUAL = ("panns", "panns-16k", "vggish", "passt", "clap", "wav2clip", "logmel")
"""Those that listen where none is named, as far as they are on this machine."""


def load_backbone(key: str, weights: Path | None = None, compute: Compute | None = None) -> Backbone:
    """Return a backbone; its weights are found now, and load with the first sound.

    Args:
        key: one of ``KEYS``.
        weights: its file as published, or the folder that holds it; by default the folder ``backbones`` inside the
            models' folder (for ``clap``: an installed model).
        compute: where to run; the arithmetic is float32 always, so that figures hardly depend on the device.

    Raises:
        UsageError: there is no such backbone, or it has no weights and some are given.
        ModelMissing: its weights are not on this machine; the hint says what to get and where to put it.
        ModelDamaged: they are not what they should be, where that shows before they are loaded.
        DependencyMissing: its package is not installed, where that shows before it is loaded.
    """
    match key:
        case "panns" | "panns-16k":
            from v2a_foley.evaluate.backbones.panns import CNN14, CNN14_16K, Panns

            return Panns(CNN14 if key == "panns" else CNN14_16K, weights, compute)
        case "vggish" | "vggish-pca":
            from v2a_foley.evaluate.backbones.vggish import Vggish

            return Vggish(weights, compute, post=key == "vggish-pca")
        case "passt":
            from v2a_foley.evaluate.backbones.passt import Passt

            return Passt(weights, compute)
        case "clap":
            from v2a_foley.evaluate.backbones.clap import Clap

            return Clap(weights, compute)
        case "wav2clip":
            from v2a_foley.evaluate.backbones.wav2clip import Wav2Clip

            return Wav2Clip(weights, compute)
        case "logmel":
            from v2a_foley.evaluate.backbones.logmel import LogMel

            if weights is not None:
                raise UsageError("The backbone 'logmel' has no weights.", hint="Write --backbone logmel.")
            return LogMel(compute)
    raise UsageError(f"There is no backbone {key!r}.", hint=f"Choose one of {', '.join(KEYS)}.")


def chosen_backbones(wanted: Sequence[str], compute: Compute | None = None) -> tuple[list[Backbone], list[str]]:
    """Return the backbones that a user names, or all that are on this machine where none is named.

    Args:
        wanted: ``KEY`` or ``KEY=WEIGHTS`` each, as on the command line.
        compute: where to run.

    Returns:
        The backbones in the order of the names, and a sentence for each usual one that is not on this machine.

    Raises:
        UsageError: a name is unknown, or stands twice with the same weights.
        MissingError: one that was named is not on this machine, as ``load_backbone``.
    """
    if len(set(wanted)) < len(wanted):
        raise UsageError("A backbone was named twice.", hint="Name each once.")
    if wanted:
        parts = [text.partition("=") for text in wanted]
        return [load_backbone(key.strip(), Path(path) if equal else None, compute) for key, equal, path in parts], []
    found, missing = [], []
    for key in USUAL:
        try:
            found.append(load_backbone(key, None, compute))
        except MissingError as error:
            missing.append(f"Nothing rests on {key}: {error.message} {error.hint}".strip())
    return found, missing
