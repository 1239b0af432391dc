"""Which backbones there are, by their names on the command line. Imports one only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from v2a_foley.compute import Compute
from v2a_foley.errors import MissingError, UsageError
from v2a_foley.evaluate.backbone_keys import KEYS
from v2a_foley.evaluate.backbones.protocol import Backbone

USUAL = ("panns", "panns-16k", "vggish", "passt", "clap", "wav2clip")
"""Those that listen where none is named, as far as they are on this machine."""
STAND_IN = "logmel"
"""What listens where none is named and none of these is here."""


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


def chosen_backbones(
    wanted: Sequence[str], compute: Compute | None = None, *, once: bool = False
) -> tuple[list[Backbone], list[str]]:
    """Return the backbones that a user names, or all that are on this machine where none is named.

    Args:
        wanted: ``KEY`` or ``KEY=WEIGHTS`` each, as on the command line.
        compute: where to run.
        once: refuse one key with several weights, where figures are told apart by the key alone.

    Returns:
        The backbones in the order of the names; and what a reader of their figures must know: a sentence for each
        usual one that is not on this machine, and one for log-mel statistics, which listen where none of these is.

    Raises:
        UsageError: a name is unknown, or stands twice with the same weights (with ``once``, with any).
        MissingError: one that was named is not on this machine, as ``load_backbone``.
    """
    parts = [text.partition("=") for text in wanted]
    named = [(key.strip(), path if equal else None) for key, equal, path in parts]
    alike = [key for key, _ in named] if once else named
    if len(set(alike)) < len(alike):
        raise UsageError("A backbone was named twice.", hint="Name each once.")
    found, notes = [], []
    for key, path in named:
        found.append(load_backbone(key, None if path is None else Path(path), compute))
    for key in USUAL if not named else ():
        try:
            found.append(load_backbone(key, None, compute))
        except MissingError as error:
            notes.append(f"Nothing rests on {key}: {error.message} {error.hint}".strip())
    found = found or [load_backbone(STAND_IN, None, compute)]
    if any(each.key == STAND_IN for each in found):
        notes.append("Log-mel statistics are a stand-in: what rests on them is comparable with no published figure.")
    return found, notes
