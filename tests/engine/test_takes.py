"""From cues to takes: what a generator is asked for, and what becomes of what it cannot make."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyloudnorm
import pytest
import soundfile

from tests.engine.worlds import DOG, EVENTS, RAIN, WOOD, film
from v2a_foley.audio.room import NO_PLACE, PLACES
from v2a_foley.engine.settings import ROOMS
from v2a_foley.engine.takes import TakeOptions, generate_takes, request_for
from v2a_foley.errors import Cancelled, MissingError
from v2a_foley.generate import Sound, SoundRequest
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Hit, Intensity, Layer, default_vocabulary
from v2a_foley.timebase import TimeRange

SPAN = TimeRange(Fraction(4), Fraction(6))


class Hum:
    """Makes a tone of a level for all events but those it is told to refuse."""

    name = "hum"

    def __init__(self, *, level: float = 0.1, refuses: tuple[str, ...] = ()) -> None:
        self.level, self.refuses, self.asked = level, refuses, []

    def can_make(self, request: SoundRequest) -> bool:
        return request.event.name not in self.refuses

    def make(self, request: SoundRequest, progress: Progress | None = None) -> Sound:
        self.asked.append(request)
        tone = self.level * np.sin(np.arange(request.samples) * 0.1 + request.seed % 7).astype(np.float32)
        block = np.repeat(tone[None], request.channels, axis=0)
        return Sound(blocks=iter([block]), source="a tone", licence="CC0-1.0", native_rate=48_000)


def cue(event=RAIN, layer=Layer.BG, **more) -> Cue:
    return Cue("c1", layer, SPAN, (2,), event, **more)


def made(cues, makers, folder, **options):
    progress = Progress()
    project = film().with_cues(cues)
    return generate_takes(project, makers, TakeOptions(**options), folder, progress), progress


def test_a_request_speaks_in_samples_from_the_first_of_the_file():
    asked = request_for(
        cue(
            DOG, Layer.FX, hits=(Hit(Fraction(5), 0.5),),
            intensity=Intensity((Fraction(4), Fraction(6)), (0.0, 1.0)),
        ),
        TakeOptions(handles=Fraction(1, 2)), 1,
    )  # fmt: skip
    assert (asked.samples, asked.before, asked.after, asked.channels) == (144_000, 24_000, 24_000, 1)
    assert asked.hits == ((72_000, 0.5),)
    assert asked.intensity == ((24_000, 0.0), (120_000, 1.0))
    assert request_for(cue(), TakeOptions(), 1).channels == 2


def test_seeds_differ_by_everything_that_names_a_sound():
    base = cue()
    variants = [
        (base, TakeOptions(), 1),
        (base, TakeOptions(), 2),
        (base, TakeOptions(seed=1), 1),
        (replace(base, prompt="drizzle"), TakeOptions(), 1),
        (replace(base, event=DOG), TakeOptions(), 1),
        (replace(base, layer=Layer.FX), TakeOptions(), 1),
        (replace(base, range=TimeRange(Fraction(5), Fraction(6))), TakeOptions(), 1),
    ]
    assert len({request_for(*variant).seed for variant in variants}) == len(variants)
    assert request_for(replace(base, id="c9"), TakeOptions(), 1).seed == request_for(base, TakeOptions(), 1).seed


@pytest.mark.parametrize("level", [0.01, 0.1, 0.5])
def test_a_take_lies_in_its_file_at_its_nominal_level(level, tmp_path):
    (one,) = made([cue()], [Hum(level=level)], tmp_path, handles=Fraction(0))[0].cues
    sound, rate = soundfile.read(one.take.path)
    assert (len(sound), rate) == (one.take.samples, one.take.sample_rate) == (96_000, 48_000)
    assert pyloudnorm.Meter(rate).integrated_loudness(sound) == pytest.approx(RAIN.level, abs=0.1)
    assert one.take.lufs == pytest.approx(RAIN.level, abs=0.1)
    assert one.take.peak == pytest.approx(20 * np.log10(np.abs(sound).max()), abs=0.01)


def test_the_first_maker_that_can_does_it(tmp_path):
    first, second = Hum(refuses=("rain",)), Hum()
    second.name = "second"
    project, _ = made([cue(), replace(cue(DOG, Layer.FX), id="c2")], [first, second], tmp_path)
    assert [each.take.generator for each in project.cues] == ["second", "hum"]


def test_what_was_only_seen_may_stay_empty(tmp_path):
    cues = [cue(), replace(cue(DOG, Layer.FX, prompt="a dog barks"), id="c2")]
    project, progress = made(cues, [Hum(refuses=("rain",))], tmp_path, takes=2)
    assert [len(each.takes) for each in project.cues] == [0, 2]
    assert progress.warnings == ["Nothing here can make 'rain falls'; that cue stays empty."]


def test_what_was_asked_for_must_be_made(tmp_path):
    with pytest.raises(MissingError, match="drizzle"):
        made([cue(prompt="drizzle"), replace(cue(DOG, Layer.FX), id="c2")], [Hum(refuses=("rain",))], tmp_path)
    with pytest.raises(MissingError, match="rain falls"):
        made([cue()], [Hum(refuses=tuple(event.name for event in EVENTS))], tmp_path)


def test_a_film_without_cues_gets_no_takes(tmp_path):
    project, _ = made([], [Hum()], tmp_path)
    assert project.cues == ()


def test_a_maker_that_breaks_its_promise_is_a_defect(tmp_path):
    class Short(Hum):
        def make(self, request, progress=None):
            return super().make(replace(request, samples=request.samples - 1), progress)

    with pytest.raises(AssertionError, match="samples"):
        made([cue()], [Short()], tmp_path)


def test_stopping_ends_all_makers(tmp_path):
    progress = Progress()

    class Stopping(Hum):
        def make(self, request, _=None):
            progress.cancel()
            return super().make(request)

    with pytest.raises(Cancelled):
        generate_takes(
            film().with_cues(replace(cue(), id=f"c{n}") for n in range(40)),
            [maker := Stopping()],
            TakeOptions(),
            tmp_path,
            progress,
        )
    assert len(maker.asked) < 5


class Dry(Hum):
    """Makes one click, dry."""

    def make(self, request: SoundRequest, progress: Progress | None = None) -> Sound:
        block = np.zeros((request.channels, request.samples), np.float32)
        block[:, request.before] = 0.5
        return Sound(iter([block]), "a click", "CC0-1.0", dry=self.level > 0)


def rings(take) -> float:
    """Share of the energy that comes later than a millisecond after the click."""
    sound, _ = soundfile.read(take.path)
    return float(np.sum(sound[take.before + 48 :] ** 2) / np.sum(sound**2))


@pytest.mark.parametrize(
    ("room", "dry", "place", "expected"),
    [
        ("auto", True, "church", "church"),
        ("auto", True, "", ""),
        ("auto", False, "church", ""),
        ("dry", True, "church", ""),
        ("hall", False, "church", "hall"),
    ],
)
def test_a_dry_sound_gets_the_room_of_its_place(tmp_path, room, dry, place, expected):
    wanted = cue(replace(WOOD, distance=4.0), Layer.FOLEY, place=place)
    project, _ = made([wanted], [Dry(level=0.1 if dry else 0)], tmp_path, room=room)
    take = project.cues[0].take
    assert take.details.get("room", "") == expected
    assert (rings(take) > 0.02) == bool(expected)
    assert soundfile.read(take.path)[0][: take.before].max() < 1e-6


def test_a_background_is_a_place_itself(tmp_path):
    project, _ = made([cue(place="church")], [Dry()], tmp_path, room="hall")
    assert rings(project.cues[0].take) == 0


def test_every_place_of_the_vocabulary_has_a_room_and_every_room_can_be_asked_for():
    assert {event.place for event in default_vocabulary() if event.place} <= {*PLACES, NO_PLACE}
    assert set(ROOMS) == {"auto", "dry", *PLACES}
