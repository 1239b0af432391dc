import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mutations import cases
from v2a_foley import errors
from v2a_foley.engine.worker.messages import (
    DEFECT,
    Event,
    Refused,
    Request,
    error_of,
    error_values,
    event_line,
    read_event,
    read_request,
    request_line,
)
from v2a_foley.engine.worker.schema import DEEPEST, EVENTS, LONGEST, REQUESTS, as_markdown
from v2a_foley.errors import FoleyError, ProtocolError

GOOD = [
    Request("r1", "probe", {"film": "/films/one.mp4"}),
    Request("é\ud800", "describe", {"film": "/films/\udcff.mp4", "settings": {"seed": 3, "prompt": ["a", "b"]}}),
    Request("r3", "generate", {"project": {"cues": [{"id": "c1"}]}, "folder": "/p", "cues": ["c1"]}),
    Request("r4", "film", {"id": "1", "source": "/a", "output": "/b", "work": "/w", "threads": 2, "attempts": 3}),
    Request("r5", "cancel", {"target": "r4"}),
    Request("r6", "shutdown", {}),
]


def refused(line: bytes | str) -> Refused:
    found = read_request(line if isinstance(line, bytes) else line.encode())
    assert isinstance(found, Refused), found
    assert type(found.error) is ProtocolError
    assert found.error.hint
    return found


@pytest.mark.parametrize("request_", GOOD)
def test_requests_survive_the_line(request_):
    line = request_line(request_)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert read_request(line) == request_


@pytest.mark.parametrize(
    ("line", "name", "says"),
    [
        ("", None, "no JSON"),
        ("[]", None, "object"),
        ("null", None, "object"),
        ("\ufeff{}", None, "no JSON"),
        (b'{"v": 1, "id": "\xff"}', None, "no JSON"),
        ('{"v": 1, "v": 1}', None, "twice"),
        ('{"v": NaN}', None, "NaN"),
        ('{"v": 1, "id": "a", "x": -Infinity}', None, "Infinity"),
        ('{"v": 1e999}', None, "too large"),
        ('{"v": ' + "9" * 5000 + "}", None, "no JSON"),
        ("[" * 100_000, None, "deep"),
        ('{"a":' * 70 + "1" + "}" * 70, None, "deep"),
        ('{"id": "a", "do": "probe"}', "a", "version"),
        ('{"v": 2, "id": "a", "do": "probe"}', "a", "version 2"),
        ('{"v": 1.0, "id": "a", "do": "probe"}', "a", "version"),
        ('{"v": true, "id": "a", "do": "probe"}', "a", "version"),
        ('{"v": "1", "id": "a", "do": "probe"}', "a", "version"),
        ('{"v": 1, "do": "probe"}', None, "id"),
        ('{"v": 1, "id": 1, "do": "probe"}', None, "id"),
        ('{"v": 1, "id": "", "do": "probe"}', None, "id"),
        (json.dumps({"v": 1, "id": "a" * 101, "do": "probe"}), None, "id"),
        ('{"v": 1, "id": "a"}', "a", "no request"),
        ('{"v": 1, "id": "a", "do": ["probe"]}', "a", "no request"),
        ('{"v": 1, "id": "a", "do": "__init__"}', "a", "no request"),
        ('{"v": 1, "id": "a", "do": "shutdown", "now": 1}', "a", 'no field "now"'),
        ('{"v": 1, "id": "a", "do": "shutdown", "params": []}', "a", "params"),
        ('{"v": 1, "id": "a", "do": "cancel", "params": {"target": 1}}', "a", "'target' must be a text"),
        ('{"v": 1, "id": "a", "do": "probe", "params": {"film": "a.mp4"}}', "a", "absolute"),
        ('{"v": 1, "id": "a", "do": "probe", "params": {"film": "/\\ud800"}}', "a", "absolute"),
        ('{"v": 1, "id": "a", "do": "probe", "params": {"film": {"/": 1}}}', "a", "absolute"),
    ],
)
def test_what_is_no_request_is_refused_in_words(line, name, says):
    found = refused(line)
    assert found.id == name
    assert says in found.error.message


@pytest.mark.parametrize("threads", [0, -1, 1.0, True, "1", 10**7, None])
def test_counts_are_counts(threads):
    params = {**GOOD[3].params, "threads": threads}
    found = refused(json.dumps({"v": 1, "id": "a", "do": "film", "params": params}))
    assert "a whole number from 1" in found.error.message


