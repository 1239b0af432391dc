r"""Paths of three systems as URLs and back: ``/a b.wav``, ``C:\a.wav`` and ``\\server\share\a.wav``."""

from __future__ import annotations

import re
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote

_DRIVE = re.compile(r"^/?[A-Za-z]:(?:[\\/]|$)")


def pure(path: str) -> PurePath:
    """Return a path of whichever system wrote it."""
    return PureWindowsPath(path) if _DRIVE.match(path) or path.startswith("\\\\") else PurePosixPath(path)


def url_of(path: str) -> str:
    """Return a path's URL: ``file:///a%20b``, ``file:///C:/a.wav``, ``file://server/share/a.wav``; or a relative one.

    All but letters, digits and ``-._~/`` is percent-encoded, as UTF-8; a lone surrogate stands for its byte.
    """
    place = pure(path)
    if place.is_absolute():
        return place.as_uri()
    return quote(
        str(place).replace("\\", "/") if isinstance(place, PureWindowsPath) else path, errors="surrogateescape"
    )


def path_of(url: str) -> str:
    """Return the path that a URL or a plain path means, as its own system writes it.

    Takes what editors write: ``file:///a``, ``file://localhost/a``, ``file:/a``, ``file:///C:/a``, ``file:///C%3a/a``,
    ``file://server/share/a``, ``file:////server/share/a``, relative URLs, and whole paths, in which ``%`` means itself.

    Raises:
        ValueError: it is no local file (``https:``), or holds a NUL.
    """
    if "\x00" in url or "%00" in url:
        raise ValueError("a path with a NUL in it")
    if url[:5].lower() != "file:":
        if re.match(r"^[A-Za-z][A-Za-z0-9+.-]+://", url):
            raise ValueError(f"{url[:80]!r} is no local file")
        return url if url.startswith(("/", "\\")) or _DRIVE.match(url) else unquote(url, errors="surrogateescape")
    rest = url[5:]
    host = ""
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        rest = slash + rest
    text = unquote(rest, errors="surrogateescape")
    host = unquote(host)
    if host and host.lower() != "localhost" and not _DRIVE.match(host):
        return "\\\\" + host + text.replace("/", "\\")
    if _DRIVE.match(host):
        return str(PureWindowsPath(host + text))
    if text.startswith("//"):
        return "\\\\" + text.lstrip("/").replace("/", "\\")
    if _DRIVE.match(text):
        return str(PureWindowsPath(text.lstrip("/")))
    return text
