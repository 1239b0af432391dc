"""Which onset net looks at a film, and its onsets as the film's sharp moments. The hand-made ones are ``video``'s."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from v2a_foley.sync.onsets.picking import pick_onsets
from v2a_foley.sync.onsets.reader import OnsetReader
from v2a_foley.sync.onsets.trained import TrainedOnsets, load_onsets, shipped_onsets
from v2a_foley.video.motion import Motion, Peak


@dataclass(frozen=True, eq=False)
class OnsetFinder:
    """A net, and what it reads of one film.

    Attributes:
        trained: the net.
        reader: to be fed the film's traits.
    """

    trained: TrainedOnsets
    reader: OnsetReader

    def applied(self, motion: Motion, cuts: Collection[Fraction] = ()) -> Motion:
        """Return a film's motion with the net's onsets for its sharp moments.

        Args:
            motion: of the film whose traits the reader was fed.
            cuts: starts of shots.
        """
        found = pick_onsets(self.reader.finish(), self.trained.threshold, cuts=cuts, early=self.trained.early)
        return replace(motion, peaks=tuple(Peak(each.time, each.strength, each.region) for each in found))


def finder_of(choice: str) -> OnsetFinder | None:
    """Return the net that is to find a film's sharp moments; None where the older measure does.

    Args:
        choice: ``auto`` (the net that comes with the program), ``hand``, or a file that ``train onsets`` wrote.

    Raises:
        ModelMissing: there is no such net.
        ModelDamaged: its file is damaged, or was trained on other traits.
    """
    if choice == "hand":
        return None
    trained = shipped_onsets() if choice == "auto" else load_onsets(Path(choice))
    return OnsetFinder(trained, OnsetReader(trained.network))
