"""An embedding as a value."""

import copy
import pickle

import numpy as np
import pytest

from v2a_foley.project.vector import Vector

NUMBERS = (0.5, -0.25, 3.0)


def test_it_is_the_tuple_of_its_numbers():
    vector = Vector(NUMBERS)
    assert (vector, vector[0], vector[-1], vector[1:], len(vector)) == (NUMBERS, 0.5, 3.0, NUMBERS[1:], 3)
    assert vector == NUMBERS
    assert hash(vector) == hash(NUMBERS)
    assert vector != (*NUMBERS, 1.0)
    assert vector != "0.5"
    assert not Vector()
    with pytest.raises(IndexError):
        vector[3]


def test_arrays_are_made_of_it_without_a_detour():
    stacked = np.array([Vector(NUMBERS), Vector(NUMBERS)], dtype=np.float32)
    assert stacked.shape == (2, 3)
    assert stacked.dtype == np.float32
    assert np.asarray(Vector(NUMBERS)).dtype == np.float32
    assert np.asarray(Vector(NUMBERS), dtype=np.float64).sum() == 3.25
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(Vector(NUMBERS))[0] = 1


def test_it_goes_through_bytes_copies_and_processes():
    vector = Vector(NUMBERS)
    assert Vector.of_bytes(bytes(vector)) == vector
    assert copy.deepcopy(vector) is vector
    assert pickle.loads(pickle.dumps(vector)) == vector  # noqa: S301 - what was just made
    with pytest.raises(ValueError, match="size"):
        Vector.of_bytes(b"abc")


def test_numbers_are_those_of_float32():
    assert Vector((0.1,))[0] == float(np.float32(0.1))
