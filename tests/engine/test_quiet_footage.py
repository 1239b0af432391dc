"""People who talk, empty rooms, titles and black get room tone at most: the true eyes, through the stages of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.footage import make_film, real_clip
from tests.photographs import photographs
from tests.photographs.titles import titles
from v2a_foley import Progress, describe, load_profile, open_film, spot
from v2a_foley.engine.describe import describe as describe_cut
from v2a_foley.engine.profiles import Profile
from v2a_foley.project import Layer, Project

SIZE, RATE = (480, 320), 4
TALKING = {"carphone": "a man speaks in a moving car", "speech": "two men at a lectern, one speaks"}


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("pocket")


def effects(project: Project) -> dict[int, set[str]]:
    """Return the names of the effects and of the Foley by the number of the shot."""
    found: dict[int, set[str]] = {shot.index: set() for shot in project.shots}
    for cue in project.cues:
        if cue.layer is not Layer.BG:
            for shot in cue.shots:
                found[shot].add(cue.event.name)
    return found


def stills(pictures: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield each picture for a second, filled into one frame and drifting by a pixel a frame."""
    for picture in pictures:
        filled = np.asarray(ImageOps.fit(Image.fromarray(picture), SIZE, centering=(0.5, 0.35)))
        for frame in range(RATE):
            yield np.roll(filled, frame, axis=1)


@pytest.mark.long
def test_people_rooms_and_titles_in_one_film_rarely_get_an_effect_that_cannot_be_seen(profile, tmp_path):
    shown = [(p.judged.shows, p.judged.accepted, p.pixels()) for p in photographs() if p.judged.of]
    shown += [(name, frozenset(), frame) for name, frame in titles().items()]
    film = make_film(
        tmp_path / "quiet.mp4",
        seconds=len(shown),
        rate=str(RATE),
        size=SIZE,
        frames=stills([picture for _, _, picture in shown]),
    )
    cuts = [Fraction(second) for second in range(1, len(shown))]
    seen = describe_cut(open_film(film), profile, cuts=cuts, progress=Progress())
    found = effects(spot(seen, profile))
    assert len(found) == len(shown) >= 75
    wrong = {
        shows: found[shot] - accepted
        for shot, (shows, accepted, _) in enumerate(shown, start=1)
        if found[shot] - accepted
    }
    assert len(wrong) / len(shown) <= 0.05, wrong


@pytest.mark.parametrize("clip", ["carphone", "speech", "thanks"])
def test_real_footage_of_talking_people_and_a_title_gets_no_effect(profile, clip):
    path = {
        "carphone": real_clip("carphone_pristine.mp4"),
        "speech": Path(distribution("pliers").locate_file("pliers/tests/data/video/obama_speech.mp4")),
        "thanks": Path(distribution("gradio").locate_file("gradio/media_assets/videos/a.mp4")),
    }[clip]
    shows = {p.judged.shows: p.judged.accepted for p in photographs()}
    accepted = shows.get(TALKING.get(clip, ""), frozenset())
    project = spot(describe(open_film(path), profile), profile)
    assert project.shots
    assert all(names <= accepted for names in effects(project).values()), effects(project)
