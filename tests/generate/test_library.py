import json
import os
import shutil
import sqlite3
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from v2a_foley.embed.pocket import PocketWords
from v2a_foley.errors import Cancelled, LibraryError, SpaceMismatch
from v2a_foley.generate import SoundRequest
from v2a_foley.generate.library import Library
from v2a_foley.generate.library.index import index_file
from v2a_foley.generate.library.reading import blocks, opened, read_range
from v2a_foley.progress import Progress
from v2a_foley.project import Event, Kind, Layer

from .library_sounds import (
    COW,
    DOG,
    ENGINE,
    EVENTS,
    RAIN,
    STEP,
    WIND,
    WordBag,
    fill,
    knock,
    library_request,
    noise,
    write,
)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("sfx"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def library(sounds: Path, cache: Path) -> Library:
    return Library(sounds, WordBag(), vocabulary=EVENTS, cache=cache)


def made(library: Library, request: SoundRequest) -> np.ndarray:
    return np.concatenate(list(library.make(request).blocks), axis=1)


def attacks(sound: np.ndarray, apart: int = 4000) -> list[int]:
    """Samples at which a sound jumps out of quiet."""
    loud = np.flatnonzero(np.abs(sound).max(axis=0) > 0.1 * np.abs(sound).max())
    return [int(loud[0]), *(int(b) for a, b in pairwise(loud) if b - a > apart)]


# The index


def test_every_sound_is_heard_once(sounds: Path, library: Library):
    entries = {entry.path: entry for entry in library.index.entries}

    dog = entries["ANMLDog_Large Dog Bark Aggressive_JB_MyLib.wav"].analysis
    assert (dog.sample_rate, dog.channels, dog.frames) == (44_100, 1, 4 * 44_100)
    assert np.allclose(np.array(dog.onsets) / 44_100, (0.25, 1.3, 2.5), atol=0.006)
    assert dog.peak == pytest.approx(-6, abs=0.6)
    rain = entries["RAINVege_Rain Heavy On Leaves_XY_S01.flac"].analysis
    assert rain.channels == 2
    assert rain.spread < 1
    assert rain.sounding == pytest.approx(6, abs=0.02)
    assert len(entries) == 8


def test_an_unchanged_library_is_not_listened_to_again(
    sounds: Path, cache: Path, library: Library, monkeypatch: pytest.MonkeyPatch
):
    def never(path: Path) -> None:
        raise AssertionError(f"listened to {path} again")

    monkeypatch.setattr("v2a_foley.generate.library.index.analyse", never)
    words = WordBag()
    again = Library(sounds, words, vocabulary=EVENTS, cache=cache)

    assert again.index.entries == library.index.entries
    assert np.array_equal(again.index.embeddings, library.index.embeddings)
    assert words.asked == []


def test_what_changed_is_heard_again_and_what_vanished_is_forgotten(sounds: Path, tmp_path: Path):
    folder = tmp_path / "sfx"
    shutil.copytree(sounds, folder)
    heard: list[str] = []
    progress = Progress(listener=lambda event: heard.append(event.message) if event.message else None)
    Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c", progress=progress)
    (folder / "Footsteps" / "Footstep_Wood_04.wav").unlink()
    write(folder / "Footsteps" / "Footstep_Wood_01.wav", knock(48_000, 0.3, 0.8), 48_000)
    heard.clear()

    library = Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c", progress=progress)

    assert [name for name in heard if name.endswith((".wav", ".flac", ".ogg"))] == ["Footsteps/Footstep_Wood_01.wav"]
    entries = {entry.path: entry for entry in library.index.entries}
    assert "Footsteps/Footstep_Wood_04.wav" not in entries
    assert entries["Footsteps/Footstep_Wood_01.wav"].analysis.onsets[0] == pytest.approx(0.3 * 48_000, abs=240)


def test_other_words_embed_anew_without_listening_again(
    sounds: Path, cache: Path, library: Library, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("v2a_foley.generate.library.index.analyse", lambda path: pytest.fail(f"listened to {path}"))
    other = WordBag()
    other.space = type(other.space)("another", 128, "another")

    Library(sounds, other, vocabulary=EVENTS, cache=cache)

    assert len(other.asked) == len(library.index.entries)


def test_a_damaged_index_is_made_anew(sounds: Path, tmp_path: Path):
    at = index_file(sounds, tmp_path)
    at.parent.mkdir(parents=True)
    at.write_bytes(b"this is no database, and it is long enough to be looked at" * 40)

    assert len(Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path).index.entries) == 8


def test_an_index_of_another_schema_is_made_anew(sounds: Path, tmp_path: Path):
    Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path)
    with sqlite3.connect(index_file(sounds, tmp_path)) as database:
        database.execute("PRAGMA user_version = 999")
        database.execute("UPDATE sounds SET analysis = 'of another age'")

    assert len(Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path).index.entries) == 8


