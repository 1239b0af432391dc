"""The lists that the page on sync shows are lists that are read."""

import re
from fractions import Fraction
from pathlib import Path

from v2a_foley.interchange.hit_list import read_hits

PAGE = Path(__file__).parents[2] / "docs" / "sync.md"


def test_the_pages_lists_are_read(tmp_path):
    found = {}
    for kind, text in re.findall(r"```(csv|json)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        path = tmp_path / f"hits.{kind}"
        path.write_text(text, encoding="utf-8")
        found[kind] = [(hit.time, hit.strength, hit.event) for hit in read_hits(path)]
    first = (Fraction(5, 4), 0.8, "door_slam")
    assert found["csv"] == [first, (Fraction(5, 2), 1.0, "a dog barks"), (Fraction(7, 2), 0.4, "")]
    assert found["json"] == [first, (Fraction(5, 2), 1.0, "")]
