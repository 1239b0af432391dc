"""The door to the hub: addresses, tokens, redirects, answers; and that the hub of these tests is like the true one."""

import ssl
from urllib.error import URLError

import pytest

from tests.models import small
from tests.models.fake_hub import FakeHub, Fault, oid
from v2a_foley.errors import FoleyError, ModelDamaged, ModelMissing, UsageError
from v2a_foley.models import hub as door
from v2a_foley.models.plan import plan
from v2a_foley.models.pull import pull

BIG = "unet/weights.safetensors"


def read(path=BIG, start=0, revision="main"):
    with door.read_from("owner/small", revision, path, start) as (begins, blocks):
        return begins, b"".join(blocks)


def test_the_hubs_own_client_is_content_with_this_hub(hub, tmp_path, monkeypatch):
    """What these tests prove of our client is worth no more than the likeness of their hub."""
    from huggingface_hub import HfApi, constants, hf_hub_download

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # read from the environment when it was imported

    commit = hub.branches["owner/small", "main"]
    info = HfApi(endpoint=hub.address).model_info("owner/small", revision="main", files_metadata=True)
    assert info.sha == commit
    theirs = {each.rfilename: each for each in info.siblings}
    ours = door.describe("owner/small", "main")
    assert ours.revision == commit
    assert ours.files.keys() == theirs.keys()
    for path, file in ours.files.items():
        assert (file.size, file.git_oid) == (theirs[path].size, theirs[path].blob_id)
        assert file.sha256 == (theirs[path].lfs.sha256 if theirs[path].lfs else None)
    for path in ("config.json", BIG):
        got = hf_hub_download(
            "owner/small", path, revision=commit, endpoint=hub.address, cache_dir=tmp_path, token=False
        )
        with open(got, "rb") as stream:  # noqa: PTH123 - a string
            assert stream.read() == small.FILES[path]


def test_ranges_are_asked_for_and_believed(hub):
    assert read() == (0, small.FILES[BIG])
    assert read(start=1000) == (1000, small.FILES[BIG][1000:])
    hub.faults[BIG] = [Fault(no_ranges=True)]
    assert read(start=1000) == (0, small.FILES[BIG])
    with pytest.raises(door.Interrupted, match="fewer bytes"):
        read(start=len(small.FILES[BIG]))


def test_git_names_files_as_the_hub_does():
    assert door.git_oid(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"  # git's own name for the empty file
    assert door.git_oid(small.FILES[BIG]) == oid(small.FILES[BIG])


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc",
        "ftp://example.org",
        "here",
        "http://",
        "javascript:1",
        "https://[::1",
        "http://h/ü",
        "http://a\tb",
    ],
)
def test_a_mirror_must_be_a_web_address(monkeypatch, address):
    monkeypatch.setenv("HF_ENDPOINT", address)
    with pytest.raises(UsageError, match="HF_ENDPOINT"):
        door.endpoint()


def test_the_hub_is_the_hub_unless_a_mirror_is_named(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.example/hub/")
    assert door.endpoint() == "http://mirror.example/hub"
    for unset in (None, ""):
        monkeypatch.delenv("HF_ENDPOINT", raising=False)
        if unset is not None:
            monkeypatch.setenv("HF_ENDPOINT", unset)
        assert door.endpoint() == door.ENDPOINT
        assert door.endpoint().startswith("https://")


def test_a_token_goes_to_the_hub_and_not_to_its_store(hub, monkeypatch):
    read()
    assert not any(signed for *_, signed in hub.asked)
    hub.asked.clear()
    monkeypatch.setenv("HF_TOKEN", "secret")
    elsewhere = FakeHub()
    server = elsewhere.start()
    elsewhere.commit("owner/small", small.FILES)
    hub.faults["config.json"] = [Fault(location=f"{elsewhere.address}/owner/small/resolve/main/config.json")]
    assert read("config.json") == (0, small.FILES["config.json"])
    server.shutdown()
    server.server_close()
    assert [signed for *_, signed in hub.asked] == [True]
    assert [signed for *_, signed in elsewhere.asked] == [False]
    hub.asked.clear()
    hub.faults["config.json"] = [Fault(location="/owner/small/resolve/main/words.txt")]
    assert read("config.json") == (0, small.FILES["words.txt"])
    assert [signed for *_, signed in hub.asked] == [True, True]  # the same server
    hub.asked.clear()
    read(BIG)
    assert [signed for *_, signed in hub.asked] == [True, False]  # the store


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "/owner/small/resolve/main/config.json"]
)
def test_redirects_lead_to_web_addresses_alone_and_not_for_ever(hub, location):
    hub.faults["config.json"] = [Fault(location=location)] * 50
    with pytest.raises((door.Interrupted, FoleyError)):
        read("config.json")
    assert len(hub.asked) < 20


@pytest.mark.parametrize("token", ["ab\ncd", "ab…"])
def test_a_token_that_is_none_is_said_to_be_none(hub, monkeypatch, token):
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(UsageError, match="HF_TOKEN") as caught:
        read("config.json")
    assert token not in str(caught.value)
    assert hub.asked == []


def test_redirects_never_leave_encryption():
    from urllib.request import Request

    follow = door._Redirects().redirect_request
    with pytest.raises(URLError, match="without encryption"):
        follow(Request("https://hub.example/a"), None, 302, "", {}, "http://hub.example/a")
    assert follow(Request("https://hub.example/a"), None, 302, "", {}, "https://store.example/a") is not None


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"sha": "main", "siblings": []}', b"<html>", b'{"sha": 1}'])
def test_an_answer_that_is_none_is_refused(hub, unpinned, monkeypatch, answer):
    monkeypatch.setattr("tests.models.fake_hub.json.dumps", lambda _: answer.decode())
    with pytest.raises(ModelDamaged, match="cannot be understood"):
        plan("small")


def test_names_from_the_hub_choose_no_place(hub, folder, knows, tmp_path):
    """Only what the table lists is fetched, whatever else the hub says it has."""
    hub.commit("owner/small", {**small.FILES, "../../../evil": b"x", "/evil": b"y", "a\\b": b"z"})
    knows(small.entry())
    place = pull(plan("small"))
    assert {path for path in small.contents(place) if not path.startswith("v2a-")} == set(small.FILES)
    assert not list(tmp_path.rglob("evil"))


def test_a_certificate_that_is_not_trusted_is_said_at_once(unpinned, monkeypatch, hub):
    """A stand-in for the handshake: a true one needs a certificate, made anew each year."""
    asked = []

    class Opener:
        def open(self, *_: object, **__: object) -> None:
            asked.append(1)
            raise URLError(ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate"))

    monkeypatch.setattr(door, "_opener", Opener)
    with pytest.raises(ModelMissing, match="does not trust") as caught:
        plan("small")
    assert "SSL_CERT_FILE" in caught.value.hint
    assert len(asked) == 1
