"""Words on the page: whatever they hold, they are shown, and never read as HTML."""

from __future__ import annotations

from html import escape

from v2a_foley.files import readable


def text(words: str) -> str:
    """Return words that may hold anything, a file's name among them, as text or attribute of the page."""
    return escape(readable(words))
