"""The onset net: from what moves, frame by frame, to the moments that sound. What sounds there is the rest of ``sync``.

``network.py`` is the network, ``trained.py`` its weights on disk, ``reader.py`` runs it while a film is looked at, and
``picking.py`` turns its curve into onsets. Importing this loads no torch.
"""

from __future__ import annotations

from v2a_foley.sync.onsets.curve import OnsetCurve
from v2a_foley.sync.onsets.picking import Onset, pick_onsets

__all__ = ["Onset", "OnsetCurve", "pick_onsets"]
