"""Models in the forms that the loaders read: the table lists what they need, and installed they make the profile."""

from dataclasses import replace

import pytest

from tests.models.small import contents
from tests.tiny import audioldm, clip
from v2a_foley.engine.parts import parts_of
from v2a_foley.models import ModelFile, model, require
from v2a_foley.models.bring import import_folder
from v2a_foley.models.table import MANIFEST

WRITERS = {"clip-vit-b-32": clip.write_clip, "audioldm-s-full-v2": audioldm.write_audioldm}


@pytest.fixture
def tiny(tmp_path):
    """Tiny models with random weights, in the hub's own formats."""
    for name, write in WRITERS.items():
        (tmp_path / name).mkdir()
        write(tmp_path / name)
    return tmp_path


def test_the_table_lists_what_a_whole_model_has(tiny):
    for name in WRITERS:
        assert set(contents(tiny / name)) == {file.path for file in model(name).files}


def test_auto_is_full_once_both_are_installed_and_they_load(tiny, folder, knows):
    import open_clip
    from diffusers import UNet2DConditionModel

    unpinned = {name: tuple(ModelFile(file.path) for file in model(name).files) for name in WRITERS}
    knows(*(replace(model(name), files=files) for name, files in unpinned.items()))
    assert parts_of("auto").name == "pocket"
    for name in WRITERS:
        assert parts_of("auto").name == "pocket"
        import_folder(name, tiny / name)
    assert parts_of("auto").name == "full"
    assert (require("clip-vit-b-32") / MANIFEST).is_file()  # beside the files, and in nobody's way
    assert open_clip.create_model(f"local-dir:{require('clip-vit-b-32')}") is not None
    assert UNet2DConditionModel.from_pretrained(require("audioldm-s-full-v2"), subfolder="unet") is not None
