from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.footage import make_film
from tests.projects import film, project_of
from v2a_foley.errors import OutputError, RenderError
from v2a_foley.media import MediaFacts
from v2a_foley.project import Layer, Project
from v2a_foley.render.canvas import Canvas, fitted, lettering, text_width
from v2a_foley.render.contact_sheet import MOST_SHOTS, contact_sheet, draw_sheet
from v2a_foley.render.sheet_row import LAYERS, PAGE, hits_in_words
from v2a_foley.render.waveform import waveform
from v2a_foley.timebase import TimeRange


def plain(facts: MediaFacts, times: Sequence[Fraction]) -> np.ndarray:
    """Pictures of one colour each: the red tells the time, the blue the film."""
    out = np.zeros((len(times), 90, 160, 3), np.uint8)
    for picture, time in zip(out, times, strict=True):
        picture[:] = (50 + round(time * 15) % 200, 20, 250)
    return out


def blue(sheet: Image.Image) -> np.ndarray:
    pixels = np.asarray(sheet).astype(int)
    return (pixels[..., 2] > 240) & (pixels[..., 1] < 40)


def near(sheet: Image.Image, colour: tuple[int, int, int]) -> np.ndarray:
    return (np.abs(np.asarray(sheet).astype(int) - colour) < 12).all(axis=2)