def test_indexing_can_be_cancelled_and_goes_on_where_it_stopped(sounds: Path, tmp_path: Path):
    progress = Progress()
    progress.listener = lambda event: progress.cancel() if event.done >= 3 else None
    with pytest.raises(Cancelled):
        Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path, progress=progress)
    with sqlite3.connect(index_file(sounds, tmp_path)) as database:
        kept = database.execute("SELECT count(*) FROM sounds").fetchone()[0]

    assert 3 <= kept < 8
    assert len(Library(sounds, WordBag(), vocabulary=EVENTS, cache=tmp_path).index.entries) == 8


def test_bad_files_among_good_ones_are_named_in_one_warning(sounds: Path, tmp_path: Path):
    folder = tmp_path / "sfx"
    shutil.copytree(sounds, folder)
    for number in range(5):
        (folder / f"broken {number}.wav").write_bytes(b"RIFF then nothing")
    write(folder / "silence.wav", np.zeros(4800, np.float32), 48_000)
    (folder / "._hidden.wav").write_bytes(b"macOS")
    (folder / "notes.txt").write_text("not a sound")
    progress = Progress()

    library = Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c", progress=progress)

    assert len(library.index.entries) == 8
    said = "6 of 14 sounds in the library cannot be used and are left out: broken 0.wav, broken 1.wav, broken 2.wav"
    assert progress.warnings == [f"{said} and 3 more."]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are always Unicode")
def test_a_name_that_is_no_text_is_used_and_shown_as_far_as_it_can_be(tmp_path: Path):
    folder = tmp_path / "sfx"
    plain = write(folder / "dog barks.wav", knock(48_000, 0.1, 1.0), 48_000)
    odd = Path(os.fsdecode(os.fsencode(plain.parent) + b"/dog barks \xe9\xff.wav"))
    plain.rename(odd)

    for _ in range(2):
        library = Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")
        request = library_request(DOG, hits=((4800, 1.0),))
        sound = library.make(request)
        assert np.concatenate(list(sound.blocks), axis=1).any()
        (sound.source + sound.licence + json.dumps(dict(sound.details))).encode("utf-8")
        assert sound.source == "dog barks \ufffd\ufffd.wav"


@pytest.mark.parametrize("what", ["missing", "a file", "empty", "only text", "only broken"])
def test_a_library_of_nothing_is_an_error_that_names_it(tmp_path: Path, what: str):
    folder = tmp_path / "my sounds"
    if what == "a file":
        folder.write_text("x")
    elif what != "missing":
        folder.mkdir()
    if what == "only text":
        (folder / "readme.txt").write_text("x")
    if what == "only broken":
        for number in range(7):
            (folder / f"b{number}.wav").write_bytes(b"")

    with pytest.raises(LibraryError) as caught:
        Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    assert "my sounds" in str(caught.value)
    assert caught.value.hint
    if what == "only broken":
        assert "b0.wav, b1.wav, b2.wav and 4 more" in caught.value.message


def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "locked"
    folder.mkdir()

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)  # the tests may run as root, who may read everything
    with pytest.raises(LibraryError, match=r"locked.*may not be read"):
        Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")


