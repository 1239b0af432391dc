import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from tests.engine.worlds import DOG, film, heard
from v2a_foley.engine.result import RunResult, finite, shot_dict
from v2a_foley.project import Cue, Layer, Take
from v2a_foley.timebase import TimeRange


def result() -> RunResult:
    span = TimeRange(Fraction(1001, 1000), Fraction(3))
    take = Take(
        "c1t1", Path("c1t1.wav"), 48_000, 1, 10, 0, 0, seed=5, generator="hum", source="a tone", licence="CC0-1.0",
        peak=float("-inf"), lufs=-23.004,
    )  # fmt: skip
    cue = Cue("c1", Layer.FX, span, (1,), DOG, prompt="woof").with_take(take)
    silent = float("-inf")
    return RunResult(Path("ä.mp4"), film().with_cues([cue]), {}, silent, silent, {"mix": 0.12345}, ("Oh.",))


def test_a_result_is_plain_json_with_exact_times_and_no_infinity():
    said = json.loads(json.dumps(result().as_dict(), allow_nan=False))
    assert said["output"] == "ä.mp4"
    assert (said["integrated_lufs"], said["true_peak_dbtp"]) == (None, None)
    assert (said["cues"][0]["start"], said["cues"][0]["end"]) == ("1001/1000", "3")
    assert said["cues"][0]["takes"][0]["peak_dbfs"] is None
    assert said["cues"][0]["takes"][0]["lufs"] == -23
    assert said["seconds"] == {"mix": 0.123}
    assert said["warnings"] == ["Oh."]


def test_at_most_five_events_of_a_shot_are_told():
    shot = replace(film().shots[0], heard=heard(room_tone=0.1, rain=0.2, dog=0.3, wood=0.4, engine=0.5) * 2)
    assert [event["score"] for event in shot_dict(shot)["events"]] == [0.5, 0.4, 0.3, 0.2, 0.1]


def test_numbers_are_rounded_and_finite():
    assert (finite(1.23456), finite(float("nan")), finite(float("inf"))) == (1.23, None, None)
