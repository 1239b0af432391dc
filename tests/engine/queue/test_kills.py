"""Batches of real films under ``kill -9``: every film is there in the end, to the bit, and nothing else is."""

import os
import random

import pytest

from tests.engine.queue.killing import kill_batches


def seed() -> int:
    """The seed of the random moments: ``V2A_FOLEY_KILLS=SEED`` replays those that a failed run printed."""
    return int(os.environ.get("V2A_FOLEY_KILLS", random.SystemRandom().randrange(10**6)))


def test_twenty_kills_cost_no_film_and_no_bit(tmp_path):
    kill_batches(tmp_path, 20, seed())


@pytest.mark.long
def test_two_hundred_kills_cost_no_film_and_no_bit(tmp_path):
    kill_batches(tmp_path, 200, seed(), workers=2)
