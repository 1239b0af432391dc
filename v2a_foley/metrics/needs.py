"""How many samples each figure needs before it can be trusted, and why. Rules only: nothing is measured here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

_DIMENSIONS = 10
_CLASSES = 10
_COMMON = 30


@dataclass(frozen=True)
class Need:
    """A number of samples, and why it has to be so many, in one sentence."""

    samples: int
    reason: str


def frechet(dimensions: int) -> Need:
    """Return what a Fréchet distance needs on either side: ten sounds a dimension.

    Estimated covariances differ from the true ones, and every difference adds to the distance: at equal Gaussians by
    at most ``(d + 5) / 4n`` of the total variance a side (equal at a round one). Ten a dimension: 5 % for both sides.
    """
    return Need(
        _DIMENSIONS * dimensions,
        f"{_DIMENSIONS} × {dimensions} dimensions: with fewer, chance differences of the covariances add more than "
        "5 % of the total variance to the distance",
    )


def frechet_infinite(dimensions: int) -> Need:
    """Return what the extrapolated Fréchet distance needs: its fifths must fill the dimensions twice."""
    return Need(
        _DIMENSIONS * dimensions,
        f"{_DIMENSIONS} × {dimensions} dimensions: a fifth of them has to fill all dimensions twice, or the "
        "extrapolation is not straight",
    )


def inception_score(classes: int, splits: int = 1) -> Need:
    """Return what an Inception Score needs: the mean of the classes' probabilities is itself estimated.

    The estimate lowers the logarithm of the score by at most about ``(classes − 1) / 2n`` nats (Miller 1955): ten a
    class in every split keep that under 5 %.
    """
    return Need(
        _CLASSES * (classes - 1) * splits,
        f"{_CLASSES} × {classes - 1} free classes × {splits} split(s): with fewer, the score is more than 5 % too low",
    )


def mean(spread: float, margin: float, words: str, *, level: float = 0.95) -> Need:
    """Return what a mean needs for an interval of plus and minus ``margin``, at the spread (standard deviation) found.

    At least thirty, under which the shape of an interval rests on the shape of the data.
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    samples = max(_COMMON, math.ceil((z * spread / margin) ** 2)) if margin > 0 else _COMMON
    return Need(samples, f"at the spread found, an interval of ±{words} needs so many; never fewer than {_COMMON}")


def share(margin: float = 0.05, *, level: float = 0.95) -> Need:
    """Return what a share needs for an interval of plus and minus ``margin`` wherever it lies (widest at one half)."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    return Need(
        math.ceil((z / (2 * margin)) ** 2), f"a share's interval is then at most ±{100 * margin:g} percentage points"
    )


def gap(spread: float, distance: float) -> Need:
    """Return what a modality gap needs: so many that chance alone holds the means apart by a tenth of it at most.

    Args:
        spread: the sum of both sides' variances.
        distance: the gap found.
    """
    samples = math.ceil(spread / (0.1 * distance) ** 2) if distance > 0 else _COMMON
    return Need(
        max(_COMMON, samples), f"chance alone then makes at most a tenth of the gap; never fewer than {_COMMON}"
    )
