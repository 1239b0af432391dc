"""From motion to hits and intensity curves, and what each kind of cue makes of them."""

from v2a_foley.sync.follow import followed, hits_of, intensity_of

__all__ = ["followed", "hits_of", "intensity_of"]
