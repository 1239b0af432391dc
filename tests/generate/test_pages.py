"""The pages of the families say what the families say; docs/pictures/refresh_procedural.py makes them."""

from pathlib import Path

import pytest

from v2a_foley.generate.procedural import FAMILIES
from v2a_foley.generate.procedural.page import family_page, index_rows, shown
from v2a_foley.project import default_vocabulary

DOCS = Path(__file__).parents[2] / "docs"
EVENTS = tuple(default_vocabulary())
ANEW = "run: python docs/pictures/refresh_procedural.py"


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_has_its_page_and_picture(name):
    family = FAMILIES[name]
    assert len(family.model) > 100, "what the model is"
    assert len(family.source) > 20, "what it follows"
    assert (DOCS / "procedural" / f"{name}.md").read_text(encoding="utf-8") == family_page(family, EVENTS), ANEW
    assert (DOCS / "pictures" / "procedural" / f"{name}.png").stat().st_size > 2000


@pytest.mark.parametrize("name", FAMILIES)
def test_what_a_picture_shows_can_be_made(name):
    cells = shown(FAMILIES[name])
    assert 1 <= len(cells) <= 12
    for params in cells:
        FAMILIES[name].parse(params)


def test_no_page_is_left_of_a_family_that_is_gone():
    for folder, suffix in (("procedural", ".md"), ("pictures/procedural", ".png")):
        assert {path.stem for path in (DOCS / folder).glob(f"*{suffix}")} == set(FAMILIES), ANEW


def test_the_index_has_every_family():
    page = (DOCS / "procedural.md").read_text(encoding="utf-8")
    for row in index_rows(FAMILIES.values(), EVENTS):
        assert row in page, ANEW


def test_there_are_enough_families_and_each_is_used():
    assert len(FAMILIES) >= 48
    assert {event.family for event in EVENTS} == set(FAMILIES)
