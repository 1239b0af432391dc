"""The one door to the network: asks the model hub what a commit holds, and reads its files. Keeps nothing on disk."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit

from v2a_foley.errors import FoleyError, ModelDamaged, ModelMissing, UsageError

ENDPOINT = "https://huggingface.co"
"""The hub, unless ``HF_ENDPOINT`` names a mirror."""
TIMEOUT = 10.0
"""Seconds without a byte after which a connection counts as cut."""
LARGEST_ANSWER = 32 * 1024 * 1024
"""Bytes that the hub's description of a commit may have."""

_YES = {"1", "on", "yes", "true"}
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LATER = {408, 425, 429, 500, 502, 503, 504}


class Interrupted(Exception):
    """The connection was cut or never made, or the hub is busy: worth trying again. Never leaves this room."""


@dataclass(frozen=True)
class HubFile:
    """What the hub says of a file: bytes, the SHA-256 if it is stored as a large file, and the object id in git."""

    size: int
    sha256: str | None
    git_oid: str


@dataclass(frozen=True)
class Commit:
    """A commit on the hub: its id, and its files by path."""

    revision: str
    files: Mapping[str, HubFile]


def git_oid(content: bytes) -> str:
    """Return the object id that git gives to a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def refuse_offline(name: str) -> None:
    """Refuse to go on where the user has forbidden the network.

    Raises:
        ModelMissing: ``HF_HUB_OFFLINE`` (or ``TRANSFORMERS_OFFLINE``) is set.
    """
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if os.environ.get(variable, "").lower() in _YES:
            raise ModelMissing(
                f"The model {name!r} cannot be downloaded: {variable} is set, which forbids the network.",
                hint=f"Unset it, or bring a copy from elsewhere: v2a-foley models import {name} FOLDER",
            )


def endpoint() -> str:
    """Return the address of the hub, or of the mirror that ``HF_ENDPOINT`` names, without a slash at its end.

    Raises:
        UsageError: ``HF_ENDPOINT`` is no web address.
    """
    address = (os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/")
    try:
        parts = urlsplit(address)
    except ValueError:  # a bracket without its fellow
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc or not address.isascii() or not address.isprintable():
        raise UsageError(f"HF_ENDPOINT is {address!r}, which is no web address.", hint="Unset it, or mend it.")
    return address


def describe(repository: str, revision: str) -> Commit:
    """Ask the hub which commit a branch or a commit's id stands for, and which files it has.

    Raises:
        Interrupted: the hub could not be reached, or is busy.
        UsageError: ``HF_ENDPOINT`` is no web address, or ``HF_TOKEN`` no token.
        ModelMissing: the hub has no such repository or commit, or does not let everybody have it.
        ModelDamaged: the answer makes no sense.
    """
    url = f"{endpoint()}/api/models/{quote(repository)}/revision/{quote(revision, safe='')}?blobs=true"
    with _opened(url, f"{repository} at {revision}") as answer:
        try:
            text = answer.read(LARGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Interrupted(_reason(error)) from error
    try:
        return _commit(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelDamaged(
            f"What {endpoint()} says of {repository} cannot be understood.", hint="Check HF_ENDPOINT, or try later."
        ) from error


def _commit(answer: dict[str, Any]) -> Commit:
    files = {}
    for each in answer["siblings"]:
        lfs = each.get("lfs") or {}
        size = lfs.get("size", each.get("size"))
        if not isinstance(size, int):
            continue
        files[str(each["rfilename"])] = HubFile(size, lfs.get("sha256") or lfs.get("oid"), str(each.get("blobId", "")))
    if not _COMMIT.fullmatch(answer["sha"]):
        raise ValueError(answer["sha"])
    return Commit(answer["sha"], files)


@contextmanager
def read_from(repository: str, revision: str, path: str, start: int) -> Iterator[tuple[int, Iterator[bytes]]]:
    """Open a file of a commit, and give where it really starts and its bytes from there on.

    Args:
        repository: ``owner/name``.
        revision: the commit.
        path: the file inside the repository.
        start: the first byte wanted; a server that knows no ranges starts at 0 all the same.

    Raises:
        Interrupted: the connection was cut, here or while the bytes are read, or the hub is busy.
        ModelMissing: the hub does not have the file, or does not let everybody have it.
    """
    url = f"{endpoint()}/{quote(repository)}/resolve/{revision}/{quote(path)}"
    with _opened(url, f"{repository}/{path} at {revision}", start) as answer:
        began = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
        if answer.status == http.client.PARTIAL_CONTENT and began is None:
            raise Interrupted("the server did not say which part of the file it sends")
        yield (int(began[1]) if began and answer.status == http.client.PARTIAL_CONTENT else 0), _blocks(answer)


def _blocks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while True:
        try:
            block = answer.read1(1 << 18)
        except (OSError, http.client.HTTPException) as error:
            raise Interrupted(_reason(error)) from error
        if not block:
            return
        yield block


@contextmanager
def _opened(url: str, what: str, start: int = 0) -> Iterator[http.client.HTTPResponse]:
    headers = {"User-Agent": "v2a-foley", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    asked = request.Request(url, headers=headers)  # noqa: S310 - endpoint() lets nothing but http and https through
    _sign(asked)
    try:
        answer = _opener().open(asked, timeout=TIMEOUT)
    except HTTPError as error:
        with error:
            raise _refusal(error, what) from error
    except (URLError, OSError, http.client.HTTPException) as error:
        if isinstance(getattr(error, "reason", error), ssl.SSLCertVerificationError):
            raise ModelMissing(
                f"{urlsplit(url).netloc} shows a certificate that this machine does not trust.",
                hint="If your network looks into encrypted traffic, set SSL_CERT_FILE to the certificates it goes by.",
            ) from error
        raise Interrupted(_reason(error)) from error
    with answer:
        yield answer


def _sign(asked: request.Request) -> None:
    """Add the user's own token, if there is one; it is sent to the hub alone, never on to where the hub points."""
    token = os.environ.get("HF_TOKEN", "").strip()
    if not (token.isascii() and token.isprintable()):
        raise UsageError("HF_TOKEN holds what no token holds.", hint="Copy it again, or unset it.")
    if token:
        asked.add_unredirected_header("Authorization", f"Bearer {token}")


