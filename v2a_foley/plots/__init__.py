"""Drawings of plain numbers, each a string with one SVG element. What the numbers mean is known elsewhere."""

from v2a_foley.plots.curves import Curve, loss_curve, retrieval_curve
from v2a_foley.plots.spread import MOST_POINTS, Cloud, Density, Dot, densities, histograms, intervals, scatter
from v2a_foley.plots.style import standalone

__all__ = [
    "MOST_POINTS",
    "Cloud",
    "Curve",
    "Density",
    "Dot",
    "densities",
    "histograms",
    "intervals",
    "loss_curve",
    "retrieval_curve",
    "scatter",
    "standalone",
]
