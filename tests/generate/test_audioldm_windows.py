from dataclasses import dataclass

import numpy as np
import pytest
import torch

from tests.generate.test_audioldm_stock import GUIDANCE, STEPS, stock
from tests.generate.tiny_voice import conditions, embedding, model, work
from v2a_foley.errors import Cancelled
from v2a_foley.generate.audioldm.folder import Sizes
from v2a_foley.generate.audioldm.passes import Steps, longest, waveforms
from v2a_foley.generate.audioldm.pieces import in_pieces
from v2a_foley.generate.audioldm.plan import Room, windows
from v2a_foley.generate.audioldm.windows import TILE, TILE_OVERLAP, decoded, encoded, vocoded, windowed

pytestmark = pytest.mark.usefixtures("calm")

ROOM = Room(1.0)
LONG = 1000


def latents(frames: int, rows: int = 1) -> torch.Tensor:
    return model().noise(range(rows), frames)


def test_predictions_of_windows_are_averaged_by_their_weights():
    laid = windows(40, 16, 4)
    asked = []

    def predictor(count: int):
        def predict(seen: torch.Tensor, timestep: float) -> torch.Tensor:
            asked.append((count, timestep))
            return seen * 2

        return predict

    given = torch.randn(1, 3, 40, 5, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(windowed(predictor, laid, Room(1.0, most=3))(given, 7.0), given * 2)
    assert sum(count for count, _ in asked) == len(laid)
    assert {count for count, _ in asked} <= {1, 2, 3}
    assert {timestep for _, timestep in asked} == {7.0}


def test_where_two_windows_disagree_the_prediction_passes_from_one_to_the_other():
    laid = windows(24, 16, 4)
    one, other = laid
    both = windowed(
        lambda count: lambda seen, timestep: torch.arange(1, count + 1).view(-1, 1, 1, 1).expand_as(seen).float(),
        laid,
        ROOM,
    )(torch.zeros(1, 1, 24, 1), 0.0)[0, 0, :, 0].numpy()
    assert np.all(both[: other.start] == 1)
    assert np.all(both[one.end :] == 2)
    assert np.all(np.diff(both) >= 0)
    assert np.diff(both).max() <= 1.01 / (one.end - other.start)


def test_one_window_over_the_whole_is_the_plain_pass():
    given = latents(64)
    rows = conditions(3)
    plain = model().predictor(rows.embeddings, rows.negatives, [2.5])
    whole = windowed(lambda count: plain, windows(64, 64), ROOM)
    assert torch.equal(whole(given, 500.0), plain(given, 500.0))


def test_a_long_sound_is_made_in_windows_and_hears_its_own_embedding_everywhere():
    steps = Steps(count=2)
    frames = LONG
    assert frames > longest(model())
    one, again, other = (
        waveforms(work(), rows, frames, 640 * frames, steps) for rows in (conditions(3), conditions(3), conditions(4))
    )
    assert one.shape == (1, 640 * frames)
    assert np.array_equal(one, again)
    thirds = np.array_split(np.abs(one - other)[0], 3)
    assert all(np.abs(part).max() > 1e-3 for part in thirds)


def test_no_network_is_given_more_the_longer_a_sound_is():
    largest: dict[str, int] = {}

    class Measured:
        """Measures what it is given, and makes silence of it."""

        def __getattr__(self, name: str) -> object:
            return getattr(model(), name)

        def measure(self, name: str, given: torch.Tensor, frames: int) -> None:
            largest[name] = max(largest.get(name, 0), len(given) * frames)

        def predictor(self, *how):
            def predict(given: torch.Tensor, timestep: float) -> torch.Tensor:
                self.measure("predict", given, given.shape[2])
                return torch.zeros_like(given)

            return predict

        def decode(self, given: torch.Tensor, *_) -> torch.Tensor:
            self.measure("decode", given, given.shape[2])
            return torch.zeros(len(given), 4 * given.shape[2], 32)

        def vocode(self, given: torch.Tensor, samples: int, *_) -> np.ndarray:
            self.measure("vocode", given, given.shape[1])
            return np.zeros((len(given), samples), np.float32)

    given = []
    for frames in (2100, 9000):
        busy = work(steps=Room(1.0, most=4))
        busy.model = Measured()
        largest.clear()
        made = waveforms(busy, conditions(1), frames, 640 * frames, Steps(count=1))
        assert made.shape == (1, 640 * frames)
        given.append(dict(largest))
    assert given[0] == given[1]
    assert given[0]["predict"] == 4 * 256
    assert given[0]["decode"] == TILE


def test_a_long_sound_does_not_depend_on_how_many_windows_run_together():
    steps, rows = Steps(count=2), conditions(3)
    few = waveforms(work(steps=Room(1.0, most=1)), rows, LONG, 640 * LONG, steps)
    many = waveforms(work(steps=Room(1.0, most=5)), rows, LONG, 640 * LONG, steps)
    np.testing.assert_allclose(few, many, atol=1e-5 * np.abs(many).max())


def test_a_vocoded_stretch_equals_the_single_pass():
    frames = 5000
    mel = torch.randn(1, frames, model().sizes.mel_bins, generator=torch.Generator().manual_seed(2)) - 5
    samples = frames * 160 - 77
    made = vocoded(model(), mel, samples, room=ROOM)
    whole = model().vocode(mel, samples)
    assert made.shape == (1, samples)
    np.testing.assert_allclose(made, whole, atol=2e-6 * np.abs(whole).max())


@dataclass
class LocalVae:
    """Decodes every latent by itself, so that tiles must equal the single pass exactly."""

    sizes: Sizes

    def decode(self, given: torch.Tensor, *_) -> torch.Tensor:
        each = given.mean(dim=1).repeat_interleave(self.sizes.reduction, dim=1)
        return each.repeat(1, 1, self.sizes.mel_bins // given.shape[3])


def test_tiles_lie_where_they_belong_and_add_up_to_one():
    vae, given = LocalVae(model().sizes), latents(2345)
    torch.testing.assert_close(decoded(vae, given, longest=TILE, room=ROOM), vae.decode(given))


def test_decoded_tiles_equal_the_single_pass_to_a_twentieth_of_its_spread_and_no_less_at_the_seam():
    frames = 2 * TILE - TILE_OVERLAP
    given = latents(frames)
    tiled = decoded(model(), given, longest=TILE, room=ROOM)
    whole = model().decode(given)
    assert tiled.shape == whole.shape
    error = ((tiled - whole)[0] / whole.std()).square().mean(dim=1)
    seam = slice(4 * (TILE - TILE_OVERLAP), 4 * TILE)
    assert error.mean().sqrt() < 0.05
    assert error[seam].mean() < 1.5 * error.mean()


def test_encoded_tiles_equal_the_single_pass_to_a_tenth_of_its_spread():
    frames = 2 * TILE - TILE_OVERLAP
    wave = np.random.default_rng(1).standard_normal(640 * frames).astype(np.float32) * 0.2
    tiled, whole = encoded(model(), wave, frames, longest=TILE), model().encode([wave], frames)
    assert tiled.gains == whole.gains
    error = (tiled.latents - whole.latents)[0] / whole.latents.std()
    assert error.square().mean().sqrt() < 0.1


def test_short_latents_are_decoded_in_one_piece():
    given = latents(64, rows=3)
    assert torch.equal(decoded(model(), given, longest=64, room=ROOM), model().decode(given))


def test_cancelling_stops_between_two_windows():
    busy = work()
    busy.progress.cancel()
    with pytest.raises(Cancelled):
        waveforms(busy, conditions(1), LONG, 640 * LONG, Steps(count=2))


def test_a_lack_of_memory_halves_the_pieces_and_keeps_what_was_done():
    done, room = [], Room(1.0, most=8)

    def run(rows: range) -> list[int]:
        if len(rows) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        done.extend(rows)
        return list(rows)

    assert [row for part in in_pieces(11, 64, room, run) for row in part] == list(range(11))
    assert done == list(range(11))
    assert room.rows(64) == 2
    assert room.rows(128) == 1


def test_a_lack_of_memory_for_one_row_is_not_hidden():
    def run(rows: range) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(torch.OutOfMemoryError):
        in_pieces(3, 64, Room(1.0), run)


def test_other_failures_are_not_taken_for_a_lack_of_memory():
    asked = []

    def run(rows: range) -> None:
        asked.append(rows)
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes"):
        in_pieces(3, 64, Room(1.0), run)
    assert len(asked) == 1


def test_a_batch_that_is_halved_on_the_way_sounds_the_same():
    steps, rows = Steps(count=3), conditions(1, 2, 3, 4, 5)
    whole = waveforms(work(), rows, 32, 20_000, steps)
    halved = waveforms(work(steps=Room(1.0, most=2), sound=Room(1.0, most=1)), rows, 32, 20_000, steps)
    assert np.abs(whole).max() > 0.1
    np.testing.assert_allclose(halved, whole, atol=1e-5 * np.abs(whole).max())
    assert not np.allclose(whole[0], whole[1], atol=1e-2)


@pytest.mark.parametrize("frames", [12, 28])
def test_a_pass_has_the_bits_of_the_stock_pipeline(frames: int):
    made = waveforms(work(), conditions(7), frames, 640 * frames, Steps("ddim", STEPS, GUIDANCE))
    assert np.array_equal(made, stock([7], frames))


def test_nothing_but_its_own_embedding_and_seed_decides_a_row():
    steps = Steps(count=3)
    alone = waveforms(work(), conditions(7), 32, 20_000, steps)
    among = waveforms(work(), conditions(1, 7, 9), 32, 20_000, steps)
    np.testing.assert_allclose(among[1], alone[0], atol=1e-5 * np.abs(alone).max())
    moved = conditions(7)
    moved = type(moved)(embedding(8)[None], moved.negatives, moved.seeds)
    assert np.abs(waveforms(work(), moved, 32, 20_000, steps) - alone).max() > 1e-3


def test_work_on_a_long_sound_can_be_stopped_before_every_call_of_a_network():
    """An hour takes the VAE and the vocoder half an hour each: too long to be deaf."""
    asked = []

    def check():
        asked.append(1)
        if len(asked) > 1:
            raise Cancelled

    ways = [
        lambda: decoded(model(), latents(LONG), longest=768, room=ROOM, check=check),
        lambda: decoded(model(), latents(8, 3), longest=768, room=ROOM, check=check),
        lambda: vocoded(model(), torch.zeros(1, 4200, 32), 4200 * 160, room=ROOM, check=check),
        lambda: vocoded(model(), torch.zeros(3, 40, 32), 40 * 160, room=ROOM, check=check),
        lambda: encoded(model(), np.ones(LONG * 640, np.float32), LONG, longest=768, check=check),
    ]
    for way in ways:
        asked.clear()
        with pytest.raises(Cancelled):
            way()
        assert len(asked) == 2
