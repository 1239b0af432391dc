"""Random projects and random edits of them, for hypothesis; and what must be true of a project after every edit."""

from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from zlib import crc32

from hypothesis import strategies as st

from tests.projects import ENGINE, HAMMER, RAIN, STEPS, WIND, film
from v2a_foley.errors import UsageError
from v2a_foley.project import Cue, Heard, Hit, Intensity, Layer, Project, Region, Shot, Take
from v2a_foley.project.edits import (
    CUE_FIELDS,
    AddCue,
    AddHit,
    AddTake,
    DrawIntensity,
    MergeShots,
    MoveCue,
    MoveCut,
    MoveHit,
    MuteHit,
    ParkCue,
    RemoveCue,
    RemoveHit,
    RemoveTake,
    ReplaceHits,
    SetCue,
    SetFilm,
    SetShot,
    SplitCue,
    SplitShot,
    Steps,
    StrikeHit,
    TrimCue,
    UnparkCue,
    free_cue_id,
    new_cue,
)
from v2a_foley.timebase import TimeRange, from_frame

FOLDER = Path("/films/one")
RATE = Fraction(24)
EVENTS = (RAIN, WIND, HAMMER, STEPS, ENGINE)


UNIT = st.floats(0, 1)
REGIONS = st.builds(Region, UNIT, UNIT, UNIT, UNIT)


@st.composite
def curves(draw, times):
    """A curve of a few points, with regions or without."""
    at = sorted(draw(st.sets(times, min_size=1, max_size=4)))
    values = draw(st.lists(UNIT, min_size=len(at), max_size=len(at)))
    regions = draw(st.just([]) | st.lists(REGIONS, min_size=len(at), max_size=len(at)))
    return Intensity(tuple(at), tuple(values), tuple(regions))


def under(project, span):
    """The numbers of the shots that a range overlaps, looked for one by one."""
    return tuple(shot.index for shot in project.shots if shot.range.overlap(span))


def take_of(name):
    digest = sha256(name.encode()).hexdigest()
    path = FOLDER / "takes" / f"{digest[:32]}.wav"
    return Take(name, path, 48_000, 1, 96_000, 0, 0, 7, "procedural", "impact", "CC0-1.0", digest=digest)


@st.composite
def projects(draw):
    """A project of a few shots and cues, some of which belong to other shots than those that they overlap."""
    frames = draw(st.integers(24, 240))
    cuts = [0, *sorted(draw(st.sets(st.integers(1, frames - 1), max_size=8))), frames]
    media = film(FOLDER.parent / "one.mp4", RATE, frames=frames)
    shots = tuple(
        Shot(
            number,
            TimeRange(from_frame(start, RATE), from_frame(end, RATE)),
            "start" if number == 1 else draw(st.sampled_from(("cut", "fade"))),
            heard=(Heard(RAIN, 0.5 + number / 64),),
            embedding=(float(number), 0.5),
            scene=(number + 1) // 2,
        )
        for number, (start, end) in enumerate(pairwise(cuts), start=1)
    )
    project = Project(media, shots)
    for number in range(1, draw(st.integers(0, 7)) + 1):
        start, end = sorted(draw(st.sets(st.integers(0, 2 * frames), min_size=2, max_size=2)))
        span = TimeRange(Fraction(start, 48), Fraction(end, 48))
        odd = draw(st.integers(0, 5)) == 0
        numbers = sorted(draw(st.sets(st.integers(1, len(shots))))) if odd else under(project, span)
        event = draw(st.sampled_from(EVENTS))
        hits = tuple(
            Hit(Fraction(at, 48), 0.5, draw(st.none() | REGIONS), draw(st.booleans()))
            for at in sorted(draw(st.sets(st.integers(start, end - 1), max_size=3)))
        )
        takes = tuple(take_of(f"c{number}t{each}") for each in range(1, draw(st.integers(0, 2)) + 1))
        active = draw(st.sampled_from([None, *(take.id for take in takes)]))
        cue = Cue(f"c{number}", event.layer, span, tuple(numbers), event, hits=hits, takes=takes, active=active)
        cue = replace(cue, intensity=draw(st.none() | curves(st.integers(start, end).map(lambda at: Fraction(at, 48)))))
        parked = draw(st.integers(0, 7)) == 0
        project = replace(project, parked=(*project.parked, cue)) if parked else project.with_cues((*project.cues, cue))
    return project


TIMES = st.integers(-12, 500).map(lambda at: Fraction(at, 48))


@st.composite
def values_of(draw, cue):
    """New values of some parts of a cue."""
    names = [name for name, field in CUE_FIELDS.items() if field.by_hand]
    some = {
        "prompt": st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        "negative": st.sampled_from(("", "music")),
        "event": st.sampled_from(EVENTS),
        "seed": st.none() | st.integers(-1, 2**31),
        "place": st.sampled_from(("", "hall")),
        "layer": st.sampled_from(list(Layer)),
        "gain": st.floats(-70, 30),
        "muted": st.booleans(),
        "fade_in": st.none() | TIMES,
        "fade_out": st.none() | TIMES,
        "hits": st.lists(st.builds(Hit, TIMES, UNIT, st.none() | REGIONS, st.booleans()), max_size=3).map(tuple),
        "intensity": st.none() | curves(TIMES),
        "active": st.sampled_from([None, "c1t1", *(take.id for take in cue.takes)]),
        "slip": TIMES,
    }
    assert set(some) == set(names)
    return {name: draw(some[name]) for name in draw(st.sets(st.sampled_from(names), min_size=1, max_size=3))}


