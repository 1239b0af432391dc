"""Who takes part in a comparison of mappers: trained ones, the bridge, no mapper at all; and how each is called."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from v2a_foley.compute import Compute
from v2a_foley.embed import Embeddings, Space
from v2a_foley.errors import UsageError
from v2a_foley.mapper.card import Card, read_card
from v2a_foley.mapper.checkpoint import check_spaces, load_mapper
from v2a_foley.mapper.diffusion import DiffusionMapper, Sampling
from v2a_foley.mapper.precision import Warn
from v2a_foley.mapper.protocol import Mapper, StepDone
from v2a_foley.metrics.figure import REFERENCE

NONE = "no mapper"
BRIDGE = "bridge"


class Untranslated:
    """The picture's embedding taken for a sound's: what a mapper must be better than (a ``Mapper``).

    Raises:
        ValueError: the spaces are of different sizes.
    """

    def __init__(self, source: Space, target: Space) -> None:
        """Keep the spaces."""
        if source.size != target.size:
            raise ValueError(f"{source.size} dimensions are not {target.size}")
        self._source, self._target = source, target

    @property
    def source(self) -> Space:
        """The space of the image embeddings that it reads."""
        return self._source

    @property
    def target(self) -> Space:
        """The space that it passes them off as."""
        return self._target

    def map(self, embeddings: Embeddings, seeds: Sequence[int], *, step_done: StepDone | None = None) -> Embeddings:
        """Return the embeddings as they are."""
        return embeddings


@dataclass(frozen=True)
class Contestant:
    """A mapper that is measured.

    Attributes:
        name: what its row is called.
        mapper: it itself.
        identity: what decides its outcome, for names of what was made with it: a hash of its weights, or its name.
        trained: how many numbers it learned.
        kind: ``none``, ``bridge``, or the kind that its card names.
        details: what a reader should know of it, a sentence.
        draws: whether other seeds give other embeddings.
        learned_from: how many pairs it learned from, and how many were held out; None where its card does not say.
    """

    name: str
    mapper: Mapper
    identity: str
    trained: int = 0
    kind: str = ""
    details: str = ""
    draws: bool = False
    learned_from: tuple[int, int] | None = None

    def sampled(self, *, steps: int | None = None, guidance: float | None = None) -> Contestant:
        """Return it with another way of sampling, named so; itself where nothing is drawn."""
        if not isinstance(self.mapper, DiffusionMapper):
            return self
        own = self.mapper.sampling
        try:
            walk = replace(
                own,
                steps=own.steps if steps is None else steps,
                guidance=own.guidance if guidance is None else guidance,
            )
        except ValueError as error:
            raise UsageError(
                f"The mapper cannot sample so: {error}.", hint="Choose other steps or guidance."
            ) from error
        mapper = DiffusionMapper(
            self.mapper.network, self.mapper.source, self.mapper.target, sampling=walk, compute=self.mapper.compute
        )
        return replace(
            self,
            name=f"{self.name}, {walk.steps} steps, guidance {walk.guidance:g}",
            mapper=mapper,
            identity=f"{self.identity.partition('@')[0]}@{_walk(walk)}",
        )


def untranslated(source: Space, target: Space) -> Contestant | None:
    """Return the contestant without a mapper; None where the spaces' sizes differ."""
    if source.size != target.size:
        return None
    return Contestant(
        NONE,
        Untranslated(source, target),
        "none",
        kind="none",
        details="The picture's embedding is taken for a sound's.",
    )


def bridging(mapper: Mapper, captions: Sequence[str]) -> Contestant:
    """Return the bridge as a contestant, over captions."""
    listed = hashlib.sha256("\n".join(captions).encode()).hexdigest()[:12]
    details = f"The bridge over {len(captions)} captions; untrained."
    return Contestant(BRIDGE, mapper, f"bridge-{listed}", kind="bridge", details=details)


def trained(
    folders: Sequence[Path], source: Space, target: Space, compute: Compute, warn: Warn | None = None
) -> list[Contestant]:
    """Load trained mappers between two spaces.

    Raises:
        UsageError: one stands twice.
        MissingError: one is missing or damaged, or leads between other spaces.
    """
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UsageError("A mapper was named twice.", hint="Name each mapper once.")
    found: list[Contestant] = []
    for folder in folders:
        mapper, card = load_mapper(folder, compute, warn=warn), read_card(folder)
        check_spaces(mapper, source, target)
        taken = {each.name for each in found} | {NONE, BRIDGE, REFERENCE}
        found.append(of_card(mapper, card, _name(folder, taken)))
    return found


def of_card(mapper: Mapper, card: Card, name: str) -> Contestant:
    """Return a trained mapper as a contestant."""
    draws = isinstance(mapper, DiffusionMapper)
    counts = [card.metrics.get(name) for name in ("pairs", "validation_pairs")]
    return Contestant(
        name,
        mapper,
        card.sha256[:12] + (f"@{_walk(mapper.sampling)}" if isinstance(mapper, DiffusionMapper) else ""),
        trained=card.parameters,
        kind=card.kind,
        details=f"{name}: {card.kind}, {card.parameters:,} learned numbers, trained on {card.training_data}"
        + (f"; {_said(mapper.sampling)}" if isinstance(mapper, DiffusionMapper) else "")
        + f"; licence: {card.licence}.",
        draws=draws,
        learned_from=None if None in counts else (int(counts[0] or 0), int(counts[1] or 0)),
    )


def _walk(sampling: Sampling) -> str:
    return f"{sampling.sampler}-{sampling.steps}-{sampling.guidance:g}"


def _said(sampling: Sampling) -> str:
    return f"{sampling.steps} {sampling.sampler} steps, guidance {sampling.guidance:g}"


def _name(folder: Path, taken: set[str]) -> str:
    """Return what a mapper is called: its folder's name, with the folders above as far as shorter ones are taken."""
    parts = folder.absolute().parts
    names = ["/".join(parts[-depth:]) for depth in range(1, len(parts) + 1)]
    return next((name for name in names if name not in taken), names[-1])