class _Redirects(request.HTTPRedirectHandler):
    """Follows the hub to its stores, but never from https to http, and with the token only back to the same server."""

    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> request.Request | None:
        """Return the request that follows."""
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if before.scheme == "https" and after.scheme != "https":
            raise URLError("the hub points to an address without encryption")
        if after.scheme not in {"http", "https"}:
            raise URLError("the hub points to something that is no web address")
        follows = super().redirect_request(req, fp, code, msg, headers, newurl)
        if follows is not None and (before.scheme, before.netloc) == (after.scheme, after.netloc):
            _sign(follows)
        return follows


def _opener() -> request.OpenerDirector:
    """Return what opens web addresses, and nothing else: no files, no FTP."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(), request.HTTPHandler(), request.HTTPSHandler(), request.HTTPDefaultErrorHandler(),
        _Redirects(), request.HTTPErrorProcessor(),
    ):  # fmt: skip
        opener.add_handler(handler)
    return opener


def _refusal(error: HTTPError, what: str) -> FoleyError | Interrupted:
    if error.code in _LATER:
        return Interrupted(f"the hub answers {error.code}")
    if error.code in {401, 403}:
        return ModelMissing(
            f"The hub does not let everybody have {what} (it answers {error.code}).",
            hint="Sign in to the hub, accept the model's terms there, and set HF_TOKEN to a token of yours.",
        )
    if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
        return Interrupted("the server has fewer bytes than were asked for")
    return ModelMissing(
        f"The hub does not have {what} (it answers {error.code}).",
        hint="Update v2a-foley, check HF_ENDPOINT if you set it, or bring a copy: v2a-foley models import",
    )


def _reason(error: BaseException) -> str:
    inner = error.reason if isinstance(error, URLError) else error
    return str(inner) or type(inner).__name__