def groups(mask: np.ndarray) -> list[tuple[int, int]]:
    """Runs of True in a line."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def test_a_row_a_shot_with_three_pictures_evenly_over_it(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path)
    sheet = draw_sheet(project, frames=plain)

    there = blue(sheet)
    rows = groups(there.sum(axis=1) > 300)
    assert len(rows) == 4
    seen = []
    for top, bottom in rows:
        middle = (top + bottom) // 2
        columns = groups(there[middle])
        assert len(columns) == 3
        assert {round((right - left) / (bottom - top), 1) for left, right in columns} == {1.8}
        seen += [int(np.asarray(sheet)[middle, (left + right) // 2, 0]) for left, right in columns]
    times = [shot.range.start + shot.range.duration * Fraction(k, 6) for shot in project.shots for k in (1, 3, 5)]
    assert seen == [50 + round(time * 15) for time in times]


def test_hits_are_drawn_where_they_are_in_the_colour_of_their_layer(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path, shots=1)
    sheet = draw_sheet(project, frames=plain)
    without = draw_sheet(project.with_cues(replace(cue, hits=()) for cue in project.cues), frames=plain)

    new = near(sheet, LAYERS[Layer.FX]) & ~near(without, LAYERS[Layer.FX])
    found = groups(new[:, 1200:].any(axis=0))
    centres = [(left + right) / 2 for left, right in found]
    assert len(centres) == 3
    assert np.diff(centres) == pytest.approx([np.diff(centres)[0]] * 2, abs=2)


def test_a_strong_hit_is_taller_and_a_muted_one_hollow(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path, shots=1)
    struck = next(cue for cue in project.cues if cue.hits)
    last = replace(struck.hits[-1], muted=True)
    assert hits_in_words(struck) == "3 hits"
    struck = replace(struck, hits=(replace(struck.hits[0], strength=0.1), replace(struck.hits[1], strength=1.0), last))
    sheet, bare = (
        draw_sheet(project.with_cues([replace(struck, hits=hits)]), frames=plain) for hits in (struck.hits, ())
    )
    new = near(sheet, LAYERS[Layer.FX]) & ~near(bare, LAYERS[Layer.FX])
    soft, hard, muted = (new[:, left:right] for left, right in groups(new.any(axis=0)) if left > 1200)
    heights = [int(np.ptp(np.flatnonzero(each.any(axis=1)))) for each in (soft, hard, muted)]
    assert heights[1] > 2 * heights[0] > 0
    assert heights[2] < 12
    assert not muted[np.flatnonzero(muted.any(axis=1)).mean().astype(int), muted.shape[1] // 2]
    assert (hits_in_words(struck), hits_in_words(replace(struck, hits=(last,)))) == (
        "3 hits, 1 muted",
        "1 hit, 1 muted",
    )


def test_a_curve_is_filled_as_high_as_it_is(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path, shots=2)
    engine = next(cue for cue in project.cues if cue.intensity)
    with_curve, without = (
        np.asarray(draw_sheet(project.with_cues([replace(engine, intensity=curve)]), frames=plain)).astype(int)
        for curve in (engine.intensity, None)
    )
    filled = (with_curve != without).any(axis=2).sum(axis=0)
    there = np.flatnonzero(filled)
    low, high = filled[there[20]], filled[there[-20]]
    assert high > 3 * low > 0


def test_a_hit_rises_out_of_the_waveform_of_its_own_shot(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4", frames=96), tmp_path, shots=2)
    sound = np.zeros((4 * 48_000, 2), np.float32)
    sound[48_000 : 48_000 + 2400] = 0.8
    soundfile.write(tmp_path / "mix.wav", sound, 48_000, subtype="PCM_24")
    project = project.with_cues([])

    quiet, loud = (np.asarray(draw_sheet(project, mix=mix, frames=plain)) for mix in (None, tmp_path / "mix.wav"))
    columns = groups((quiet != loud).any(axis=2)[:400, 1200:].sum(axis=0) > 20)
    assert len(columns) == 1
    assert quiet.shape == loud.shape


@pytest.mark.parametrize(("shots", "tall"), [(1, True), (12, True), (13, False), (60, False), (180, False)])
def test_the_sheet_stays_bounded(tmp_path: Path, shots: int, tall: bool):
    project = project_of(film(tmp_path / "a.mp4", frames=shots * 10), tmp_path, shots=shots)
    asked: list[int] = []

    def counted(facts: MediaFacts, times: Sequence[Fraction]) -> np.ndarray:
        asked.append(len(times))
        return plain(facts, times)

    sheet = draw_sheet(project, frames=counted)

    assert sheet.width == 1920
    assert sheet.height < 8000
    assert sum(asked) == 3 * min(shots, MOST_SHOTS)
    assert max(asked) <= 30
    row = (sheet.height - 184) / min(shots, MOST_SHOTS)
    assert (row > 200) is tall


def test_the_rest_is_counted_at_the_foot(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4", frames=1800), tmp_path, shots=180)
    full = draw_sheet(project, frames=plain)
    exact = draw_sheet(replace(project, shots=project.shots[:60]), frames=plain)

    foot = np.asarray(full)[-60:]
    assert (foot != PAGE).any()
    assert not (np.asarray(exact)[-36:] != PAGE).any()


def test_unsure_is_said_and_scores_are_not_made_up(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path, shots=1)
    sure = draw_sheet(project, frames=plain)
    unsure = draw_sheet(replace(project, shots=(replace(project.shots[0], unsure=True, heard=()),)), frames=plain)

    teal = near(sure, LAYERS[Layer.BG])[:, 800:1200]
    assert teal.any()
    assert not near(unsure, LAYERS[Layer.BG])[200:, 800:1200].any()


@pytest.mark.parametrize("size", [(90, 160), (240, 100), (3, 500)])
def test_portrait_and_wide_pictures_keep_their_shape(tmp_path: Path, size: tuple[int, int]):
    width, height = size
    project = project_of(film(tmp_path / "a.mp4", size=size), tmp_path, shots=1)

    def shaped(facts: MediaFacts, times: Sequence[Fraction]) -> np.ndarray:
        return np.full((len(times), height, width, 3), (30, 20, 250), np.uint8)

    there = blue(draw_sheet(project, frames=shaped))
    rows = groups(there.any(axis=1))
    columns = groups(there[sum(rows[0]) // 2])
    assert len(columns) == 3
    if width > 3:
        left, right = columns[0]
        assert (right - left) / (rows[0][1] - rows[0][0]) == pytest.approx(width / height, rel=0.03)


def test_a_photograph_is_shown_once(tmp_path: Path):
    project = project_of(film(tmp_path / "cat.png", sound=False), tmp_path, shots=1)
    project = replace(project, media=replace(project.media, still=True))
    there = blue(draw_sheet(project, frames=plain))

    assert len(groups(there[300])) == 1


def test_a_project_without_shots_is_a_header(tmp_path: Path):
    assert draw_sheet(Project(film(tmp_path / "a.mp4"))).height < 300


def test_a_real_film_is_drawn_and_written_in_one_step(tmp_path: Path):
    path = make_film(tmp_path / "film é #1.mp4", seconds=2, cuts=[25])
    project = project_of(film(path, Fraction(25), frames=50, size=(320, 180)), tmp_path, shots=2)
    out = tmp_path / "sheet.png"
    from v2a_foley.video.probe import probe

    contact_sheet(replace(project, media=probe(path)), out)

    with Image.open(out) as sheet:
        assert sheet.format == "PNG"
        assert len(np.unique(np.asarray(sheet).reshape(-1, 3), axis=0)) > 500
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_what_cannot_be_read_or_written_is_our_error(tmp_path: Path):
    project = project_of(film(tmp_path / "a.mp4"), tmp_path)
    with pytest.raises(RenderError, match="gone"):
        contact_sheet(project, tmp_path / "x.png", mix=tmp_path / "gone.wav", frames=plain)
    with pytest.raises(OutputError):
        contact_sheet(project, tmp_path / "missing" / "x.png", frames=plain)
    assert not (tmp_path / "x.png").exists()


# The waveform


NOISE = np.random.default_rng(1).uniform(-0.9, 0.9, (100_000, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("wave") / "mix.wav"
    soundfile.write(path, NOISE, 48_000, subtype="FLOAT")
    return path


@settings(max_examples=40, deadline=None)
@given(start=st.integers(0, 99_999), length=st.integers(1, 120_000), columns=st.integers(1, 300))
def test_the_waveform_misses_no_sample_and_adds_none(noise: Path, start: int, length: int, columns: int):
    low, high, mean = waveform(noise, TimeRange(Fraction(start, 48_000), Fraction(start + length, 48_000)), columns)

    part = NOISE[start : start + length]
    silent = [0.0] if np.ptp([high, low], axis=0).min() == 0 and len(part) < length else []
    assert high.max() == pytest.approx(max([part.max(), *silent]))
    assert low.min() == pytest.approx(min([part.min(), *silent]))
    assert (mean >= 0).all()
    assert (mean <= np.maximum(np.abs(low), np.abs(high)) + 1e-6).all()


def test_a_long_stretch_is_measured_in_parts(tmp_path: Path):
    sound = np.zeros(48_000 * 45, np.float32)
    sound[48_000 * 40] = 0.5
    soundfile.write(tmp_path / "mix.wav", sound, 48_000)

    _, high, _ = waveform(tmp_path / "mix.wav", TimeRange(Fraction(0), Fraction(45)), 90)

    assert np.flatnonzero(high > 0.4).tolist() == [80]


# The lettering


@given(text=st.text(max_size=80), width=st.integers(20, 400))
@settings(max_examples=60, deadline=None)
def test_a_text_fits_its_place(text: str, width: int):
    assert text_width(fitted(text, 20, width), 20) <= width


def test_a_short_text_is_not_shortened():
    assert fitted("a dog barks", 20, 400) == "a dog barks"
    assert fitted("a dog barks and barks and barks", 20, 120).endswith("…")


def test_letters_that_no_typeface_has_become_plain_ones():
    font, shown = lettering("Crème", 20)
    assert shown in ("Crème", "Creme")
    assert lettering("a\tb\u0000", 20)[1] == "a b "
    assert font.getlength(shown) > 0


def test_shapes_are_smooth():
    canvas = Canvas(40, 40, (0, 0, 0))
    canvas.disc((20, 20), 10, (255, 255, 255))
    canvas.box(0, 0, 0, 10, (255, 0, 0))
    values = np.unique(np.asarray(canvas.finished())[..., 0])

    assert {0, 255} < set(values.tolist())
