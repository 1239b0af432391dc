"""The demonstration from end to end, on a small film; on the whole one where there is time for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from html.parser import HTMLParser
from urllib.parse import unquote, urlparse

import numpy as np
import pytest

from tests.demo.films import SIZE, short_parts
from v2a_foley.audio.wav import WavWriter
from v2a_foley.demo import story
from v2a_foley.demo.footage import RATE
from v2a_foley.demo.report import as_dict, summary
from v2a_foley.demo.story import run_demo
from v2a_foley.errors import LibraryError, OutputError
from v2a_foley.project import Layer

pytestmark = pytest.mark.xdist_group("story")  # what is costly to set up is set up once

COMMAND = [sys.executable, "-m", "v2a_foley.cli.main", "demo"]


class Page(HTMLParser):
    """What a page refers to and shows."""

    def __init__(self, text):
        super().__init__()
        self.links, self.tags, self.words, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href") and value]
        if tag not in ("meta", "img", "br", "line", "path", "circle", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return run_demo(tmp_path_factory.mktemp("demo") / "new" / "demo", parts=short_parts(), size=SIZE)


def test_page_shows_everything_and_needs_nothing_else(demo):
    text = demo.page.read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert page.tags.count("video") == 2
    assert page.tags.count("audio") == len(demo.result.stems) == 4
    assert "http:" not in text.replace("http://www.w3.org", "")
    assert "https:" not in text
    assert "$" not in text
    for link in page.links:
        assert not urlparse(link).scheme
        assert not link.startswith("/")
        assert (demo.folder / unquote(link)).is_file(), link
    words = " ".join(page.words)
    for cue in demo.result.project.cues:
        assert cue.event.caption in words or cue.prompt in words
    for shot in demo.result.project.shots:
        assert f"pictures/shot{shot.index}.jpg" in page.links
    for name in ("film.mp4", "film-with-sound.mp4", "film.otio", "spotting.csv", "contact-sheet.png"):
        assert name in page.links
    assert str(demo.folder) not in text


def test_what_is_claimed_was_measured(demo):
    measured = demo.measured
    assert measured.picture_same
    assert measured.speech_difference == 0
    assert len(measured.impacts.strikes) == 2
    assert np.isfinite(measured.before.integrated)
    assert 0 < measured.job_seconds < 600


def test_prompt_is_for_the_rendered_shot_alone(demo):
    asked = [cue for cue in demo.result.project.cues if cue.prompt]
    rendered = story.shot_in(demo.result.project.shots, demo.film.rendered)
    assert [cue.shots for cue in asked] == [(rendered.index,)]


def test_report_reads_as_json_and_ends_with_the_page(demo):
    told = json.loads(json.dumps(as_dict(demo), allow_nan=False))
    assert told["measured"]["picture_same"] is True
    assert len(told["measured"]["impacts"]) == 2
    assert told["page"] == str(demo.page)
    assert summary(demo)[-1] == str(demo.page)


@pytest.mark.long
def test_again_with_the_users_own_sounds_replaces_what_was_there(demo, tmp_path):
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    rng = np.random.default_rng(5)
    decay = np.exp(-np.arange(24_000) / 1_500)
    with WavWriter(sounds / "wood block knocks on wood.wav", 1) as wav:
        wav.write((0.5 * decay * rng.standard_normal(24_000))[None].clip(-1, 1).astype(np.float32))
    stale = demo.folder / story.TIMELINE_TAKES / "c99t1.wav"
    stale.write_bytes(b"old")
    again = run_demo(demo.folder, library=sounds, parts=short_parts(), size=SIZE)
    assert not stale.exists()
    assert {take.path.name for cue in again.result.project.cues for take in cue.takes} == {
        path.name for path in (demo.folder / story.TIMELINE_TAKES).iterdir()
    }
    knock = next(cue for cue in again.result.project.cues if cue.prompt)
    assert knock.take.generator == "library"
    assert "library" in again.page.read_text(encoding="utf-8")


def broken_library(folder):
    """A library that is found to be of no use only when it is listened to."""
    sounds = folder / "sounds"
    sounds.mkdir()
    (sounds / "rain.wav").write_text("this is not a sound")
    return sounds


def test_a_failure_takes_back_what_is_new(tmp_path):
    broken = broken_library(tmp_path)
    with pytest.raises(LibraryError):
        run_demo(tmp_path / "a" / "demo", library=broken, parts=short_parts()[1:2], size=SIZE)
    assert [path.name for path in tmp_path.iterdir()] == [broken.name]
    with pytest.raises(LibraryError):
        run_demo(tmp_path / "demo", library=tmp_path / "missing", parts=short_parts()[1:2], size=SIZE)
    assert not (tmp_path / "demo").exists()


def test_a_failure_spares_what_was_there(tmp_path):
    kept = tmp_path / "demo" / "film.mp4"
    kept.parent.mkdir()
    kept.write_bytes(b"mine")
    with pytest.raises(LibraryError):
        run_demo(kept.parent, library=broken_library(tmp_path), parts=short_parts()[1:2], size=SIZE)
    assert [path.name for path in kept.parent.iterdir()] == ["film.mp4"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    taken = tmp_path / "demo"
    taken.write_bytes(b"")
    with pytest.raises(OutputError):
        run_demo(taken)


@pytest.mark.long
def test_the_whole_demonstration(tmp_path):
    done = subprocess.run(
        [*COMMAND, "--output", "demo", "--json"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    measured = told["measured"]
    assert measured["cuts_found"] == measured["cuts"] == 8
    assert measured["cuts_invented"] == 0
    assert measured["picture_same"]
    assert measured["speech_difference_24_bit_steps"] == 0
    assert len(measured["impacts"]) == 5
    for impact in measured["impacts"]:
        assert abs(Fraction(impact["sounds"]) - Fraction(impact["seen"])) * RATE <= 1
    assert measured["sounds_without_impact"] == []
    heard = {layer: [cue["event"] for cue in told["cues"] if cue["layer"] == layer] for layer in ("BG", "FX", "FOLEY")}
    assert any("cat" in name for name in heard["FX"])
    assert any("motorcycle" in name for name in heard["FX"])
    assert any("rocket" in name for name in heard["FX"])
    assert (tmp_path / "demo" / "demo.html").is_file()
    assert set(told["stems"]) == {layer.value for layer in Layer}


@pytest.mark.long
@pytest.mark.parametrize("after", [2.0, 8.0, 30.0])
def test_interrupting_leaves_nothing(tmp_path, after):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [*COMMAND, "--output", "demo"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    time.sleep(after)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    code = process.wait(60)
    process.communicate()
    if code == 130:
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["scratch"]
    else:
        assert code == 0  # it was done before
        assert (tmp_path / "demo" / "demo.html").is_file()
