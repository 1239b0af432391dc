"""Writes a whole profile of tiny random models: eyes, mapper, voice and a listener, as a user would lay them down."""

from pathlib import Path

from tests.tiny.audioldm import write_audioldm
from tests.tiny.clap import write_clap
from tests.tiny.clip import write_clip
from v2a_foley.compute import Compute
from v2a_foley.embed import Space
from v2a_foley.embed.clap import ClapTextTower
from v2a_foley.embed.clip import load_clip

EYES, EARS = 24, 32
"""Dimensions of the two spaces."""


def write_profile(folder: Path, *, mapper: str = "mapper", events: str = "scale = 400.0\nnone = -1.0") -> Path:
    """Write the models and a ``profile.toml`` that names them; its calibration makes random eyes sure of something.

    Args:
        folder: where to; made if it is missing.
        mapper: ``mapper`` for a diffusion mapper of its own, or ``bridge``.
        events: the profile's section on events.

    Returns:
        The folder.
    """
    write_clip(folder / "clip", EYES)
    write_clap(folder / "clap", EARS)
    write_audioldm(folder / "voice", embedding=EARS)
    if mapper == "mapper":
        write_mapper(folder / "mapper", folder / "clip", folder / "voice")
    (folder / "profile.toml").write_text(
        f"""
        name = "tiny"
        [eyes]
        model = "clip"
        frames = 8
        weighting = "mean"
        [ears]
        listener = "clap"
        [mapper]
        model = "{mapper}"
        [voice]
        model = "voice"
        [events]
        {events}
        """,
        encoding="utf-8",
    )
    return folder


def write_mapper(folder: Path, clip: Path, voice: Path) -> Path:
    """Write an untrained diffusion mapper of one small layer between the spaces of two models."""
    import torch

    from v2a_foley.mapper.checkpoint import save_mapper
    from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
    from v2a_foley.mapper.network import DiffusionConfig, DiffusionNetwork

    source, target = load_clip(clip).words.space, ClapTextTower(voice, Compute()).space
    config = DiffusionConfig(width=32, depth=1, heads=2, head_size=16, rotary=8, source=source.size, target=target.size)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = DiffusionNetwork(config)
    mapper = DiffusionMapper(network, source, target, sampling=Sampling(steps=4))
    save_mapper(folder, mapper, training_data="nothing: random weights", licence="CC0-1.0")
    return folder


def stranger(space: Space) -> Space:
    """Return another space of the same size and name: all that tells them apart is the fingerprint."""
    turned = "".join(f"{15 - int(digit, 16):x}" for digit in space.fingerprint.partition("-")[2])
    return Space(space.name, space.size, f"{space.size}-{turned}")
