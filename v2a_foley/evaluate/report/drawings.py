"""Plots as HTML: the drawing inside the page, after a look at whether it is one and keeps to itself."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from v2a_foley.evaluate.report.content import Plot
from v2a_foley.evaluate.report.words import text

_FORBIDDEN = {"script", "style", "foreignobject", "iframe", "object", "embed", "link", "meta", "base", "set", "animate"}
"""Elements that act, load something, or change what is outside the drawing."""
_ADDRESS = re.compile(r"url\(\s*[\"']?(?!#|data:image/)|@import", re.IGNORECASE)


def drawing(content: Plot) -> str:
    """Return a plot's card.

    Raises:
        ValueError: it is no drawing, or more than one, or refers to anything outside it, or holds a script.
    """
    svg = content.svg.strip()
    _Reader(content.title).read(svg)
    title = text(content.title)
    caption = f"<span>{text(content.caption)}</span>" if content.caption else ""
    return (
        f'<figure class="card drawing"><figcaption><b>{title}</b>{caption}</figcaption>'
        f'<div role="img" aria-label="{title}">{svg}</div></figure>'
    )


class _Reader(HTMLParser):
    """Reads a drawing as a browser would, and refuses what does not belong in one."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.open: list[str] = []
        self.done = False

    def read(self, svg: str) -> None:
        self.feed(svg)
        self.close()
        if self.open or not self.done:
            self._refuse("is no whole <svg> element")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        self.done |= not self.open

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self._refuse(f"closes a <{tag}> that is not open")
        self.done |= not self.open

    def handle_data(self, data: str) -> None:
        if not self.open and data.strip():
            self._refuse("has words outside its <svg> element")

    def handle_comment(self, data: str) -> None:
        self._refuse("holds a comment")

    def handle_decl(self, decl: str) -> None:
        self._refuse("begins as a file of its own, not as an element")

    def handle_pi(self, data: str) -> None:
        self._refuse("begins as a file of its own, not as an element")

    def _look(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (tag == "svg") != (not self.open) or self.done:
            self._refuse("is no single <svg> element")
        if tag in _FORBIDDEN:
            self._refuse(f"holds a <{tag}>")
        for name, value in attrs:
            said = (value or "").strip()
            if name.startswith("on"):
                self._refuse(f"holds a script in {name!r}")
            if name.split(":")[-1] in ("href", "src") and not said.startswith(("#", "data:image/")):
                self._refuse(f"refers to {said[:60]!r}")
            if _ADDRESS.search(said):
                self._refuse(f"refers to {said[:60]!r}")

    def _refuse(self, why: str) -> None:
        raise ValueError(f"the plot {self.title!r} {why}")
