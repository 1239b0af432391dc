import numpy as np
import pytest

from v2a_foley.embed import normalised
from v2a_foley.evaluate.embedded import cosines, figures_of, reference_figures, truth_of
from v2a_foley.metrics.figure import Better

CLASSES, EACH, SIZE = 12, 40, 16


@pytest.fixture(scope="module")
def world():
    """Classes that sound in many ways: the truth, fresh draws of the same, their means, and something else."""
    rng = np.random.default_rng(3)
    label = np.repeat(np.arange(CLASSES), EACH)
    centres = normalised(rng.standard_normal((CLASSES, SIZE)))

    def draw():
        return normalised(centres[label] + 0.35 * rng.standard_normal((len(label), SIZE)))

    names = [f"class {number}" for number in label]
    truth = truth_of(draw(), [f"file {n}" for n in range(len(label))], names, "a space", "a world")
    return (
        truth,
        [draw() for _ in range(3)],
        centres[label].astype(np.float32),
        normalised(rng.standard_normal((480, SIZE))),
    )


def by_name(figures):
    return {figure.protocol.metric: figure for figure in figures}


def test_what_draws_is_nearer_in_distribution_and_what_gives_means_is_nearer_to_each(world):
    truth, draws, means, _ = world
    drawing, regressing = by_name(figures_of(draws, truth)), by_name(figures_of([means], truth))
    assert drawing["FD"].high < regressing["FD"].low
    assert regressing["squared error"].high < drawing["squared error"].low
    assert regressing["cosine"].low > drawing["cosine"].high


def test_something_else_is_worse_at_everything(world):
    truth, draws, _, other = world
    good, bad = by_name(figures_of(draws, truth)), by_name(figures_of([other], truth))
    for metric in ("FD", "FD to the other half", "squared error"):
        assert good[metric].high < bad[metric].low
    assert good["cosine"].low > bad["cosine"].high
    assert good["R@10 picture → sound"].low > bad["R@10 picture → sound"].high


def test_the_reference_says_how_far_two_halves_of_the_truth_lie_apart(world):
    truth, draws, means, _ = world
    reference, drawing = by_name(reference_figures(truth)), by_name(figures_of(draws, truth))
    near = reference["FD to the other half"]
    assert near.low <= drawing["FD to the other half"].value <= 1.5 * near.high
    assert by_name(figures_of([means], truth))["FD to the other half"].low > near.high
    assert near.samples == len(truth.targets) // 2


def test_the_spread_within_a_class_is_the_same_question_to_both(world):
    truth, draws, means, _ = world
    reference, drawing = by_name(reference_figures(truth)), by_name(figures_of(draws, truth))
    same = "spread within a class"
    assert drawing[same].low <= reference[same].value <= drawing[same].high
    assert by_name(figures_of([means], truth))[same].value == pytest.approx(0, abs=1e-6)
    assert drawing["spread of draws"].value == pytest.approx(reference[same].value, rel=0.1)


def test_one_draw_has_no_spread_of_draws_and_several_are_averaged(world):
    truth, draws, means, _ = world
    assert "spread of draws" not in by_name(figures_of([means], truth))
    np.testing.assert_allclose(
        cosines(draws, truth), np.mean([(each * truth.targets).sum(axis=1) for each in draws], axis=0), atol=1e-6
    )
    alone = [by_name(figures_of([each], truth))["FD"].value for each in draws]
    joined = by_name(figures_of(draws, truth))["FD"]
    assert joined.value == pytest.approx(np.mean(alone))
    assert "over 3 seeds" in joined.interval
    assert joined.low < min(alone) < max(alone) < joined.high
    one = by_name(figures_of(draws[:1], truth))["FD"]
    off = draws[0] + np.float32(0.5)  # a second draw of a mapper whose draws differ much
    wide = by_name(figures_of([draws[0], off], truth))["FD"]
    assert wide.high - wide.value > 5 * (one.high - one.value), "what draws leave open belongs into the interval"
    apart = ((means - truth.targets).astype(np.float64) ** 2).sum(axis=1).mean()
    assert by_name(figures_of([means], truth))["squared error"].value == pytest.approx(apart)


def test_what_lies_between_bounds_stays_there(world):
    truth, draws, _, _ = world
    far = [each + np.float32(3) for each in draws]
    told = by_name(figures_of([far[0], draws[0], far[1]], truth))["separability"]
    assert 0 <= told.low <= told.value <= told.high <= 1
    assert told.high == 1


def test_windows_of_one_file_stay_in_one_half_and_are_drawn_together(world):
    truth, draws, _, _ = world
    files = [f"file {n // 4}" for n in range(len(truth.targets))]
    grouped = truth_of(truth.targets, files, [""] * len(files), "a space", "a world")
    halves = {
        name: {bool(one) for one, own in zip(grouped.half, files, strict=True) if own == name} for name in set(files)
    }
    assert all(len(each) == 1 for each in halves.values())
    figures = by_name(figures_of(draws, grouped))
    assert {figures[name].samples for name in ("FD", "cosine", "squared error")} == {len(files) // 4}
    assert "spread within a class" not in figures


def test_every_figure_says_what_it_rests_on_and_which_way_it_goes(world):
    truth, draws, _, _ = world
    for figure in figures_of(draws, truth):
        assert figure.protocol.rests_on == "a space"
        assert figure.protocol.data == "a world"
        assert figure.low <= figure.value <= figure.high
    assert by_name(figures_of(draws, truth))["FD"].better is Better.LOWER
