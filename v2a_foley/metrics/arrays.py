"""What is asked of arrays before anything is measured on them: their shapes, finite values, enough rows, groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2a_foley.errors import RenderError, UsageError

Rows = NDArray[np.float64]
"""``float64 (n, d)``."""
Values = NDArray[np.float64]
"""``float64 (n,)``."""
Groups = NDArray[np.int64]
"""``int64 (n,)``: of each row the number of its group, from 0, without gaps."""

_SURE = 1e-3
"""By how much probabilities may miss 1: classifiers run in half precision."""


def rows(array: ArrayLike, what: str, *, least: int = 1) -> Rows:
    """Return a table of numbers in double precision.

    Args:
        array: ``(n, d)``.
        what: what the rows are, for the sentence of an error: ``generated embeddings``.
        least: how many rows there have to be.

    Raises:
        UsageError: it is no table of numbers, or has too few rows.
        RenderError: a number in it is not finite.
    """
    table = _numbers(array, what)
    if table.ndim != 2 or table.shape[1] == 0:
        raise UsageError(
            f"The {what} have the shape {table.shape}.",
            hint="They must be a table: a row a sample, a column a dimension.",
        )
    _enough(len(table), what, least)
    _finite(table, what)
    return table


def values(array: ArrayLike, what: str, *, least: int = 1) -> Values:
    """Return a list of numbers in double precision; as ``rows``, with one dimension."""
    line = _numbers(array, what)
    if line.ndim != 1:
        raise UsageError(f"The {what} have the shape {line.shape}.", hint="They must be a list, one number a sample.")
    _enough(len(line), what, least)
    _finite(line, what)
    return line


def pair(
    one: ArrayLike, other: ArrayLike, what_one: str, what_other: str, *, least: int = 1, paired: bool = False
) -> tuple[Rows, Rows]:
    """Return two tables that have their columns (and, where ``paired``, their rows) in common.

    Raises:
        UsageError, RenderError: as ``rows``; or the two do not fit each other.
    """
    first, second = rows(one, what_one, least=least), rows(other, what_other, least=least)
    if first.shape[1] != second.shape[1]:
        raise UsageError(
            f"The {what_one} have {first.shape[1]} dimensions, the {what_other} {second.shape[1]}.",
            hint="Both must come from one space.",
        )
    if paired and len(first) != len(second):
        raise UsageError(
            f"There are {len(first)} {what_one} and {len(second)} {what_other}.",
            hint="They are compared row by row: give one for each.",
        )
    return first, second


def unit(table: Rows, what: str) -> Rows:
    """Return the rows at unit length.

    Raises:
        RenderError: a row is zero: it has no direction, so that no cosine can be taken.
    """
    largest = np.abs(table).max(axis=1, keepdims=True, initial=0.0)
    if not (largest > 0).all():
        empty = int(np.flatnonzero(largest[:, 0] == 0)[0])
        raise RenderError(
            f"Row {empty} of the {what} is zero and has no direction.", hint="Look at what the encoder was given there."
        )
    scaled = table / largest
    unit_rows: Rows = scaled / np.linalg.norm(scaled, axis=1, keepdims=True)
    return unit_rows


def distributions(array: ArrayLike, what: str, *, least: int = 1) -> Rows:
    """Return a table whose rows are probabilities that sum to one.

    Raises:
        UsageError: a value lies outside 0 … 1, or a row misses 1 by more than a thousandth; or as ``rows``.
        RenderError: a number in it is not finite.
    """
    table = shares(array, what, least=least)
    sums = table.sum(axis=1)
    wrong = np.abs(sums - 1) > _SURE
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise UsageError(
            f"Row {row} of the {what} sums to {sums[row]:.4g}, not to 1.",
            hint="Pass logits through softmax first; for labels that exclude nothing use the sigmoid form.",
        )
    normal: Rows = table / sums[:, None]
    return normal


def shares(array: ArrayLike, what: str, *, least: int = 1) -> Rows:
    """Return a table whose values lie between 0 and 1.

    Raises:
        UsageError: a value lies outside; or as ``rows``.
        RenderError: a number in it is not finite.
    """
    table = rows(array, what, least=least)
    if (table < 0).any() or (table > 1).any():
        raise UsageError(
            f"The {what} go from {table.min():.4g} to {table.max():.4g}; probabilities lie between 0 and 1.",
            hint="Pass logits through softmax or sigmoid first.",
        )
    return table


def groups(of: ArrayLike | None, count: int, what: str, *, least: int = 1) -> Groups:
    """Return the group of each row, numbered from 0; without ``of`` every row is its own.

    Raises:
        UsageError: there is not one label a row, or there are fewer than ``least`` groups.
    """
    if of is None:
        _enough(count, what, least)
        return np.arange(count, dtype=np.int64)
    labels = np.asarray(of)
    if labels.shape != (count,):
        raise UsageError(
            f"There are {count} {what} and labels of shape {labels.shape}.", hint="Give one label a row, in its order."
        )
    _, numbers = np.unique(labels, return_inverse=True)
    found = int(numbers.max()) + 1 if count else 0
    _enough(found, f"groups of {what}", least)
    return numbers.astype(np.int64)


def sums(of: Groups, weights: Values) -> Values:
    """Return a sum a group."""
    return np.bincount(of, weights=weights).astype(np.float64)


def _numbers(array: ArrayLike, what: str) -> NDArray[np.float64]:
    try:
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(f"The {what} are no numbers: {error}.", hint="Give an array of numbers.") from error


def _enough(count: int, what: str, least: int) -> None:
    if count < least:
        raise UsageError(
            f"There are {count} {what}; this figure needs at least {least}.", hint="Measure on more samples."
        )


def _finite(array: NDArray[np.float64], what: str) -> None:
    if not np.isfinite(array).all():
        place = int(np.argwhere(~np.isfinite(array))[0][0])
        raise RenderError(
            f"Row {place} of the {what} holds a value that is no finite number.",
            hint="Look at what the encoder was given there, and whether half precision was enough for it.",
        )
