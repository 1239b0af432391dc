from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.projects import film, project_of, take_for
from v2a_foley.generate.audioldm.card import UNKNOWN
from v2a_foley.generate.procedural.generator import LICENCE
from v2a_foley.project.licences import Commerce, commerce, licence_warnings

NOT_TO_BE_SOLD = (
    "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "cc by-nc-nd 3.0", "CC_BY_NC_4.0", "For non-commercial use", "Noncommercial",
    "CC0-1.0 AND CC-BY-NC-4.0", "research only", UNKNOWN,
)  # fmt: skip


@pytest.mark.parametrize("licence", NOT_TO_BE_SOLD)
def test_what_forbids_commercial_use(licence):
    assert commerce(licence) is Commerce.FORBIDDEN


@pytest.mark.parametrize(
    "licence", ["CC0-1.0", "cc0", "CC-BY-4.0", "CC-BY-SA-3.0", "MIT", "Apache-2.0", "CC0-1.0 AND Apache-2.0", LICENCE]
)
def test_what_allows_it(licence):
    assert commerce(licence) is Commerce.ALLOWED


@pytest.mark.parametrize("licence", ["", "ask Bob", "openrail++", "CC-BY-ND-4.0", "Proprietary", "MIT AND ask Bob"])
def test_what_nobody_knows(licence):
    assert commerce(licence) is Commerce.UNKNOWN


def test_ones_own_library_is_ones_own_business():
    assert commerce("the user's own library: Rain NC 1.wav") is Commerce.OWN


def test_takes_that_must_not_be_sold_are_named_once_a_licence():
    project = project_of(film(Path("a.mp4")), Path())
    licences = ["CC-BY-NC-4.0", "CC-BY-NC-4.0", "ask Bob", "CC0-1.0"]
    cues = [
        replace(cue, takes=(replace(take_for(cue, Path()), licence=licence),))
        for cue, licence in zip(project.cues, licences, strict=False)
    ]
    forbidden, unknown = licence_warnings(cues)
    assert forbidden == f"The licence 'CC-BY-NC-4.0' forbids commercial use: takes {cues[0].id}t1, {cues[1].id}t1."
    assert "'ask Bob'" in unknown
    assert f"{cues[2].id}t1" in unknown
    assert licence_warnings([replace(cues[0], muted=True), replace(cues[1], active=None), cues[3]]) == []


def test_of_many_takes_the_first_are_named():
    cue = project_of(film(Path("a.mp4")), Path()).cues[0]
    cues = [replace(cue, id=f"c{n}", takes=(replace(take_for(cue, Path()), licence="CC-BY-NC-4.0"),)) for n in range(9)]
    assert licence_warnings(cues)[0].endswith("and 3 more.")


def test_a_take_tells_its_bandwidth_its_model_and_its_file():
    take = take_for(project_of(film(Path("a.mp4")), Path()).cues[0], Path())
    assert (take.bandwidth, take.model, take.source_file) == (24_000, "", "")
    neural = replace(take, native_rate=16_000, details={"model": "audioldm-s", "weights": "0123456789abcdef"})
    assert (neural.bandwidth, neural.model) == (8_000, "audioldm-s 0123456789ab")
    assert replace(take, native_rate=96_000).bandwidth == 24_000
    assert replace(take, details={"files": ["a/rain.wav", "b.wav"]}).source_file == "a/rain.wav; b.wav"
    assert replace(take, details={"family": "rain"}).model == "rain"
