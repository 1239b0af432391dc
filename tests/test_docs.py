"""The examples in the docs run, block after block, as a reader would type them into one session."""

import re
from pathlib import Path

import pytest

from tests.footage import make_film

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "docs" / "python.md"]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_run(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    make_film(Path("in.mp4"), seconds=1, size=(160, 90), sound="speech")
    session: dict[str, object] = {"__name__": "docs"}
    for match in BLOCK.finditer(page.read_text("utf-8")):
        line = page.read_text("utf-8")[: match.start()].count("\n") + 1
        exec(compile("\n" * line + match[1], page.name, "exec"), session)  # noqa: S102 - our own docs
    left = {path.name for path in tmp_path.iterdir()}
    if page.name == "python.md":
        assert {"out.mp4", "again.mp4", "stages.mp4", "softer.mp4"} <= left
        assert "sounded.mp4" not in left
        assert "There is no file" in capsys.readouterr().out


def test_every_local_link_in_the_docs_leads_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
