from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.projects import HAMMER, film, project_of
from v2a_foley.errors import UsageError
from v2a_foley.project.names import STEM_FIELDS, TAKE_FIELDS, Naming
from v2a_foley.timebase import Timecode

FILM = film(Path("my_film.mp4"), Fraction(25), timecode="10:00:00:00")
CUE = next(cue for cue in project_of(FILM, Path()).cues if cue.event is HAMMER)


def test_takes_are_called_as_the_category_system_asks():
    name = Naming().take_name(CUE, f"{CUE.id}t1", FILM)
    assert name == f"METLHit_Hammer {CUE.id}t1_V2AF_my-film.wav"
    catid, fx, creator, source = name.removesuffix(".wav").split("_")
    assert (catid, creator, source) == (CUE.event.catid, "V2AF", "my-film")
    assert fx


def test_stems_are_called_by_film_layer_and_version():
    assert Naming(version="v12").stem_name(FILM.path, "BG") == "my_film_BG_v12.wav"
    start = Timecode.parse("10:00:00:00", Fraction(25))
    assert Naming(stem="{tc} {layer}").stem_name(FILM.path, "DX", start) == "10-00-00-00 DX.wav"


def test_patterns_name_what_they_are_asked_to():
    pattern = "{film}.{layer}.{tc}.{take}.{catid}.{name}.{version}"
    name = Naming(take=pattern, version="r3").take_name(CUE, "c9t2", FILM)
    assert (
        name
        == f"my-film.{CUE.layer}.{str(FILM.timecode_at(CUE.range.start)).replace(':', '-')}.c9t2.METLHit.Hammer.r3.wav"
    )


NO_NAMES = (
    "{take", "take}", "{take}{shot}", "{take}{0}", "{take}{}", "{take!r}", "{take:>9}", "{take.x}", "{film}", "",
    "a/{take}", "..\\{take}", "{take}:", "{take}\n", "{take}" + "x" * 250,
)  # fmt: skip


@pytest.mark.parametrize("pattern", NO_NAMES)
def test_patterns_that_make_no_names_are_wrong_use(pattern):
    with pytest.raises(UsageError) as caught:
        Naming(take=pattern)
    assert "--name" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("pattern", ["{film}", "{layer}{take}", "{layer}{catid}", "{layer", "x/{layer}"])
def test_so_are_those_of_stems(pattern):
    with pytest.raises(UsageError, match="--stem-name"):
        Naming(stem=pattern)


@pytest.mark.parametrize("version", ["", " ", "a/b", "v1 ", "x" * 25, "CON", "a\nb", "v?"])
def test_a_version_is_part_of_a_files_name(version):
    with pytest.raises(UsageError, match="--version"):
        Naming(version=version)


@given(
    st.text(max_size=150),
    st.lists(st.sampled_from(sorted(TAKE_FIELDS)), max_size=3, unique=True),
    st.lists(st.integers(1, 20_000), unique=True, max_size=5),
)
def test_names_are_safe_short_and_differ(stem, fields, numbers):
    media = film(Path(stem.replace("/", "").replace("\0", "") or "x"))
    naming = Naming(take="-".join(f"{{{field}}}" for field in [*fields, "take"]))
    names = [naming.take_name(CUE, f"c{number}t1", media) for number in numbers]
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name.encode()) <= 255
        assert not set(name) & set('/\\:*?"<>|\0')
        assert Path(name).name == name


@given(st.text(max_size=150))
def test_stems_of_one_film_differ(stem):
    path = Path(stem.replace("/", "").replace("\0", "") or "x")
    naming = Naming(stem="".join(f"{{{field}}}" for field in STEM_FIELDS))
    start = Timecode(0, Fraction(25))
    layers = ("ORIG", "DX", "MX", "BG", "FX", "FOLEY", "ME", "EFX", "MIX")
    assert len({naming.stem_name(path, layer, start) for layer in layers}) == len(layers)
