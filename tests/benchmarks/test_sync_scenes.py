from __future__ import annotations

import csv
import json
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from benchmarks.sync import drawing
from benchmarks.sync.camera import SORTS, camera
from benchmarks.sync.cases import read_case
from benchmarks.sync.film import Film, Shot, frames, truth
from benchmarks.sync.look import Look, look
from benchmarks.sync.plan import plan
from benchmarks.sync.quiet import QUIET
from benchmarks.sync.render import chosen, planned, render
from benchmarks.sync.scene import Scene, TrueHit
from v2a_foley.interchange.hit_list import read_hits
from v2a_foley.progress import Progress
from v2a_foley.train.onsets.labels import list_of, truths_of
from v2a_foley.video.probe import probe


def dropped_ball(rng, canvas, seconds):
    """A dark disc falls on a light ground and lies; it touches the floor at a moment between frames."""
    width, height = canvas
    touches = float(rng.uniform(0.3, 0.6)) * seconds
    radius, floor = 0.06 * height, 0.8 * height

    def draw(t):
        picture = np.full((height, width, 3), 220, np.uint8)
        y = floor - radius - 0.6 * height * (1 - (min(t, touches) / touches) ** 2)
        drawing.disc(picture, 0.5 * width, y, radius, (10, 10, 10))
        return picture

    return Scene("dropped_ball", "a ball falls", seconds, draw, (TrueHit(touches, 0.9, 0.5, 0.8),))


def lowest(frame):
    """The disc's lower edge, to a part of a pixel: where it ends along the middle columns."""
    column = frame[:, frame.shape[1] // 2, 0].astype(float)
    return np.nonzero(column < 115)[0].max()


def test_same_numbers_same_pictures_and_other_numbers_others():
    first, again, other = (
        plan(dropped_ball, [QUIET["flag"]], 1.0, seed) for seed in ((3, 1), (3, 1), (3, 2))
    )  # fmt: skip
    assert truth(first) == truth(again)
    pictures = [np.stack(list(frames(film))).tobytes() for film in (first, again, other)]
    assert pictures[0] == pictures[1] != pictures[2]


@pytest.mark.parametrize("rate", ["24000/1001", "30", "50"])
def test_the_first_frame_at_or_after_the_time_shows_the_contact(rate):
    plain = Look(rate, (320, 180))
    for number in range(3):
        canvas = (320, 180)
        scene = dropped_ball(np.random.default_rng(number), canvas, 1.0)
        film = Film(1.0, (Shot(0.0, 1.0, scene, camera(np.random.default_rng(0), canvas, canvas, 1.0, (), "still")),),
                    plain, (number,))  # fmt: skip
        ((hit,), _) = truth(film)
        edges = [lowest(frame) for frame in frames(film)]
        rests = edges.index(max(edges))
        assert plain.times(1.0)[rests - 1] < hit.time <= plain.times(1.0)[rests]


@pytest.mark.parametrize("sort", SORTS)
def test_a_place_on_the_canvas_is_where_the_camera_shows_it(sort):
    canvas, window = (420, 240), (320, 180)
    rng = np.random.default_rng(5)
    picture = np.zeros((240, 420, 3), np.uint8)
    drawing.disc(picture, 0.55 * 420, 0.5 * 240, 4, (255, 255, 255))
    seen = camera(rng, canvas, window, 2.0, [(1.3, 0.55, 0.5)], sort)
    x, y = seen.place(0.55, 0.5, 1.3)
    bright = cv2.moments(seen.look(picture, 1.3)[..., 0])
    assert (bright["m10"] / bright["m00"], bright["m01"] / bright["m00"]) == pytest.approx((320 * x, 180 * y), abs=0.3)


def test_contacts_that_nobody_can_see_are_left_out_with_the_reason():
    def scene(_rng, canvas, seconds):
        hits = tuple(TrueHit(t, 1.0, x, 0.5) for t, x in ((0.01, 0.5), (0.5, 0.5), (0.6, 3.0), (0.99, 0.5)))
        return Scene("k", "p", seconds, lambda _: np.zeros((canvas[1], canvas[0], 3), np.uint8), hits)

    film = plan(scene, [], 1.0, (1,), Look("25", (320, 180), fade_in=0.2))
    hits, dropped = truth(film)
    assert [hit.time for hit in hits] == [0.5]
    assert [why for _, why in dropped] == ["in the dark of a fade", "out of the picture", "no frame shows it"]


def test_looks_are_broad_and_a_third_are_clean():
    rng = np.random.default_rng(0)
    drawn = [look(rng, 6.0) for _ in range(400)]
    assert 0.25 < sum(one.clean for one in drawn) / 400 < 0.42
    for field in ("held", "interlaced", "blur", "noise", "grain", "mains", "steps", "fade_in", "bars", "stutter"):
        assert 0.01 < sum(bool(getattr(one, field)) for one in drawn) / 400 < 0.6, field
    assert all(18 <= one.crf <= 38 for one in drawn)


def test_a_rendered_film_is_what_its_papers_say(tmp_path):
    name, film = planned(0, {"dropped_ball": dropped_ball}, {}, 7, 1.0)
    render(film, tmp_path, name)
    about = json.loads((tmp_path / f"{name}.json").read_text())
    with av.open(str(tmp_path / f"{name}.mp4")) as container:
        stream = container.streams.video[0]
        assert float(stream.average_rate) == pytest.approx(float(Fraction(about["fps"])), rel=1e-3)
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    assert len(pictures) == len(film.look.times(1.0)) == int(Fraction(about["fps"]))
    assert pictures[0].shape[:2] == tuple(reversed(about["done"]["size"]))
    rows = list(csv.DictReader((tmp_path / f"{name}.hits.csv").open()))
    assert rows
    assert not about["quiet"]
    for row in rows:
        assert row["event"] == "a ball falls"
        assert 0 <= float(row["time"]) < about["seconds"]
        assert 0 <= float(row["x"]) <= 1
        assert 0 <= float(row["y"]) <= 1


def test_training_reads_the_contacts_that_were_rendered(tmp_path):
    name, film = planned(0, {"dropped_ball": dropped_ball}, {}, 7, 1.0)
    render(film, tmp_path, name)
    path = tmp_path / f"{name}.mp4"
    wanted, _ = truth(film)
    found = truths_of(probe(path), Progress())
    assert wanted
    assert [(each.time, each.strength, *each.place) for each in found] == [
        pytest.approx((hit.time, hit.strength, hit.x, hit.y), abs=1e-5) for hit in wanted
    ]
    assert [each.event for each in read_hits(list_of(path))] == [hit.event for hit in wanted]
    assert read_case(path).truth == pytest.approx([hit.time for hit in wanted], abs=1e-5)


def test_quiet_films_have_no_contacts_and_each_fourth_film_is_quiet(tmp_path):
    _, quiet = chosen("quiet")
    loud = {"dropped_ball": dropped_ball}
    made = [planned(number, loud, quiet, 1, 0.2) for number in range(8)]
    assert [name.startswith("quiet-") for name, _ in made] == [False, False, False, True] * 2
    name, film = made[3]
    assert truth(film) == ((), ())
    render(film, tmp_path, name)
    assert json.loads((tmp_path / f"{name}.json").read_text())["quiet"]
    assert (tmp_path / f"{name}.hits.csv").read_text() == "time,strength,event,x,y\n"


def test_training_and_held_out_kinds_share_none():
    training, held_out = chosen("train")[0], chosen("held-out")[0]
    assert training
    assert held_out
    assert not set(training) & set(held_out)
    with pytest.raises(ValueError, match="no kind 'nothing'"):
        chosen("train,nothing")
