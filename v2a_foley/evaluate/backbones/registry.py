"""Which backbones there are, by their names on the command line. Imports one only when it is asked for."""

from __future__ import annotations

from pathlib import Path

from v2a_foley.compute import Compute
from v2a_foley.errors import UsageError
from v2a_foley.evaluate.backbones.protocol import Backbone

KEYS = ("panns", "panns-16k", "vggish", "vggish-pca", "passt", "clap", "wav2clip", "logmel")
"""Every backbone's name on the command line."""


def load_backbone(key: str, weights: Path | None = None, compute: Compute | None = None) -> Backbone:
    """Return a backbone; its weights are found now, and load with the first sound.

    Args:
        key: one of ``KEYS``.
        weights: its file as published, or the folder that holds it; by default the folder ``backbones`` inside the
            models' folder (for ``clap``: an installed model).
        compute: where to run; the arithmetic is float32 always, so that figures do not depend on the device.

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
