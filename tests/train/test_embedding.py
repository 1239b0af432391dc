"""``train embed`` from a folder of films to a store, with tiny models."""

import numpy as np

from tests.footage import make_film
from tests.tiny.profile import EARS, EYES
from v2a_foley.pairs import open_pairs
from v2a_foley.train.embed_settings import EmbedSettings
from v2a_foley.train.embedding import embed


def test_a_folder_of_films_becomes_a_store(tiny, tmp_path):
    films = tmp_path / "films"
    films.mkdir()
    for number in range(3):
        make_film(films / f"{number}.mp4", seconds=2 + number, size=(160, 90), cuts=[9 + number], sound="tone")
    settings = EmbedSettings(profile=str(tiny), clip_length=2.0)
    result = embed(films, tmp_path / "store", settings)
    assert (result.pairs, result.made, result.broken, result.shards) == (5, 5, 0, 1)
    pairs = open_pairs([tmp_path / "store"])
    assert [row.key for row in pairs.rows] == [
        "0.mp4@00000.000", "1.mp4@00000.000", "1.mp4@00002.000", "2.mp4@00000.000", "2.mp4@00002.000"
    ]  # fmt: skip
    seen, heard = pairs.take(np.arange(5))
    assert seen.shape == (5, EYES)
    assert heard.shape == (5, EARS)
