import json
from pathlib import Path

import pytest

from tests.cli.program import Program, assert_refused
from tests.evaluate.paper_world import write_imagehear, write_vggsound
from tests.tiny.profile import write_profile
from v2a_foley.evaluate.ablation import variants_of
from v2a_foley.evaluate.contestants import bridging
from v2a_foley.evaluate.generate import Variant
from v2a_foley.evaluate.paper_report import FIGURES, PAGE
from v2a_foley.evaluate.settings import PaperSettings


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A tiny profile, three clips in VGGSound's layout and five photographs in ImageHear's."""
    folder = tmp_path_factory.mktemp("lab")
    write_profile(folder / "profile")
    write_vggsound(folder / "vggsound", clips=3, train=0)
    write_imagehear(folder / "imagehear")
    return folder


@pytest.fixture
def cli(capfd, monkeypatch, tmp_path):
    monkeypatch.setenv("V2A_FOLEY_CACHE", str(tmp_path / "cache"))
    return Program(capfd, monkeypatch)


def quick(lab: Path, output: Path, *more: object) -> tuple[object, ...]:
    """Return the verb's words for short sounds of few steps."""
    return (
        "evaluate", "paper", "--profile", lab / "profile", "-o", output, "--duration", 0.5, "--frames", 3, "--steps", 2,
        "--device", "cpu", "--json", *more,
    )  # fmt: skip


def metrics(figures: list[dict]) -> dict[str, dict]:
    return {figure["metric"]: figure for figure in figures}


@pytest.mark.long
def test_the_whole_protocol_runs_from_clips_to_a_page_and_goes_on_when_called_again(lab, cli, tmp_path):
    words = quick(
        lab, tmp_path / "out", "--vggsound", write_vggsound(tmp_path / "vggsound"), "--imagehear", lab / "imagehear",
        "--ablation-limit", 4,
        "--backbone", "logmel", "--backbone", f"clap={lab / 'profile' / 'clap'}", "--guidances", "1,2.5",
        "--step-counts", "1,2", "--frame-counts", "1,3",
    )  # fmt: skip
    done = cli(*words)
    assert done.code == 0, done.err
    found = done.json
    assert list(found["sets"]) == ["VGGSound test, 12 of 13", "ImageHear, 5 of 101"]
    clips, images = found["sets"].values()
    ours = metrics(clips["mapper"])
    assert {"FD logmel", "FD clap", "CLAP to the true sound", "CLAP to the class", "seconds a clip"} <= set(ours)
    assert ours["FD logmel"]["samples"] == 12
    assert not ours["FD logmel"]["enough"]
    assert "log-mel" in ours["FD logmel"]["rests_on"]
    assert ours["trained parameters"]["value"] == pytest.approx(0.052064)
    assert set(metrics(images["mapper"])) == {"CLAP to the class", "seconds a clip", "trained parameters"}
    assert list(metrics(clips["reference"])) == ["CLAP to the class"]
    assert {name: len(rows) for name, rows in found["ablations"].items()} == {
        "mapper": 2, "guidance": 2, "steps": 2, "frames": 2,
    }  # fmt: skip
    assert found["ablated_on"] == "VGGSound test, 4 of 13"
    assert any("sizes" in note for note in found["notes"]), "there is no row without a mapper, and why is said"

    page = (tmp_path / "out" / PAGE).read_text("utf-8")
    for said in (
        "24.168",
        "As printed in arXiv 2308.09300",
        "FD logmel",
        "not for commercial work",
        "VGGSound",
        "<audio",
    ):
        assert said in page, said
    assert page.count("<svg") >= 8
    written = json.loads((tmp_path / "out" / FIGURES).read_text("utf-8"))
    assert written["sets"] == found["sets"]

    assert_refused(cli(*[word for word in words if word != "--json"]), 2)
    sounds = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "sounds").rglob("*.wav")}
    again = cli(*words, "--overwrite")
    assert again.code == 0, again.err
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "sounds").rglob("*.wav")} == sounds
    assert again.json["sets"] == found["sets"], "what was made is measured the same"


def test_no_printed_figure_stands_in_a_column_with_ours(lab, cli, tmp_path):
    words = quick(lab, tmp_path / "out", "--vggsound", lab / "vggsound", "--limit", 2, "--ablations", "none")
    done = cli(*words, "--backbone", "logmel")
    assert done.code == 0, done.err
    from v2a_foley.evaluate.published import paper

    printed = {figure.protocol.metric for figures in paper().rows.values() for figure in figures}
    (rows,) = done.json["sets"].values()
    assert printed.isdisjoint({figure["metric"] for figures in rows.values() for figure in figures})
    assert list(done.json["sets"]) == ["VGGSound test, 2 of 4"]
    assert done.json["ablations"] == {}
    assert (tmp_path / "out" / PAGE).is_file()


@pytest.mark.long
def test_what_cannot_be_measured_is_refused_before_anything_is_made(lab, cli, tmp_path):
    out = tmp_path / "out"
    plain = [word for word in quick(lab, out) if word != "--json"]
    assert_refused(cli(*plain), 2)
    assert_refused(cli(*plain, "--vggsound", tmp_path / "none"), 3)
    assert_refused(cli(*plain, "--vggsound", lab / "imagehear"), 3)
    assert_refused(cli(*plain, "--imagehear", lab / "vggsound"), 3)
    assert_refused(cli(*plain, "--imagehear", lab / "imagehear", "--backbone", "nonsense"), 2)
    assert_refused(cli(*plain, "--imagehear", lab / "imagehear", "--backbone", "panns"), 4)
    twice = ("--backbone", "logmel", "--backbone", "logmel=x")
    assert "twice" in cli(*plain, "--imagehear", lab / "imagehear", *twice).err
    assert_refused(cli(*plain, "--imagehear", lab / "imagehear", "--ablations", "colour"), 2)
    assert_refused(cli(*plain, "--imagehear", lab / "imagehear", "--mapper", tmp_path / "none"), 4)
    no_voice = ["evaluate", "paper", "--profile", "pocket", "-o", out, "--imagehear", lab / "imagehear"]
    assert_refused(cli(*no_voice), 2)
    assert not list(out.rglob("*.wav"))


def test_each_ablation_varies_one_thing():
    class Nothing:
        pass

    start = Variant("", bridging(Nothing(), ["rain", "a dog"]))
    everyone = [bridging(Nothing(), ["rain", "a dog"]), bridging(Nothing(), ["rain", "a cat"])]
    plans = variants_of(PaperSettings(), start, everyone)
    assert list(plans) == ["mapper", "guidance", "steps", "frames"]
    for name, variants in plans.items():
        thing = "contestant" if name == "mapper" else name
        for one in variants:
            different = {key for key, value in vars(one).items() if value != getattr(start, key)} - {"name", thing}
            assert not different
    assert [variant.frames for variant in plans["frames"]] == [1, 8, 64]
    assert list(variants_of(PaperSettings(ablations="steps,mapper"), start, everyone)) == ["mapper", "steps"]
    assert variants_of(PaperSettings(ablations="none"), start, everyone) == {}
    assert list(variants_of(PaperSettings(step_counts="25"), start, everyone)) == ["mapper", "guidance", "frames"]