def test_what_libsndfile_cannot_read_goes_through_pyav(tmp_path: Path):
    av = pytest.importorskip("av")
    path = tmp_path / "ANMLDog_Bark_A_B.m4a"
    sound = knock(44_100, 0.5, 2.0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
        frame.sample_rate = 44_100
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)

    library = Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    heard = library.index.entries[0].analysis
    assert heard.frames == pytest.approx(2 * 44_100, abs=4096)
    assert heard.onsets[0] / 44_100 == pytest.approx(0.5, abs=0.06)
    assert attacks(made(library, library_request(DOG, 24_000, hits=((12_000, 1.0),))))[0] == pytest.approx(
        12_000, abs=48
    )


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3", ".aiff", ".caf"])
def test_reading_in_parts_gives_what_reading_in_one_go_gives(tmp_path: Path, suffix: str):
    path = write(tmp_path / f"noise{suffix}", np.stack([noise(44_100, 8, 1), noise(44_100, 8, 2)], axis=1), 44_100)

    with opened(path, in_parts=True) as sound:
        whole = np.concatenate(list(blocks(sound)), axis=1)
        for start in (44_100, 100_001, 3, 250_000, 255_000, 0, 352_000):
            part = read_range(sound, start, 5000)
            there = whole[:, start : start + 5000]
            assert np.abs(part[:, : there.shape[1]] - there).max() < 1e-6
            assert not part[:, there.shape[1] :].any()
        assert np.abs(read_range(sound, -100, 300)[:, 100:] - whole[:, :200]).max() < 1e-6


def test_the_broadcast_wave_description_counts(tmp_path: Path):
    path = write(tmp_path / "T001.wav", knock(48_000, 0.1, 1.0), 48_000)
    data = path.read_bytes()
    chunk = b"Howling wolf at night".ljust(602, b"\0")
    data = data[:12] + b"bext" + len(chunk).to_bytes(4, "little") + chunk + data[12:]
    path.write_bytes(data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:])

    library = Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    assert "Howling wolf at night" in library.index.entries[0].description


# The match


@pytest.mark.parametrize(
    ("event", "file"),
    [
        (DOG, "ANMLDog_Large Dog Bark Aggressive_JB_MyLib.wav"),
        (STEP, "Footsteps/Footstep_Wood_"),
        (RAIN, "RAINVege_Rain Heavy On Leaves_XY_S01.flac"),
        (WIND, "weather/Wind_Howl_Long.wav"),
        (ENGINE, "Motor Hum é #1.ogg"),
    ],
)
def test_the_best_match_is_found_and_named(library: Library, event: Event, file: str):
    request = library_request(event, hits=((4800, 1.0),) if event.kind == "impulse" else ())
    sound = library.make(request)

    assert library.can_make(request)
    assert sound.source.startswith(file)
    assert sound.licence == f"the user's own library: {Path(sound.source).name}"
    assert json.dumps(dict(sound.details))


def test_what_the_library_does_not_hold_is_not_claimed(library: Library):
    assert not library.can_make(library_request(COW))


def test_the_prompt_outweighs_the_event_and_the_negative_prompt_pushes_away(library: Library):
    asked = library.matches(library_request(RAIN, prompt="wind howl long"))
    assert asked[0].entry.path == "weather/Wind_Howl_Long.wav"

    plain = {match.entry.path: match.score for match in library.matches(library_request(RAIN), 8)}
    pushed = {match.entry.path: match.score for match in library.matches(library_request(RAIN, negative="leaves"), 8)}
    rain = "RAINVege_Rain Heavy On Leaves_XY_S01.flac"
    assert pushed[rain] < plain[rain] - 0.2
    assert pushed["weather/Wind_Howl_Long.wav"] == pytest.approx(plain["weather/Wind_Howl_Long.wav"], abs=0.1)


def test_the_embedding_counts(library: Library):
    towards = WordBag().encode_texts(["wind howl long"])[0]
    plain = {match.entry.path: match.score for match in library.matches(library_request(RAIN), 8)}
    drawn = {match.entry.path: match.score for match in library.matches(library_request(RAIN, embedding=towards), 8)}

    assert drawn["weather/Wind_Howl_Long.wav"] > plain["weather/Wind_Howl_Long.wav"] + 0.1
    with pytest.raises(SpaceMismatch, match="word bag"):
        library.can_make(library_request(RAIN, embedding=np.ones(7, np.float32)))


def test_the_catid_decides_between_equal_words(tmp_path: Path):
    write(tmp_path / "ANMLDog_Bark_A_B.wav", knock(48_000, 0.1, 1.0), 48_000)
    write(tmp_path / "VEGETree_Bark_A_B.wav", knock(48_000, 0.1, 1.0), 48_000)
    library = Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    assert library.matches(library_request(DOG))[0].entry.name.catid == "ANMLDog"


