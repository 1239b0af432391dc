"""From what is seen and said to where each sound lies in the audio space: mapper, prompts, captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from v2a_foley.embed import Embeddings, TextEncoder, normalised, pooled
from v2a_foley.embed.text_store import KNOWN_LIST
from v2a_foley.engine.profiles import Profile
from v2a_foley.engine.seeds import seed_for
from v2a_foley.engine.settings import RunSettings
from v2a_foley.mapper.blend import slerp
from v2a_foley.progress import Progress, Stage
from v2a_foley.project import Cue, Project

_TEXTS = KNOWN_LIST - 1
"""Texts of a film that are read together."""


def audio_embeddings(
    project: Project,
    profile: Profile,
    settings: RunSettings,
    progress: Progress | None = None,
    *,
    numbers: Mapping[str, Sequence[int]] | None = None,
) -> dict[tuple[str, int], NDArray[np.float32]]:
    """Return where each take's sound lies in the audio space, by the cue's id and the take's number.

    What the mapper made of the cue's shots is pulled towards the user's words by ``prompt_weight``, or towards the
    caption of its event by the profile's own weight, along the great circle. Takes differ by what a mapper with
    chance in it makes of other seeds.

    Args:
        project: cues, and the shots that they belong to.
        profile: mapper and ears.
        settings: seed, takes, how much prompts count.
        progress: told of the stage ``map``.
        numbers: the numbers of the takes of each cue, by its id; by default those from 1 that the settings say.

    Raises:
        Cancelled: the work was asked to stop.
    """
    if not project.cues:
        return {}
    usual = range(1, settings.takes + 1)
    wanted = {cue.id: (numbers or {}).get(cue.id, usual) for cue in project.cues}
    texts = _read([cue.prompt or cue.event.caption for cue in project.cues], profile.ears)
    with (progress or Progress()).stage("map") as stage:
        mapped = _mapped(project, profile, settings, wanted, stage)
    result: dict[tuple[str, int], NDArray[np.float32]] = {}
    for cue, text in zip(project.cues, texts, strict=True):
        weight = settings.prompt_weight if cue.prompt else profile.caption_weight
        if settings.cues == "shots" and not cue.prompt:
            weight = 0.0  # the picture alone speaks, as in the paper
        for number in wanted[cue.id]:
            keys = [(index, (number, _base(cue, settings))) for index in cue.shots]
            seen = [mapped[key] for key in keys if key in mapped]
            picture = pooled(np.stack(seen)) if seen else text
            result[cue.id, number] = slerp(picture, text, weight)
    return result


def _read(texts: Sequence[str], ears: TextEncoder) -> Embeddings:
    """Embed each text once, a few at a time: a long list is taken for a fixed table, and kept on the disk for good."""
    once = list(dict.fromkeys(texts))
    found = [ears.encode_texts(once[start : start + _TEXTS]) for start in range(0, len(once), _TEXTS)]
    row = {text: number for number, text in enumerate(once)}
    return np.concatenate(found)[[row[text] for text in texts]]


def _base(cue: Cue, settings: RunSettings) -> int:
    """Return the seed that a cue's sounds come from: its own, or the film's."""
    return settings.seed if cue.seed is None else cue.seed


def _mapped(
    project: Project, profile: Profile, settings: RunSettings, wanted: Mapping[str, Sequence[int]], stage: Stage
) -> dict[tuple[int, tuple[int, int]], NDArray[np.float32]]:
    """Return what the mapper makes of every shot that has a cue, all in one go.

    By the shot's number, and the take's number with the seed that it comes from.
    """
    used: dict[int, set[tuple[int, int]]] = {}
    for cue in project.cues:
        for index in cue.shots:
            used.setdefault(index, set()).update((number, _base(cue, settings)) for number in wanted[cue.id])
    shots = [shot for shot in project.shots if shot.index in used and shot.embedding]
    rows = [(shot, each) for shot in shots for each in sorted(used[shot.index])]
    if not rows:
        return {}
    seeds = [seed_for(base, shot.range.start, "mapper", number) for shot, (number, base) in rows]
    vectors = normalised(np.array([shot.embedding for shot, _ in rows], dtype=np.float32))

    def step_done(done: int, total: int) -> None:
        stage.total = total
        stage.tell(done)

    mapped = profile.mapper.map(vectors, seeds, step_done=step_done)
    return {(shot.index, each): vector for (shot, each), vector in zip(rows, mapped, strict=True)}
