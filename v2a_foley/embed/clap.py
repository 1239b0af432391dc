"""The ears of the full profile: CLAP, by whichever engine its files are for."""

from __future__ import annotations

from v2a_foley.embed.clap_transformers import ClapTextTower, TransformersClap

__all__ = ["ClapTextTower", "TransformersClap"]
