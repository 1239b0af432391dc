"""The procedural maker's frame: lengths, handles, hits, ends, seeds, stereo, streaming, parameters."""

from __future__ import annotations

import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generate.sounds import RATE, alike, centroid, envelope, event, first_variants, make, rms, variants
from v2a_foley.errors import FoleyError, UsageError
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.procedural import FAMILIES, Procedural
from v2a_foley.generate.strikes import LONGEST_LEAD, lead_of
from v2a_foley.project import Kind, default_vocabulary

FIRST = [(family, dict(params)) for family, params in first_variants()]


def _often(family: str, params: dict[str, str]) -> bool:
    """Tell whether a variant is tried in the quick tests: the first of its family, and a tenth of the others."""
    return (family, params) in FIRST or zlib.crc32(f"{family} {params}".encode()) % 10 == 0


ALL = [
    pytest.param(
        family,
        params,
        id="-".join([family, *params.values()]),
        marks=[] if _often(family, params) else [pytest.mark.long],
    )
    for family, params in variants()
]
TEXTURES = {
    "rain": {},
    "wind": {},
    "stream": {},
    "surf": {},
    "interior": {},
    "fire": {},
    "roomtone": {"hum": 0.3},
    "city": {},
    "forest": {},
    "jet": {},
    "crowd": {"mood": "calm"},
    "applause": {},
    "drone": {},
    "bagpipe": {},
    "cicada": {},
    "engine": {},
    "fan": {},
    "train": {},
}
EARLY = round(LONGEST_LEAD * RATE)
SHARP = {
    "impact": {"material": "glass"},
    "footsteps": {"surface": "concrete"},
    "bell": {},
    "clock": {},
    "clicks": {"kind": "switch"},
    "explosion": {},
    "keys": {"kind": "piano"},
    "plucked": {},
    "drums": {"kind": "snare"},
    "mallets": {},
    "cymbals": {},
    "laser": {},
    "interface": {},
    "dog": {},
    "splash": {},
    "drips": {},
    "thunder": {},
    "cloth": {},
    "songbird": {},
    "fire": {},
    "beeper": {},
    "whoosh": {},
    "winds": {},
    "brass": {},
    "rain": {},
}


@pytest.mark.parametrize(("family", "params"), ALL)
def test_everything_sounds_cleanly(family, params):
    wave = make(event(family, **params), 1.3, channels=2, seed=5)
    assert wave.shape == (2, round(1.3 * RATE))
    assert np.all(np.isfinite(wave))
    assert 0.02 < np.max(np.abs(wave)) <= 0.92
    assert abs(float(np.mean(wave, dtype=float))) < 2e-3 * np.max(np.abs(wave))
    assert np.max(np.abs(wave[:, [0, -1]])) < 0.01
    low = rms(wave.sum(axis=0) / 2) / np.sqrt((rms(wave[0]) ** 2 + rms(wave[1]) ** 2) / 2)
    assert 20 * np.log10(low) > -3.0, "left and right cancel each other in mono"


@pytest.mark.parametrize(("family", "params"), list(first_variants()))
def test_everything_can_be_hit(family, params):
    at = 24_001
    wave = make(event(family, Kind.IMPULSE, **params), 1.5, channels=1, seed=5, before=at, hits=((at, 0.9),))[0]
    size = np.abs(wave)
    assert np.max(size[: at - EARLY]) == 0
    assert size.max() > 0.1
    assert rms(wave[at:]) > 1e-4


@pytest.mark.parametrize(("family", "params"), SHARP.items())
def test_attack_falls_on_the_sample(family, params):
    hits = tuple((int(k * 2.5 * RATE) + 777, s) for k, s in enumerate((1.0, 0.5, 0.15)))
    for at, strength in hits:
        wave = make(event(family, Kind.IMPULSE, **params), 8.0, seed=3, hits=((at, strength),))[0]
        size = np.abs(wave)
        begins = int(np.argmax(size > 0.01 * size.max()))
        if lead := lead_of(wave[begins:], RATE):  # a slow attack begins before its hit, by as much as it needs
            assert abs(begins + lead - at) <= 2
        else:
            assert abs(begins - at) <= 1


