"""A model hub on the loopback interface: its API, its redirects to a store, ranges, and faults on demand."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.models import small
from v2a_foley.models import fetch

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"
LARGE = (".safetensors", ".bin", ".pt")
"""How the names of files end that the hub keeps in its store, with a SHA-256."""


def oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass
class Fault:
    """What goes wrong, for one request: ``cut`` after so many bytes, ``status``, ``flip`` a byte, ``longer`` by so many
    bytes, ``no_ranges``, ``stall`` for seconds, ``slow``: seconds a block, ``location``: redirect there."""

    cut: int | None = None
    status: int | None = None
    flip: bool = False
    longer: int = 0
    no_ranges: bool = False
    stall: float = 0.0
    slow: float = 0.0
    location: str = ""


@dataclass
class FakeHub:
    """What the hub holds, what it was asked for, and what it does wrong.

    ``repositories`` maps a repository to its commits, ``branches`` a branch of one to a commit, ``faults`` a file to
    what goes wrong with the requests for it, one after the other; ``asked`` lists (path, first byte, had a token).
    """

    repositories: dict[str, dict[str, dict[str, bytes]]] = field(default_factory=lambda: defaultdict(dict))
    branches: dict[tuple[str, str], str] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[str, int, bool]] = field(default_factory=list)
    address: str = ""
    store: str = ""
    sent: int = 0

    def commit(self, repository: str, files: dict[str, bytes], branch: str = "main") -> str:
        """Add a commit, and return its id."""
        digest = hashlib.sha1(repository.encode(), usedforsecurity=False)
        for path, content in sorted(files.items()):
            digest.update(path.encode() + content)
        self.repositories[repository][digest.hexdigest()] = dict(files)
        self.branches[repository, branch] = digest.hexdigest()
        return digest.hexdigest()

    def content_requests(self, path: str = "") -> list[tuple[str, int, bool]]:
        return [each for each in self.asked if not each[0].startswith("/api/") and each[0].endswith(path)]

    def start(self) -> ThreadingHTTPServer:
        """Listen on the loopback interface until the server is shut down."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": self}))
        server.daemon_threads = True
        self.address = f"http://127.0.0.1:{server.server_port}"
        self.store = f"http://localhost:{server.server_port}"  # another server by name, as the true store is
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server


@contextmanager
def running_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """Run a hub with one repository, ``owner/small``, that this process and its children take for the true one."""
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(fetch, "PAUSE", 0.01)
    fake = FakeHub()
    server = fake.start()
    monkeypatch.setenv("HF_ENDPOINT", fake.address)
    fake.commit("owner/small", {**small.FILES, **small.OTHERS})
    yield fake
    server.shutdown()
    server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers as the hub does, and does wrong what it is told to."""

    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        url = urlsplit(self.path)
        path = unquote(url.path)
        wanted = self.headers.get("Range", "")
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        self.hub.asked.append((path, start, "Authorization" in self.headers))
        if path.startswith("/api/models/"):
            self.describe(path, blobs="blobs" in parse_qs(url.query))
        elif path.startswith("/store/"):
            name = parse_qs(url.query)["name"][0]
            content = next(
                c for commits in self.hub.repositories.values() for files in commits.values() for c in files.values()
                if hashlib.sha256(c).hexdigest() == path.removeprefix("/store/")
            )  # fmt: skip
            self.content(name, content, start, {}, body=body)
        else:
            self.resolve(path, start, body=body)

    def describe(self, path: str, *, blobs: bool) -> None:
        repository, _, revision = path.removeprefix("/api/models/").partition("/revision/")
        fault = next(iter(self.hub.faults["/api/" + repository][:1]), None)
        if fault:
            self.hub.faults["/api/" + repository].pop(0)
            self.plain(fault.status or 500, b"no", {})
            return
        commit = self.hub.branches.get((repository, revision), revision)
        files = self.hub.repositories.get(repository, {}).get(commit)
        if files is None:
            self.plain(404, b'{"error": "not found"}', {"X-Error-Code": "RevisionNotFound"})
            return
        siblings = []
        for name, content in files.items():
            entry: dict[str, object] = {"rfilename": name}
            if blobs:
                entry |= {"size": len(content), "blobId": oid(content)}
                if name.endswith(LARGE):
                    digest = hashlib.sha256(content).hexdigest()
                    pointer = POINTER.format(digest, len(content))
                    entry["blobId"] = oid(pointer.encode())
                    entry["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": len(pointer)}
            siblings.append(entry)
        answer = {"id": repository, "modelId": repository, "sha": commit, "siblings": siblings, "tags": []}
        self.plain(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def resolve(self, path: str, start: int, *, body: bool) -> None:
        repository, _, rest = path.strip("/").partition("/resolve/")
        revision, _, name = rest.partition("/")
        commit = self.hub.branches.get((repository, revision), revision)
        content = self.hub.repositories.get(repository, {}).get(commit, {}).get(name)
        if content is None:
            self.plain(404, b"Entry not found", {"X-Error-Code": "EntryNotFound"}, body=body)
            return
        fault = next(iter(self.hub.faults[name][:1]), None)
        if fault and fault.location:
            self.hub.faults[name].pop(0)
            self.plain(302, b"", {"Location": fault.location})
            return
        digest = hashlib.sha256(content).hexdigest()
        headers = {"X-Repo-Commit": commit, "ETag": f'"{oid(content)}"'}
        if name.endswith(LARGE):
            headers |= {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(content))}
            self.plain(302, b"", {**headers, "Location": f"{self.hub.store}/store/{digest}?name={name}"}, body=body)
            return
        self.content(name, content, start, headers, body=body)

    def plain(self, code: int, text: bytes, headers: dict[str, str], *, body: bool = True) -> None:
        self.send_response(code)
        for key, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(text)

    def content(self, name: str, content: bytes, start: int, headers: dict[str, str], *, body: bool) -> None:
        fault = self.hub.faults[name].pop(0) if body and self.hub.faults[name] else Fault()
        if fault.status:
            self.plain(fault.status, b"no", {})
            return
        if start >= len(content) > 0 and start:
            self.plain(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            return
        if fault.no_ranges:
            start = 0
        part = content[start:]
        if fault.flip:
            part = part[:-1] + bytes([part[-1] ^ 1])
        part += b"x" * fault.longer
        ranged = start > 0
        self.send_response(206 if ranged else 200)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(part)))
        if ranged:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if not body:
            return
        try:
            self.send_part(part if fault.cut is None else part[: fault.cut], fault)
        except (BrokenPipeError, ConnectionResetError):  # the reader went away, as it may
            self.close_connection = True

    def send_part(self, part: bytes, fault: Fault) -> None:
        step = 4096 if fault.slow else 1 << 16
        for at in range(0, len(part), step):
            self.wfile.write(part[at : at + step])
            self.hub.sent += len(part[at : at + step])
            time.sleep(fault.slow)
        self.wfile.flush()
        time.sleep(fault.stall)
        if fault.cut is not None:
            self.close_connection = True
