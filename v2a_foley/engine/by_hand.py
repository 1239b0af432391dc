"""Hits by hand: from a list of hits to cues that are struck where it says. ``interchange/hit_list.py`` reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from v2a_foley.engine.spot import Wish, Words, numbered
from v2a_foley.interchange.hit_list import ListedHit
from v2a_foley.progress import Progress
from v2a_foley.project import Cue, Hit, Intensity, Kind, Layer, Project, Shot


def struck_by_hand(
    project: Project, listed: Sequence[ListedHit], chosen: frozenset[int], words: Words, progress: Progress
) -> Project:
    """Return a spotted project with the hits of a list in the chosen shots.

    A row that names an event makes a cue of it in the row's shot, with exactly the rows' hits; effects that were only
    seen there give way to it, as they do to a prompt. A continuous event gets the rows' strengths as its curve; an
    ambience sounds steadily. Rows without an event take the place of the picture's hits in the shot's other impulses.

    Args:
        project: with its cues, as the picture and the prompts have it.
        listed: the hits, in order of time.
        chosen: numbers of the shots that get sound.
        words: how texts are understood.
        progress: told where a list's hits find nothing to strike.
    """
    named = {text: words.named(text) for text in dict.fromkeys(each.event for each in listed) if text}
    cues, lost = list(project.cues), []
    for shot in project.shots:
        rows = [each for each in listed if shot.index in chosen and shot.range.contains(each.time)]
        if not rows:
            continue
        asked: dict[tuple[str, str], list[ListedHit]] = {}
        for row in rows:
            if row.event:
                asked.setdefault((named[row.event].event.name, named[row.event].words), []).append(row)
        wishes = [(named[own[0].event], own) for own in asked.values()]
        if wishes:
            cues = [cue for cue in cues if not _gives_way(cue, shot, [wish for wish, _ in wishes])]
        bare = _hits(row for row in rows if not row.event)
        if bare:
            struck = [i for i, cue in enumerate(cues) if cue.event.kind is Kind.IMPULSE and shot.index in cue.shots]
            for place in struck:
                cues[place] = replace(cues[place], hits=bare)
            if not struck:
                lost.append(shot.index)
        cues += [_cue(shot, wish, own, words.negative) for wish, own in wishes]
    for number in lost:
        progress.warn(f"Shot {number} has hits in the list, and nothing that is struck: name an event there.")
    return numbered(project, cues)


def _cue(shot: Shot, wish: Wish, rows: Sequence[ListedHit], negative: str) -> Cue:
    event, hits = wish.event, _hits(rows)
    cue = Cue("", event.layer, shot.range, (shot.index,), event, prompt=wish.words, negative=negative)
    if event.kind is Kind.IMPULSE:
        return replace(cue, hits=hits)
    if event.kind is Kind.CONTINUOUS:
        regions = tuple(hit.region for hit in hits if hit.region is not None)
        times, values = tuple(hit.time for hit in hits), tuple(hit.strength for hit in hits)
        return replace(cue, intensity=Intensity(times, values, regions if len(regions) == len(hits) else ()))
    return cue


def _gives_way(cue: Cue, shot: Shot, wishes: Iterable[Wish]) -> bool:
    """Tell whether a cue makes room for those of the list: it was only seen, or is the same sound."""
    if cue.shots != (shot.index,):
        return False
    same = any(wish.event == cue.event for wish in wishes)
    return same or (cue.layer is not Layer.BG and not cue.prompt)


def _hits(rows: Iterable[ListedHit]) -> tuple[Hit, ...]:
    """Return rows as hits, one at a time: of two at one moment the harder."""
    best: dict[object, Hit] = {}
    for row in rows:
        if row.time not in best or best[row.time].strength < row.strength:
            best[row.time] = Hit(row.time, row.strength, row.region)
    return tuple(sorted(best.values(), key=lambda hit: hit.time))