@pytest.mark.parametrize("family", ["impact", "footsteps", "bell", "clicks", "dog", "explosion", "cloth", "plucked"])
def test_strength_is_level_and_hits_differ(family):
    at = (0, 2 * RATE, 4 * RATE, 6 * RATE)
    waves = [make(event(family, Kind.IMPULSE), 2.0, seed=4, hits=((0, s),))[0] for s in (1.0, 0.4)]
    assert 20 * np.log10(np.max(np.abs(waves[0])) / np.max(np.abs(waves[1]))) > 6
    series = make(event(family, Kind.IMPULSE), 8.0, seed=4, hits=tuple((a, 0.9) for a in at))[0]
    one, two = series[: RATE // 2], series[2 * RATE : 2 * RATE + RATE // 2]
    assert not np.allclose(one, two, atol=0.01 * np.max(np.abs(one)))


@pytest.mark.parametrize(
    ("family", "params"), [("ball", {"ball": "ping_pong", "height": 0.25}), ("door", {"move": "knock"})]
)
def test_among_other_hits_a_hit_is_one_contact_and_alone_a_whole_gesture(family, params):
    told = event(family, Kind.IMPULSE, **params)
    alone = make(told, 3.0, seed=4, hits=((0, 0.9),))[0]
    among = make(told, 3.0, seed=4, hits=((0, 0.9), (2 * RATE, 0.9)))[0]
    later = slice(round(0.12 * RATE), round(1.9 * RATE))
    assert np.max(np.abs(alone[later])) > 0.2 * np.max(np.abs(alone))
    assert np.max(np.abs(among[later])) < 0.1 * np.max(np.abs(among[: RATE // 10]))


def test_harder_blows_are_brighter():
    soft, hard = (
        make(event("impact", Kind.IMPULSE, material="wood"), 1.0, seed=9, hits=((0, s),))[0] for s in (0.15, 1.0)
    )
    assert centroid(hard) > 1.1 * centroid(soft)


@pytest.mark.parametrize("family", ["dog", "bell", "footsteps", "impact", "explosion", "rain", "engine"])
def test_impulses_without_hits_make_a_gesture_inside_the_cue(family):
    wave = make(event(family, Kind.IMPULSE), 9.0, seed=2, before=2 * RATE, after=2 * RATE)[0]
    assert np.max(np.abs(wave[: 2 * RATE])) == 0
    assert np.max(np.abs(wave[2 * RATE : 2 * RATE + RATE // 2])) > 0.05
    tail = envelope(wave[7 * RATE :], 20)
    assert tail[-1] <= max(0.35 * tail.max(), 0.02), "after the cue only the tail rings on"


@pytest.mark.parametrize(("family", "params"), TEXTURES.items())
def test_textures_fill_their_handles(family, params):
    wave = make(event(family, Kind.AMBIENCE, **params), 6.0, seed=2, before=2 * RATE, after=2 * RATE)[0]
    handle, cue, last = rms(wave[: 2 * RATE]), rms(wave[2 * RATE : 4 * RATE]), rms(wave[4 * RATE :])
    assert 0.15 < handle / cue < 7
    assert 0.15 < last / cue < 7


@pytest.mark.parametrize(
    "family", ["wind", "stream", "fire", "rain", "engine", "jet", "motor", "crowd", "rolling", "cicada"]
)
def test_intensity_drives_the_level(family):
    half = 3 * RATE
    curve = ((0, 0.15), (half - 1000, 0.15), (half + 1000, 1.0), (2 * half, 1.0))
    wave = make(event(family), 6.0, seed=6, intensity=curve)[0]
    quiet, loud = wave[RATE : half - 2000], wave[half + RATE :]
    assert 20 * np.log10(rms(loud) / rms(quiet)) > 6


@pytest.mark.parametrize("family", ["engine", "tyres", "fan", "motor", "train", "rotor", "hull"])
def test_a_heavy_thing_is_loudest_when_its_curve_says_so(family):
    """An engine's own inertia does not come on top of what the picture shows."""
    curve = tuple(
        (round(at * RATE), 0.15 + 0.85 * float(np.exp(-((at - 4) ** 2) / 0.8))) for at in np.arange(0, 8.01, 0.1)
    )
    level = sum(envelope(make(event(family), 8.0, seed=seed, intensity=curve)[0], 20) ** 2 for seed in range(6))
    seconds = (np.arange(len(level)) + 0.5) * 8.0 / len(level)
    wanted = np.interp(seconds, [at / RATE for at, _ in curve], [value for _, value in curve])
    level = np.sqrt(np.convolve(level, np.ones(8) / 8, mode="same"))
    lags = np.arange(-12, 13)
    fits = [np.corrcoef(np.roll(wanted, lag)[16:-16], level[16:-16])[0, 1] for lag in lags]
    assert abs(lags[int(np.argmax(fits))] * 8.0 / len(level)) <= 0.15, dict(zip(lags.tolist(), fits, strict=True))


def test_intensity_drives_the_colour_of_wind_and_the_speed_of_engines():
    for family in ("wind", "jet", "engine"):
        quiet, loud = (make(event(family), 5.0, seed=6, intensity=((0, v),))[0] for v in (0.1, 1.0))
        assert centroid(loud) > 1.2 * centroid(quiet)


@settings(max_examples=12, deadline=None)
@given(samples=st.integers(1, 200_000), channels=st.sampled_from([1, 2]), seed=st.integers(-(2**63), 2**70))
def test_length_is_exact_for_any_length(samples, channels, seed):
    blocks = list(Procedural().make(SoundRequest(event("roomtone"), samples, channels=channels, seed=seed)).blocks)
    assert sum(block.shape[1] for block in blocks) == samples


@pytest.mark.parametrize(
    ("family", "params"),
    [*TEXTURES.items(), *SHARP.items(), ("hum", {}), ("electricity", {})],
)
def test_two_seeds_are_two_sounds(family, params):
    one, two = (make(event(family, **params), 6.0, seed=seed)[0] for seed in (1, 2))
    assert alike(one, two, 0.05) < 0.5


@pytest.mark.parametrize("family", ["rain", "wind", "fire", "roomtone", "city", "stream", "crowd"])
def test_backgrounds_are_wide(family):
    wave = make(event(family, Kind.AMBIENCE), 5.0, channels=2, seed=3)
    assert abs(np.corrcoef(wave)[0, 1]) < 0.75


def test_impulses_stay_in_the_middle():
    wave = make(event("impact", Kind.IMPULSE), 2.0, channels=2, seed=3, hits=((100, 1.0),))
    assert np.allclose(wave[0], wave[1], atol=1e-6)


def test_blocks_join_without_a_click():
    wave = make(event("hum"), 4.0, seed=3)[0].astype(float)
    bend = np.abs(np.diff(wave, 2))
    joint = bend[65_536 - 3 : 65_536 + 3].max()
    assert joint <= np.quantile(bend, 0.9999)


def most_memory(what: SoundRequest) -> int:
    """Read a sound block by block, check its length, and return the most bytes that were held."""
    tracemalloc.start()
    try:
        assert sum(block.shape[1] for block in Procedural().make(what).blocks) == what.samples
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("family", ["impact", "roomtone"])
def test_a_long_sound_holds_no_more_than_a_short_one(family):
    make(event(family), 0.1)
    short, long = (most_memory(SoundRequest(event(family), seconds * RATE)) for seconds in (10, 60))
    assert long < 1.3 * short + 4e6


@pytest.mark.long
@pytest.mark.parametrize("family", ["impact", "rain", "engine", "forest", "clock"])
def test_an_hour_never_lies_in_memory(family):
    assert most_memory(SoundRequest(event(family), 3600 * RATE, channels=2)) < 80e6


def test_source_and_licence_are_reported():
    sound = Procedural().make(SoundRequest(event("impact", Kind.IMPULSE, material="wood", size=0.4), 100))
    assert sound.source.startswith("impact: material wood, size 0.4")
    assert sound.licence == "CC0-1.0"
    assert sound.details["params"]["material"] == "wood"


@pytest.mark.parametrize("bad", [{"colour": "red"}, {"material": "jelly"}, {"size": 2.0}, {"size": "big"}])
def test_bad_parameters_are_clear_errors(bad):
    with pytest.raises(UsageError) as caught:
        Procedural().make(SoundRequest(event("impact", **bad), 100))
    assert caught.value.hint


@pytest.mark.parametrize(
    "wrong", [{"samples": 0}, {"samples": 9, "channels": 3}, {"samples": 9, "sample_rate": 44_100}]
)
def test_impossible_requests_are_clear_errors(wrong):
    with pytest.raises(FoleyError):
        Procedural().make(SoundRequest(event("rain"), **wrong))
    with pytest.raises(FoleyError):
        Procedural().make(SoundRequest(event("nothing"), 100))


def test_the_vocabulary_asks_for_nothing_unknown():
    wrong = []
    for entry in default_vocabulary():
        if entry.family not in FAMILIES:
            wrong.append(f"{entry.name}: no family {entry.family}")
            continue
        try:
            FAMILIES[entry.family].parse(entry.params)
        except UsageError as error:
            wrong.append(f"{entry.name}: {error}")
    assert not wrong, "\n".join(wrong)


def test_families_describe_themselves():
    assert len(FAMILIES) >= 26
    for name, family in FAMILIES.items():
        assert family.name == name
        assert family.summary.endswith(".")
        assert family.parse({}) == family.params()
