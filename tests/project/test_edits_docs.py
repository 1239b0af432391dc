"""The tables of ``docs/project-edits.md`` say what the classes say. Run as a module, this writes them."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

from v2a_foley.project.edits import CUE_FIELDS, KINDS

PAGE = Path(__file__).parents[2] / "docs" / "project-edits.md"
MARK = re.compile(r"(<!-- (\w+): made from the classes -->\n).*?(<!-- end -->)", re.DOTALL)
INVERSES = ("replace_shots", "restore_cue", "put_back_cue")
"""Kinds that nobody writes by hand: what takes others back."""


def attributes(kind):
    """What a class's docstring says of each of its attributes."""
    _, _, said = kind.__doc__.partition("Attributes:")
    found = re.findall(r"^\s{8}(\w+): (.*?)(?=^\s{8}\w+: |\Z)", said, re.MULTILINE | re.DOTALL)
    return {name: " ".join(text.split()).removesuffix(".") for name, text in found}


def summary(kind):
    return " ".join(kind.__doc__.partition("Attributes:")[0].split())


def row(name):
    kind, told = KINDS[name], attributes(KINDS[name])
    needed = {each.name: each.default is MISSING and each.default_factory is MISSING for each in fields(kind)}
    what = "<br>".join(f"`{each}`{'' if must else '?'}: {told[each]}" for each, must in needed.items())
    return f"| `{name}` | {summary(kind)} | {what} |"


def tables():
    by_hand = [name for name in KINDS if name not in INVERSES]
    head = "| edit | what it does | its fields (`?`: may be left out) |\n|---|---|---|\n"
    parts = [f"| `{name}` | {field.help} |" for name, field in CUE_FIELDS.items() if field.by_hand]
    return {
        "edits": head + "\n".join(map(row, by_hand)) + "\n",
        "inverses": head + "\n".join(map(row, INVERSES)) + "\n",
        "parts": "| part | what it may be |\n|---|---|\n" + "\n".join(parts) + "\n",
    }


def filled(page):
    return MARK.sub(lambda match: f"{match[1]}{tables()[match[2]]}{match[3]}", page)


def test_the_tables_say_what_the_classes_say():
    page = PAGE.read_text("utf-8")
    assert len(MARK.findall(page)) == len(tables())
    assert filled(page) == page


def test_every_field_of_every_kind_is_described():
    for kind in KINDS.values():
        assert set(attributes(kind)) == {each.name for each in fields(kind)}


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