@st.composite
def edits(draw, project, deep=2):
    """An edit of a project; some of them cannot be."""
    shot = draw(st.integers(0, len(project.shots) + 1))
    # Hypothesis likes small numbers; every kind shall have its turn.
    kind = crc32(draw(st.binary(min_size=4, max_size=4))) % (27 if deep else 26)
    if kind <= 2:
        at = draw(TIMES)
        inside = next((each.index for each in project.shots if each.range.contains(at)), shot)
        return SplitShot(inside, at)
    if kind == 3:
        return MergeShots(shot)
    if kind == 4:
        part = Fraction(draw(st.integers(0, 16)), 16)
        if 2 <= shot <= len(project.shots):
            start, end = project.shots[shot - 2].range.start, project.shots[shot - 1].range.end
            return MoveCut(shot, start + (end - start) * part)
        return MoveCut(shot, part)
    if kind == 5:
        return SetShot(shot, draw(st.none() | st.integers(-1, 3)), draw(st.none() | st.booleans()))
    if kind == 6:
        start, end = sorted((draw(TIMES), draw(TIMES)))
        cue = new_cue(project, draw(st.sampled_from(EVENTS)), TimeRange(start, end))
        return AddCue(draw(st.sampled_from([cue, replace(cue, shots=())])))
    if kind == 7:
        some = {"original": "duck", "gain": draw(st.floats(-5, 5)), "prompt": ["a", "b"], "cuts": None}
        names = st.sets(st.sampled_from(sorted(some)))
        return SetFilm({name: some[name] for name in draw(names)}, tuple(sorted(draw(names))))
    if kind == 26:
        done, now = [], project
        for _ in range(draw(st.integers(0, 3))):
            edit = draw(edits(now, deep - 1))
            done.append(edit)
            now = tried(now, edit)[0]
        return Steps("Several", tuple(done))
    return draw(edits_of_cues(project, kind)) if project.cues or project.parked else MergeShots(1)


@st.composite
def edits_of_cues(draw, project, kind):
    """An edit of one of a project's cues, of which there are some."""
    cue = draw(st.sampled_from([*project.cues, *project.parked]))
    hit = draw(st.sampled_from([each.time for each in cue.hits] or [Fraction(1)]))
    take = draw(st.sampled_from([each.id for each in cue.takes] or ["c1t1"]))
    parts = st.integers(0, 48).map(lambda part: cue.range.start + cue.range.duration * part / 48)
    inside = draw(parts)
    made = {
        8: lambda: RemoveCue(cue.id),
        9: lambda: MoveCue(cue.id, draw(TIMES)),
        10: lambda: TrimCue(cue.id, draw(st.none() | TIMES), draw(st.none() | TIMES)),
        11: lambda: SplitCue(cue.id, inside, draw(st.just(free_cue_id(project)) | st.just(cue.id))),
        12: lambda: ParkCue(cue.id),
        13: lambda: UnparkCue(draw(st.sampled_from([each.id for each in project.parked] or [cue.id])), to=None),
        14: lambda: UnparkCue(cue.id, draw(TIMES), place=draw(st.none() | st.integers(0, 4))),
        15: lambda: AddHit(cue.id, inside, draw(st.floats(-0.5, 1.5)), draw(st.none() | REGIONS)),
        16: lambda: MoveHit(cue.id, hit, inside),
        17: lambda: StrikeHit(cue.id, hit, draw(UNIT)),
        18: lambda: RemoveHit(cue.id, hit),
        19: lambda: draw(
            st.builds(
                AddTake,
                st.just(cue.id),
                st.integers(1, 9).map(lambda number: take_of(f"{cue.id}t{number}")),
                st.none() | st.integers(0, 3),
                st.none() | st.booleans(),
            )
        ),
        20: lambda: RemoveTake(cue.id, take, draw(st.sampled_from([None, *(each.id for each in cue.takes)]))),
        21: lambda: SetCue(cue.id, draw(values_of(cue))),
        22: lambda: SetCue(cue.id, draw(values_of(cue))),
        23: lambda: MuteHit(cue.id, hit, draw(st.booleans())),
        24: lambda: DrawIntensity(cue.id, draw(curves(st.just(inside) | parts))),
        25: lambda: ReplaceHits(
            cue.id, tuple(draw(st.lists(st.builds(Hit, parts, UNIT, st.none() | REGIONS, st.booleans()), max_size=3)))
        ),
    }
    return made[kind]()


def tried(project, edit):
    """The project after an edit, and whether it was possible."""
    try:
        return edit.apply(project)[0], True
    except UsageError:
        return project, False


def check(before, after):
    """Refuse what no edit may do to a project."""
    numbers = [shot.index for shot in after.shots]
    assert len(set(numbers)) == len(numbers)
    kept = {(shot.range.start, shot.range.end): shot.index for shot in before.shots}
    assert all(kept.get((shot.range.start, shot.range.end), shot.index) == shot.index for shot in after.shots)
    assert all(one.range.end == two.range.start for one, two in pairwise(after.shots))
    assert all(shot.range.start < shot.range.end for shot in after.shots)
    assert after.shots[0].range.start == before.shots[0].range.start
    assert after.shots[-1].range.end == before.shots[-1].range.end
    ids = [cue.id for cue in (*after.cues, *after.parked)]
    takes = [take.id for cue in (*after.cues, *after.parked) for take in cue.takes]
    assert len(ids) == len(set(ids))
    assert len(takes) == len(set(takes))
    known = {cue.id: cue.shots == under(before, cue.range) for cue in before.cues}
    for cue in after.cues:
        assert 0 <= cue.range.start < cue.range.end <= after.media.duration
        assert cue.active is None or cue.take is not None
        assert len(set(cue.shots)) == len(cue.shots)
        assert set(cue.shots) <= set(numbers)
        if known.get(cue.id, True):
            assert cue.shots == under(after, cue.range), cue.id
