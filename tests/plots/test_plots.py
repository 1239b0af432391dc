import builtins
import re
import subprocess
import sys
import threading
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2a_foley import plots
from v2a_foley.errors import DependencyMissing
from v2a_foley.plots import spread, style

RNG = np.random.default_rng(0)
STEPS = np.arange(1, 3001)
LOSS = 2 * np.exp(-STEPS / 500) + 0.3 + 0.02 * RNG.standard_normal(len(STEPS))


def every_kind():
    ks = (1, 5, 10)
    return {
        "loss": plots.loss_curve(
            plots.Curve("training", STEPS, LOSS),
            plots.Curve("validation", STEPS[::200], LOSS[::200] + 0.1),
            best=2000,
            rate=plots.Curve("rate", STEPS, 1e-4 * np.minimum(1, STEPS / 100)),
        ),
        "retrieval": plots.retrieval_curve(
            [plots.Curve("mapped", ks, (0.2, 0.5, 0.8), (0.1, 0.4, 0.7), (0.3, 0.6, 0.9))],
            chance=plots.Curve("a guess", ks, (0.01, 0.05, 0.1)),
        ),
        "histograms": plots.histograms(
            {"matched": RNG.normal(0.4, 0.1, 500), "others": RNG.normal(0, 0.1, 900)}, x="cosine"
        ),
        "scatter": plots.scatter(
            [plots.Cloud("pictures", RNG.normal(0, 1, (50, 2))), plots.Cloud("sounds", RNG.normal(3, 1, (5000, 2)))],
            x="first", y="second",
        ),
        "intervals": plots.intervals(
            [plots.Dot("guidance 1", 24, 23, 25), plots.Dot("guidance 2", 25, float("nan"), float("nan"), faint=True)],
            x="FD",
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def drawings():
    return every_kind()


def tree(svg):
    return ET.fromstring(svg)  # noqa: S314 - what we drew ourselves


def words(svg):
    return ["".join(each.itertext()) for each in tree(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_each_is_one_element_that_keeps_to_itself(drawings):
    for name, svg in drawings.items():
        assert svg.startswith("<svg "), name
        assert svg.count("<svg") == 1
        assert svg.endswith("</svg>")
        assert len(svg) < 150_000, name
        for each in tree(svg).iter():
            assert each.tag.rpartition("}")[2] not in ("style", "script", "metadata", "image"), name
            for key, value in each.attrib.items():
                assert not key.endswith("href") or value.startswith("#"), (name, value)
        names = set(re.findall(r'\bid="([^"]+)"', svg))
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', svg)) <= names, name


def test_names_inside_drawings_on_one_page_never_meet(drawings):
    found = [each for svg in drawings.values() for each in set(re.findall(r'\bid="([^"]+)"', svg))]
    assert found
    assert len(found) == len(set(found))


def test_words_stay_words_and_take_the_ink_of_the_page(drawings):
    assert {"training", "validation", "kept: step 2000", "step", "loss", "rate"} <= set(words(drawings["loss"]))
    assert "a guess" in words(drawings["retrieval"])
    assert "50 %" in words(drawings["retrieval"]) or "40 %" in words(drawings["retrieval"])
    assert any(word.startswith("matched, mean 0.4") for word in words(drawings["histograms"]))
    assert {"guidance 1", "guidance 2", "FD"} <= set(words(drawings["intervals"]))
    for name, svg in drawings.items():
        assert style.INK not in svg, name
        for each in tree(svg).iter("{http://www.w3.org/2000/svg}text"):
            assert "currentColor" in each.get("style"), name
        assert "DejaVu Sans'" not in svg.replace(style._FONT.replace('"', "&quot;"), ""), name


def test_the_same_numbers_give_the_same_text():
    one = plots.intervals([plots.Dot("a", 1, 0, 2)], x="x")
    assert one == plots.intervals([plots.Dot("a", 1, 0, 2)], x="x")
    assert one != plots.intervals([plots.Dot("a", 1, 0, 3)], x="x")


def test_every_point_is_drawn_and_large_clouds_are_thinned(drawings):
    uses = re.findall(r"<use\b", drawings["scatter"])
    legend, means = 2, 2
    assert len(uses) == 50 + plots.MOST_POINTS + legend + means


def test_the_loss_is_drawn_where_it_lies():
    svg = plots.loss_curve(plots.Curve("only this", [0, 1, 2, 3], [1.0, 0.9, 0.8, 0.7]))
    line = next(
        each for each in tree(svg).iter("{http://www.w3.org/2000/svg}path")
        if style.COLOURS[0] in each.get("style", "") and each.get("clip-path")
    )  # fmt: skip
    places = np.array(re.findall(r"[ML] ?([\d.]+) ([\d.]+)", line.get("d")), float)
    assert len(places) == 4
    assert np.all(np.diff(places[:, 0]) > 0), "steps go to the right"
    np.testing.assert_allclose(np.diff(places[:, 1]), np.diff(places[:, 1])[0], atol=0.05)
    assert places[-1, 1] > places[0, 1], "a falling loss goes down"


@pytest.mark.parametrize(("losses", "logarithmic"), [((10.0, 1.0, 0.1), True), ((1.0, 0.9, 0.8), False),
                                                       ((1.0, 0.0, -1.0), False)])  # fmt: skip
def test_a_logarithmic_scale_where_it_shows_more(losses, logarithmic):
    svg = plots.loss_curve(plots.Curve("training", range(3), losses))
    assert ({"10", "1", "0.1"} <= set(words(svg))) is logarithmic


def test_losses_that_are_no_numbers_are_left_out():
    svg = plots.loss_curve(
        plots.Curve("training", [1, 2, 3], [1.0, float("nan"), 0.5]), plots.Curve("validation", [], [])
    )
    assert "nan" not in svg.lower().replace("training", "")


def test_nothing_to_draw_is_said():
    for draw in (
        lambda: plots.histograms({}, x="x"),
        lambda: plots.histograms({"a": [float("nan")]}, x="x"),
        lambda: plots.densities(np.linspace(-1, 1, 11), [plots.Density("a", np.zeros(10), 0.0)], x="x"),
        lambda: plots.intervals([], x="x"),
        lambda: plots.scatter([plots.Cloud("a", np.empty((0, 2)))], x="x", y="y"),
        lambda: plots.scatter([plots.Cloud("a", np.full((2, 2), np.nan))], x="x", y="y"),
    ):
        with pytest.raises(ValueError, match=r"no |not a |without"):
            draw()


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=40), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_any_name_and_any_values_can_be_drawn(name, values):
    svg = plots.histograms({name: values}, x=name)
    tree(svg)
    assert svg.count("<svg") == 1
    svg = plots.intervals([plots.Dot(name, value, value - 1, value + 1) for value in values[:3]], x=name)
    tree(svg)


def test_markup_and_mathematics_in_a_name_are_words():
    svg = plots.intervals([plots.Dot("<script>$x^2$", 1, 0, 2)], x="_hidden_ & \x07")
    assert "<script>$x^2$" in words(svg)
    assert "<script>" not in svg
    assert any("_hidden_ &" in word for word in words(svg))
    assert "_old" in "".join(words(plots.histograms({"_old": [0.0, 1.0]}, x="x"))), "underscores are no secret"


@given(st.integers(1, 300), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_joined_bins_keep_their_area(bins, bars):
    rng = np.random.default_rng(bins)
    edges = np.linspace(-1, 1, bins + 1)
    heights = np.histogram(rng.normal(0, 0.2, 100).clip(-1, 1), edges, density=True)[0]
    shown, (joined,) = spread._joined(edges, [heights], bars)
    assert np.sum(joined * np.diff(shown)) == pytest.approx(1.0)
    assert len(joined) <= bars + 3
    assert np.all(np.diff(shown) > 0)
    mean = np.sum(heights * np.diff(edges) * (edges[1:] + edges[:-1]) / 2)
    widest = np.diff(shown).max()
    assert np.sum(joined * np.diff(shown) * (shown[1:] + shown[:-1]) / 2) == pytest.approx(mean, abs=widest)


def luminance(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_series_stand_out_from_a_light_page_and_from_a_dark_one():
    for colour in style.COLOURS:
        for ground in ("#ffffff", "#161b22"):
            assert contrast(colour, ground) >= 3, (colour, ground, contrast(colour, ground))
    assert len(set(style.COLOURS)) == len(style.MARKERS) == len(style.DASHES) == 6


DEUTERAN = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
PROTAN = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])


def seen_by(colour, eyes):
    import cv2

    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    shown = (eyes @ linear).clip(0, 1)
    shown = np.where(shown <= 0.0031308, 12.92 * shown, 1.055 * shown ** (1 / 2.4) - 0.055)
    return cv2.cvtColor(shown.astype(np.float32)[None, None], cv2.COLOR_RGB2LAB)[0, 0]


@pytest.mark.parametrize("eyes", [np.eye(3), DEUTERAN, PROTAN], ids=["most", "deuteran", "protan"])
def test_the_first_four_series_are_told_apart_by_any_eyes(eyes):
    """Machado et al. 2009, full severity; a difference of 10 in CIELAB is seen at a glance."""
    seen = [seen_by(colour, eyes) for colour in style.COLOURS[:4]]
    apart = [np.linalg.norm(a - b) for n, a in enumerate(seen) for b in seen[:n]]
    assert min(apart) > 10, apart


def test_settings_of_matplotlib_are_left_alone_and_do_not_matter():
    plain = plots.intervals([plots.Dot("a", 1, 0, 2)], x="x")
    with mpl.rc_context({"lines.linewidth": 9, "svg.fonttype": "path", "axes.facecolor": "red"}):
        before = dict(mpl.rcParams)
        assert plots.intervals([plots.Dot("a", 1, 0, 2)], x="x") == plain
        assert dict(mpl.rcParams) == before


def test_pyplot_and_its_windows_are_never_loaded():
    script = (
        "import sys; from v2a_foley import plots; assert 'matplotlib' not in sys.modules; "
        "plots.intervals([plots.Dot('a', 1, 0, 2)], x='x'); sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_threads_may_draw_at_the_same_time():
    made = [None] * 4

    def draw(place):
        made[place] = plots.intervals([plots.Dot("a", 1, 0, 2)], x="x")

    threads = [threading.Thread(target=draw, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made[0] is not None
    assert len(set(made)) == 1


def test_without_matplotlib_it_is_said_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(DependencyMissing, match="matplotlib") as caught:
        plots.intervals([plots.Dot("a", 1, 0, 2)], x="x")
    assert "v2a-foley[train]" in caught.value.hint


def test_alone_in_a_file_it_has_a_ground(drawings):
    text = plots.standalone(drawings["loss"])
    root = tree(text.encode())
    assert root.tag.endswith("svg")
    assert text.startswith("<?xml")
    assert "prefers-color-scheme:dark" in text