def test_a_line_may_be_so_long_and_no_longer():
    empty = len(request_line(Request("a", "cancel", {"target": ""})))
    longest = request_line(Request("a", "cancel", {"target": "x" * (LONGEST - empty)}))
    assert len(longest) == LONGEST
    assert isinstance(read_request(longest), Request)
    assert "longer" in refused(longest + b" ").error.message
    with pytest.raises(ProtocolError, match="too long"):
        request_line(Request("a", "cancel", {"target": "x" * (LONGEST - empty + 1)}))


def test_values_may_lie_so_deep_and_no_deeper():
    def line(depth: int) -> bytes:
        nested: object = 1
        for _ in range(depth - 2):
            nested = [nested]
        return json.dumps({"v": 1, "id": "a", "do": "describe", "params": {"film": "/f", "settings": nested}}).encode()

    assert "an object" in refused(line(DEEPEST)).error.message
    assert "deep" in refused(line(DEEPEST + 1)).error.message


@pytest.mark.parametrize("value", [math.nan, math.inf, {1: object()}, object(), b"bytes", Path("/x")])
def test_nothing_is_said_that_json_cannot_hold(value):
    with pytest.raises(ProtocolError, match="cannot be written"):
        event_line("result", "r1", value={"a": value})


ERRORS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, FoleyError)]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_arrives_as_what_it_was(kind):
    sent = kind("It is {broken} %s.", hint="Mend it.")
    event = read_event(event_line("error", "r1", **error_values(sent)))
    found = error_of(event)
    assert (type(found), found.message, found.hint) == (kind, sent.message, sent.hint)
    assert event.values["exit_code"] == kind.exit_code
    assert event.ends


def test_a_defect_is_one_sentence_and_no_error_of_a_known_kind():
    event = read_event(event_line("error", "r1", **error_values(KeyError("a\nb"))))
    assert event.values["type"] == DEFECT
    assert type(error_of(event)) is FoleyError
    assert "KeyError" in event.values["message"]
    assert "\n" not in event.values["message"]


@pytest.mark.parametrize("name", ["annotations", "ClassVar", "__builtins__", "Exception", "FoleyError", "Nothing"])
def test_only_errors_are_made_of_an_errors_name(name):
    said = {"type": name, "message": "No.", "hint": "", "exit_code": 1}
    assert type(error_of(Event("error", "r1", said))) is FoleyError


def test_the_docs_have_the_tables_that_hold():
    page = (Path(__file__).parents[3] / "docs" / "worker.md").read_text("utf-8")
    assert as_markdown() in page


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*REQUESTS, *EVENTS, "/a"])
)
KEYS = st.sampled_from(["v", "id", "do", "params", "event", "film", "settings", "project", "folder", "target"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=4)
)
NEARLY = st.fixed_dictionaries(
    {"v": st.just(1) | LEAVES, "id": st.text(max_size=3) | LEAVES, "do": st.sampled_from(list(REQUESTS)) | LEAVES},
    optional={"params": st.dictionaries(KEYS, VALUES, max_size=4) | VALUES},
)


def check_line(line: bytes) -> None:
    """Whatever it holds, it is a request or refused in words; and an event or a typed error."""
    found = read_request(line)
    if isinstance(found, Request):
        assert found.do in REQUESTS
        assert read_request(request_line(found)) == found
    else:
        assert type(found.error) is ProtocolError
        assert found.error.message
        read_request(event_line("error", found.id, **error_values(found.error)))
    try:
        event = read_event(line)
    except ProtocolError:
        return
    assert isinstance(event.event, str)


def fuzz(count: int) -> None:
    """Send so many lines, a third of each kind."""

    @settings(max_examples=count // 3, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
    def any_bytes(line: bytes) -> None:
        check_line(line)

    @settings(max_examples=count // 3, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(VALUES | NEARLY)
    def any_values(value: object) -> None:
        check_line(json.dumps(value).encode())

    any_bytes()
    any_values()
    lines = [request_line(each) for each in GOOD]
    for _, line in cases(lines, "messages", 0, count // 3):
        check_line(line)


def test_whatever_is_sent_is_a_request_or_refused():
    fuzz(1000)


@pytest.mark.long
def test_whatever_is_sent_is_a_request_or_refused_thirty_thousand_times():
    fuzz(30_000)
