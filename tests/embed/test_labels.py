from importlib.machinery import ModuleSpec

import pytest
from timm.data import ImageNetInfo

from v2a_foley.embed import labels
from v2a_foley.errors import DependencyMissing


def test_they_are_those_of_timm():
    info = ImageNetInfo()
    assert labels.imagenet_labels() == tuple(info.index_to_description(i, detailed=True) for i in range(1000))


@pytest.mark.parametrize("spec", [None, ModuleSpec("timm", None, is_package=True)], ids=["no timm", "an empty timm"])
def test_without_them_the_error_says_how_to_get_them(monkeypatch, spec):
    monkeypatch.setattr(labels, "find_spec", lambda _: spec)
    with pytest.raises(DependencyMissing) as caught:
        labels.imagenet_labels.__wrapped__()
    assert "pip install" in caught.value.hint