def test_the_seed_deals_among_sounds_that_fit_equally(library: Library):
    request = library_request(STEP, hits=((4800, 1.0),))
    chosen = {library.make(library_request(STEP, hits=((4800, 1.0),), seed=seed)).source for seed in range(24)}

    assert len(chosen) >= 3
    assert library.make(request).source == library.make(request).source


# With the real words

REAL_NAMES = [
    "ANMLDog_Large Dog Bark Aggressive_JB_MyLib",
    "Dogs/Bark 01",
    "ANMLCat_Cat Meow Hungry_JB_MyLib",
    "Doors/DoorSlam_02",
    "DOORWood_Wooden Door Creak Open Slow_JB_MyLib",
    "Footsteps/Wood/footstep_wood_03",
    "FEETHmn_Footsteps Gravel Walk Boots_JB_MyLib",
    "RAINVege_Rain Heavy On Leaves_XY_S01",
    "AMBUrbn_City Morning Traffic Distant_XY_S01",
    "Ambience/Forest_Birds_Dawn_Chorus_ST",
    "WINDGen_Wind Howling Cold_XY_S01",
    "WATRFlow_Stream Babbling Small Creek_XY_S01",
    "fire/campfire_crackle_loop",
    "VEHCar_Car Pass By Fast Wet Road_XY_S01",
    "CLOCKTick_Grandfather Clock Ticking_XY_S01",
    "BELLLrg_Church Bell Single Toll_XY_S01",
    "GLASBrk_Glass Bottle Smash_XY_S01",
    "AMBRoom_Room Tone Quiet Apartment_XY_S01",
    "CRWDApls_Applause Small Theatre_XY_S01",
    "zoom0012",
    "ocean_waves_beach_calm",
]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("real")
    for name in REAL_NAMES:
        write(folder / f"{name}.wav", knock(8000, 0.1, 0.5), 8000)
    return Library(folder, PocketWords(), cache=tmp_path_factory.mktemp("real cache"))


def event(caption: str, catid: str) -> Event:
    return Event("x", caption, catid, "", "", Kind.IMPULSE, Layer.FX, -20.0, "impact")


@pytest.mark.parametrize(
    ("caption", "catid", "file"),
    [
        ("a dog barks", "ANMLDog", "ANMLDog"),
        ("a cat meows", "ANMLCat", "ANMLCat"),
        ("a door slams shut", "DOORMisc", "Doors/DoorSlam"),
        ("footsteps on a wooden floor", "FEETHmn", "Footsteps/Wood"),
        ("footsteps on gravel", "FEETHmn", "FEETHmn"),
        ("birds and leaves in a forest", "AMBForst", "Ambience/Forest"),
        ("the roar of traffic in a busy city", "AMBTraf", "AMBUrbn"),
        ("a stream runs over stones", "WATRFlow", "WATRFlow"),
        ("waves roll onto the shore by the sea", "AMBSea", "ocean_waves"),
        ("a wood fire crackles", "FIRECrkl", "fire/campfire"),
        ("a car drives by", "VEHCar", "VEHCar"),
        ("a church bell rings", "BELLLrg", "BELLLrg"),
        ("a clock ticks", "CLOCKTick", "CLOCKTick"),
        ("the quiet tone of an empty room", "AMBRoom", "AMBRoom"),
        ("an audience applauds", "CRWDApls", "CRWDApls"),
    ],
)
def test_real_words_find_what_real_names_mean(real: Library, caption: str, catid: str, file: str):
    request = library_request(event(caption, catid), hits=((100, 1.0),))

    assert real.matches(request)[0].entry.path.startswith(file)
    assert real.can_make(request)


@pytest.mark.parametrize(
    ("caption", "catid"),
    [
        ("a cow moos", "ANMLFarm"),
        ("a lion roars", "ANMLWcat"),
        ("a motorcycle engine revs", "VEHMoto"),
        ("a bicycle rolls by with a ticking freewheel", "VEHBike"),
        ("a rocket lifts off", "AERORckt"),
        ("a helicopter hovers", "AEROHeli"),
        ("a chainsaw cuts wood", "TOOLPowr"),
        ("somebody types on a keyboard", "CMPTKey"),
        ("a piano plays", "MUSCKeyd"),
        ("thunder rolls and cracks", "THUN"),
        ("a drink is poured into a glass", "FOODPour"),
        ("a gun fires", "GUNRif"),
        ("leather creaks", "LETHRCreak"),
    ],
)
def test_real_words_know_what_is_missing(real: Library, caption: str, catid: str):
    assert not real.can_make(library_request(event(caption, catid), hits=((100, 1.0),)))


