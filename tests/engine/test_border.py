"""What leaves the engine when the machine, rather than the program, says no."""

from pathlib import Path

import pytest

from v2a_foley import Progress, RunSettings, add_foley
from v2a_foley.engine.border import border
from v2a_foley.engine.rework import Wish, rework
from v2a_foley.errors import InputError

LONG = "x" * 300


@pytest.mark.parametrize("number", ["EACCES", "ENAMETOOLONG", "ELOOP"])
def test_a_path_that_cannot_be_looked_at_is_bad_input(number):
    import errno
    import os

    with pytest.raises(InputError, match="place") as caught, border():
        raise OSError(getattr(errno, number), os.strerror(getattr(errno, number)), "place")
    assert caught.value.hint


def test_other_errors_of_the_system_stay_defects():
    with pytest.raises(OSError, match="Bad"), border():
        raise OSError(9, "Bad file descriptor")


@pytest.mark.parametrize("choice", [{"profile": LONG}, {"profile": "pocket", "mapper": LONG}])
def test_names_longer_than_a_file_can_bear_are_bad_input(choice, tmp_path):
    from PIL import Image

    Image.new("RGB", (64, 64)).save(tmp_path / "photo.png")
    with pytest.raises(InputError, match="too long"):
        add_foley(tmp_path / "photo.png", tmp_path / "out.wav", **choice)


def test_a_sound_with_such_a_name_is_bad_input(tmp_path):
    with pytest.raises(InputError, match="too long"):
        rework(Path(LONG), tmp_path / "out.wav", Wish(vary=0.5), "", RunSettings(profile="pocket"), Progress())
