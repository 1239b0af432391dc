"""The thousand things that ImageNet's classifiers know, each with its dictionary definition.

Read from the data files inside timm's package, without importing timm (which costs 1 to 4 s and 190 MB).
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from v2a_foley.errors import DependencyMissing


def _table(path: Path) -> dict[str, str]:
    rows = (line.partition("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {key: value for key, _, value in rows}


@cache
def imagenet_labels() -> tuple[str, ...]:
    """Return "words: definition" of the 1000 ImageNet-1k classes, in the classifiers' order.

    The same texts as timm's ``ImageNetInfo().index_to_description(i, detailed=True)``.

    Raises:
        DependencyMissing: timm is not installed, or holds these tables no more.
    """
    spec = find_spec("timm")
    folder = Path(next(iter(spec.submodule_search_locations or ()), "")) / "data" / "_info" if spec else Path()
    try:
        words = _table(folder / "imagenet_synset_to_lemma.txt")
        definitions = _table(folder / "imagenet_synset_to_definition.txt")
        names = (folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
        return tuple(f"{words[name]}: {definitions[name]}" for name in names)
    except (OSError, KeyError) as error:
        raise DependencyMissing(
            f"The names of what the eyes can see were not found in timm: {error}.",
            hint="Install it again: pip install --force-reinstall --no-deps timm",
        ) from error