# What lasts


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("samples", [4800, 48_000, 5 * 48_000 + 1, 30 * 48_000 + 7])
@pytest.mark.parametrize("event", [RAIN, WIND, ENGINE])
def test_a_bed_has_exactly_the_length_asked_for_and_the_same_bits_again(
    library: Library, event: Event, samples: int, channels: int
):
    request = library_request(event, samples, channels=channels, seed=5)
    sound = made(library, request)

    assert sound.shape == (channels, samples)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() <= 1
    assert np.array_equal(sound, made(library, request))
    assert np.abs(sound[:, [0, -1]]).max() < 1e-3


def test_a_long_file_gives_a_stretch_from_its_inside(library: Library, sounds: Path):
    sound = made(library, library_request(WIND, 5 * 48_000, seed=3))[0]
    whole, _ = soundfile.read(sounds / "weather/Wind_Howl_Long.wav", dtype="float32")
    inside = sound[48_000:96_000]
    size = 1 << 21
    found = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(inside, size)), size)
    at = int(np.argmax(found))

    original = whole[at : at + len(inside)]
    assert np.corrcoef(original, inside)[0, 1] > 0.9999
    assert at >= 48_000


def test_two_seeds_give_other_stretches(library: Library):
    one, two = (made(library, library_request(WIND, 5 * 48_000, seed=seed))[0] for seed in (1, 2))

    assert abs(np.corrcoef(one, two)[0, 1]) < 0.3


def test_a_loop_keeps_its_level_and_has_no_period(library: Library):
    sound = made(library, library_request(RAIN, 120 * 48_000, seed=1))[0].astype(np.float64)
    levels = 10 * np.log10(np.square(sound[48_000:-48_000]).reshape(-1, 4800).mean(axis=1))

    assert np.ptp(levels) < 3.0
    envelope = np.sqrt(np.square(sound).reshape(-1, 240).mean(axis=1))[200:-200]
    envelope -= envelope.mean()
    size = 1 << 17
    lags = np.fft.irfft(np.abs(np.fft.rfft(envelope, size)) ** 2, size)[: len(envelope) // 2]
    assert np.max(lags[200:]) / lags[0] < 0.5


def test_a_tone_is_looped_without_swelling_or_dipping(library: Library):
    sound = made(library, library_request(ENGINE, 60 * 48_000, seed=1))[0].astype(np.float64)
    levels = 10 * np.log10(np.square(sound[4800:-4800]).reshape(-1, 4800)[:].mean(axis=1))

    assert np.ptp(levels) < 1.0


def test_a_mono_ambience_becomes_wide_and_a_thing_stays_in_the_middle(library: Library):
    wide = made(library, library_request(WIND, 10 * 48_000, channels=2))
    middle = made(library, library_request(ENGINE, 10 * 48_000, channels=2))

    assert abs(np.corrcoef(wide)[0, 1]) < 0.3
    assert np.array_equal(middle[0], middle[1])


def test_intensity_is_a_gain(library: Library):
    points = ((0, 1.0), (48_000, 1.0), (96_000, 0.25), (144_000, 0.0))
    steady = made(library, library_request(WIND, 4 * 48_000, seed=2))
    followed = made(library, library_request(WIND, 4 * 48_000, seed=2, intensity=points))

    curve = np.interp(np.arange(4 * 48_000), *zip(*points, strict=True)).astype(np.float32)
    assert np.allclose(followed, steady * curve, atol=1e-6)
    assert not followed[:, 144_000:].any()


def test_resampled_sound_keeps_its_pitch_and_blocks_join_without_a_seam(tmp_path: Path):
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(100 * 44_100) / 44_100)
    write(tmp_path / "motor hum tone.wav", tone.astype(np.float32), 44_100)
    library = Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")

    sound = made(library, library_request(ENGINE, 60 * 48_000))[0][48_000:-48_000].astype(np.float64)

    time = np.arange(len(sound)) / 48_000
    basis = np.stack([np.sin(2 * np.pi * 1000 * time), np.cos(2 * np.pi * 1000 * time)], axis=1)
    rest = sound - basis @ np.linalg.lstsq(basis, sound, rcond=None)[0]
    assert np.abs(rest).max() < 2e-4


