"""docs/models.md says what the table in the source says."""

from pathlib import Path

import pytest

from v2a_foley.cli.models import shown_licence, shown_size
from v2a_foley.models import model, models

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "models.md").read_text("utf-8")


def rows(start: str) -> list[list[str]]:
    lines = PAGE[PAGE.index(start) :].splitlines()[2:]
    taken = lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in taken]


def pinned(name: str) -> str:
    return "in full" if model(name).pinned else "in part"


def test_the_pages_table_is_the_sources_table():
    assert rows("| name |") == [
        [name, each.purpose, shown_licence(each), shown_size(each.size, each.known_bytes), pinned(name)]
        for name, each in models().items()
    ]


def test_every_models_figures_have_a_source():
    assert [row[0] for row in rows("| model | figure |") if row[0]] == list(models())


@pytest.mark.parametrize("word", ["list", "pull", "verify", "import", "remove"])
def test_every_verb_is_on_the_page(word):
    assert f"v2a-foley models {word}" in PAGE


def test_variables_on_the_page_are_those_of_the_source():
    source = "".join(
        path.read_text("utf-8") for path in (Path(__file__).parents[2] / "v2a_foley" / "models").glob("*.py")
    )
    for name in ("V2A_FOLEY_MODELS", "HF_HUB_OFFLINE", "HF_ENDPOINT", "HF_TOKEN"):
        assert f"`{name}" in PAGE
        assert f'"{name}"' in source
