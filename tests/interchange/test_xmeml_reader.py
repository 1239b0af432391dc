"""What other programs write as xmeml, and what anybody may have written."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from tests.interchange.frame_edits import film
from v2a_foley.errors import TimelineError
from v2a_foley.interchange.xmeml import write_xmeml
from v2a_foley.interchange.xmeml_reader import read_xmeml

NTSC24 = Fraction(24_000, 1001)
RATE = "<rate><timebase>24</timebase><ntsc>TRUE</ntsc></rate>"
HEAD = '<?xml version="1.0"?>'


def sequence(video: str, *, rate: str = RATE, more: str = "") -> str:
    return (
        f"<xmeml version='4'><sequence id='s'><name>cut</name>{rate}{more}<media><video>{video}</video></media>"
        "</sequence></xmeml>"
    )


def clip(start: int, end: int, into: int, *, more: str = "<file id='f'/>", name: str = "a") -> str:
    out = into + (end - start if end >= 0 and start >= 0 else 30)
    return (
        f"<clipitem id='{name}{start}'><name>{name}</name>{RATE}<start>{start}</start><end>{end}</end><in>{into}</in>"
        f"<out>{out}</out>{more}</clipitem>"
    )


FILE = (
    f"<file id='f'><name>a.mov</name><pathurl>file://localhost/C%3a/x/a%20b.mov</pathurl>{RATE}<duration>900</duration>"
    "<media><video/></media></file>"
)


def read(tmp_path, text: str | bytes, **how):
    path = tmp_path / "a.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_xmeml(path, **how)


def test_a_dissolve_is_a_cut_at_its_middle(tmp_path):
    dissolve = f"<transitionitem><start>40</start><end>60</end>{RATE}</transitionitem>"
    edit = read(tmp_path, sequence(f"<track>{clip(0, -1, 10, more=FILE)}{dissolve}{clip(-1, 100, 5)}</track>"))
    first, second = edit.pictures[0].items
    assert edit.rate == NTSC24
    assert (first.end, second.start, second.end) == (50 / NTSC24, 50 / NTSC24, 100 / NTSC24)
    assert (first.source, second.source) == (10 / NTSC24, 15 / NTSC24)
    assert first.medium == second.medium
    assert first.medium.path == r"C:\x\a b.mov"


def test_a_nested_sequence_is_laid_out_and_a_deeper_one_refused(tmp_path):
    inner = f"<sequence id='n'><name>in</name>{RATE}<media><video><track>{{}}</track></video></media></sequence>"
    shots = clip(0, 20, 100, more=FILE) + clip(20, 60, 300)
    edit = read(tmp_path, sequence(f"<track>{clip(10, 50, 5, more=inner.format(shots))}</track>"))
    assert [(item.start * NTSC24, item.end * NTSC24, item.source * NTSC24) for item in edit.pictures[0].items] == [
        (10, 25, 105), (25, 50, 300),
    ]  # fmt: skip
    deeper = inner.format(clip(0, 20, 0, more=inner.replace("'n'", "'m'").format(shots)))
    with pytest.raises(TimelineError, match="nests"):
        read(tmp_path, sequence(f"<track>{clip(0, 20, 0, more=deeper)}</track>"))


def test_a_sequence_within_itself_ends(tmp_path):
    itself = "<clipitem><start>0</start><end>9</end><in>0</in><out>9</out><sequence id='s'/></clipitem>"
    with pytest.raises(TimelineError):
        read(tmp_path, sequence(f"<track>{itself}</track>"))


def test_a_missing_rate_is_asked_for(tmp_path):
    text = sequence(f"<track>{clip(0, 20, 0)}</track>".replace(RATE, ""), rate="")
    with pytest.raises(TimelineError) as caught:
        read(tmp_path, text)
    assert "--rate" in caught.value.hint
    assert read(tmp_path, text, rate=Fraction(25)).pictures[0].items[0].end == Fraction(20, 25)


def test_utf16_is_read(tmp_path):
    text = '<?xml version="1.0" encoding="UTF-16"?>' + sequence(f"<track>{clip(0, 20, 0, more=FILE, name='é')}</track>")
    assert read(tmp_path, text.encode("utf-16")).pictures[0].items[0].name == "é"


BOMB = "<!DOCTYPE xmeml [" + '<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip
HOSTILE = {
    "empty": b"",
    "binary": bytes(range(256)) * 9,
    "other xml": b"<fcpxml version='1.10'/>",
    "no sequence": b"<xmeml version='5'><clip/></xmeml>",
    "cut off": sequence("<track>")[:-30],
    "a billion laughs": HEAD + BOMB + sequence("<track/>").replace("cut", "&j;"),
    "an entity from outside": HEAD
    + '<!DOCTYPE xmeml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + sequence("<track/>").replace("cut", "&x;"),
    "rate 0": sequence("<track/>", rate="<rate><timebase>0</timebase></rate>"),
    "rate huge": sequence("<track/>", rate=f"<rate><timebase>{'9' * 5000}</timebase></rate>"),
    "rate negative": sequence("<track/>", rate="<rate><timebase>-25</timebase></rate>"),
    "rate no number": sequence("<track/>", rate="<rate><timebase>NaN</timebase></rate>"),
    "time huge": sequence(f"<track>{clip(0, 10**30, 0)}</track>"),
    "time no number": sequence(f"<track>{clip(0, 10, 0).replace('<in>0', '<in>inf')}</track>"),
    "too many": sequence(f"<track>{clip(0, 1, 0) * 100_001}</track>"),
}


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_what_makes_no_sense_is_refused_in_words(tmp_path, what):
    began = time.monotonic()
    with pytest.raises(TimelineError) as caught:
        read(tmp_path, HOSTILE[what])
    assert "a.xml" in caught.value.message
    assert caught.value.hint
    assert time.monotonic() - began < 30


def test_very_deep_files_end(tmp_path):
    depth = 200_000
    began = time.monotonic()
    with pytest.raises(TimelineError, match=r"a\.xml"):
        read(tmp_path, "<xmeml>" + "<a>" * depth + "</a>" * depth + "</xmeml>")
    assert time.monotonic() - began < 30


def test_paths_that_lead_elsewhere_are_values_and_nothing_is_opened(tmp_path, monkeypatch):
    text = sequence(
        f"<track>{clip(0, 20, 0, more=FILE.replace('file://localhost/C%3a/x/a%20b.mov', '../../etc/passwd'))}</track>"
    )
    assert read(tmp_path, text).pictures[0].items[0].medium.path == "../../etc/passwd"
    edit = film(Fraction(25), drop=False)
    write_xmeml(edit, tmp_path / "b.xml")
    assert read_xmeml(tmp_path / "b.xml").pictures[0].items[0].medium.path == edit.pictures[0].items[0].medium.path