def test_sides_of_opposite_phase_do_not_cancel_and_surround_folds_down(tmp_path: Path):
    side = noise(48_000, 5, 9)
    write(tmp_path / "wind howl inverted.wav", np.stack([side, -side], axis=1), 48_000)
    mono = made(Library(tmp_path, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c"), library_request(WIND, 96_000))
    assert np.square(mono).mean() > 1e-3

    other = tmp_path / "surround"
    surround = np.stack([noise(48_000, 5, seed) for seed in range(6)], axis=1)
    write(other / "wind howl 5.1.wav", surround, 48_000)
    folded = made(
        Library(other, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c"), library_request(WIND, 96_000, channels=2)
    )
    assert folded.shape == (2, 96_000)
    assert 0.1 < np.corrcoef(folded)[0, 1] < 0.7


# What strikes


@pytest.mark.parametrize("event", [DOG, STEP])
@pytest.mark.parametrize("channels", [1, 2])
def test_an_attack_lands_on_its_hit(library: Library, event: Event, channels: int):
    hits = tuple((sample, 1.0) for sample in (10_000, 58_003, 120_001, 191_999))
    sound = made(library, library_request(event, 240_000, channels=channels, hits=hits, seed=4))

    found = attacks(sound)
    assert len(found) == len(hits)
    assert np.abs(np.array(found) - [sample for sample, _ in hits]).max() <= 2
    assert np.abs(sound).max() <= 1


def test_hits_are_dealt_from_several_sounds_at_slightly_other_levels(library: Library):
    hits = tuple((sample, 1.0) for sample in range(4800, 240_000, 24_000))
    request = library_request(STEP, 240_000, hits=hits, seed=4)
    sound, record = made(library, request)[0], library.make(request).details
    pieces = [sound[at - 10 : at + 3000] for at, _ in hits]

    assert len(record["files"]) >= 3
    assert all(np.corrcoef(a, b)[0, 1] < 0.99 for a, b in pairwise(pieces))
    peaks = 20 * np.log10([np.abs(piece).max() for piece in pieces])
    assert 0.3 < np.ptp(peaks) < 6


def test_strength_is_heard(library: Library):
    hits = ((10_000, 1.0), (80_000, 0.25))
    sound = np.abs(made(library, library_request(DOG, 160_000, hits=hits))[0])

    ratio = 20 * np.log10(sound[9_000:40_000].max() / sound[79_000:110_000].max())
    assert ratio == pytest.approx(12, abs=3.5)


def test_dense_and_edge_hits_stay_exact_and_below_full_scale(library: Library):
    hits = ((0, 1.0), (1, 1.0), *((sample, 1.0) for sample in range(100, 48_000, 240)), (47_999, 1.0))
    sound = made(library, library_request(DOG, 48_000, hits=hits))

    assert sound.shape == (1, 48_000)
    assert np.abs(sound).max() <= 1
    assert np.isfinite(sound).all()


def test_nothing_struck_is_silence(library: Library):
    assert not made(library, library_request(DOG, 48_000)).any()


# At the border


def test_a_file_that_vanished_since_is_a_clear_error(sounds: Path, tmp_path: Path):
    folder = tmp_path / "sfx"
    shutil.copytree(sounds, folder)
    library = Library(folder, WordBag(), vocabulary=EVENTS, cache=tmp_path / "c")
    shutil.rmtree(folder)

    with pytest.raises(LibraryError, match="RAINVege"):
        made(library, library_request(RAIN))
    with pytest.raises(LibraryError, match="ANMLDog"):
        library.make(library_request(DOG, hits=((0, 1.0),)))


def test_making_can_be_cancelled_between_blocks(library: Library):
    progress = Progress()
    blocks = library.make(library_request(WIND, 600 * 48_000), progress).blocks
    next(blocks)
    progress.cancel()

    with pytest.raises(Cancelled):
        next(blocks)
