"""Makes sounds out of a folder of the user's own: indexes it once, finds the best match, conforms it."""

from v2a_foley.generate.library.index import Entry, Index
from v2a_foley.generate.library.library import Library
from v2a_foley.generate.library.match import Match

__all__ = ["Entry", "Index", "Library", "Match"]
