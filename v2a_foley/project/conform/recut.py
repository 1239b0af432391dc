"""A whole project follows its film into a new cut, and what became of everything in it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from v2a_foley.media import MediaFacts
from v2a_foley.project.conform.cues import Followed, follow_cue
from v2a_foley.project.conform.follow import Clock, Following, Strip, bridged
from v2a_foley.project.conform.match import Run
from v2a_foley.project.conform.shots import cuts_by_frame, follow_shots
from v2a_foley.project.edits.numbering import shots_under
from v2a_foley.project.model import Cue, Project, Shot
from v2a_foley.timebase import TimeRange, as_text

WAYS = ("kept", "moved", "trimmed", "split", "copied", "parked", "returned", "still parked")
"""What may become of a cue."""


@dataclass(frozen=True)
class Report:
    """What became of a project whose film was cut anew.

    Attributes:
        old: the old film.
        new: the new one.
        cues: what became of each cue, parked ones included, each once, in the order in which they lay.
        moved: shots that are elsewhere now, (old number, new number).
        appeared: new shots, of which no picture was in the old film.
        vanished: old shots, of which no picture is in the new one.
        silent: numbers of the new shots that no cue lies over.
    """

    old: MediaFacts
    new: MediaFacts
    cues: tuple[Followed, ...]
    moved: tuple[tuple[int, int], ...]
    appeared: tuple[Shot, ...]
    vanished: tuple[Shot, ...]
    silent: tuple[int, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many cues went which way; together as many as there were."""
        found = Counter(each.what for each in self.cues)
        return {way: found[way] for way in WAYS}

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values: exact times, and the timecodes of the film that each belongs to."""
        return {
            "old": str(self.old.path),
            "new": str(self.new.path),
            "counts": dict(self.counts),
            "cues": [
                {
                    "id": each.id,
                    "event": each.event,
                    "what": each.what,
                    "was": _span(each.was, self.old),
                    "now": [{"id": name, **_span(span, self.new)} for name, span in each.now],
                    "lost": [_span(span, self.old) for span in each.lost],
                }
                for each in self.cues
            ],
            "moved": [{"was": was, "now": now} for was, now in self.moved],
            "appeared": [{"shot": shot.index, **_span(shot.range, self.new)} for shot in self.appeared],
            "vanished": [{"shot": shot.index, **_span(shot.range, self.old)} for shot in self.vanished],
            "silent": list(self.silent),
        }


@dataclass(frozen=True)
class Conformed:
    """A project that followed its film.

    Attributes:
        project: of the new film. Shots that appeared have no description yet.
        report: what became of everything.
    """

    project: Project
    report: Report


def conform(
    project: Project,
    media: MediaFacts,
    runs: Sequence[Run],
    old: Clock,
    new: Clock,
    *,
    cuts: Sequence[tuple[Fraction, str]] = (),
    shelf: Mapping[str, Clock] | None = None,
) -> Conformed:
    """Let shots, cues and takes follow their pictures.

    Args:
        project: of the old film.
        media: the new film.
        runs: which frames of the old film are which of the new one (``match``).
        old: the times of the old film's frames.
        new: those of the new one's.
        cuts: when the new film cuts, and how that was found; heeded where its pictures are new.
        shelf: by the ids of parked cues, the times of their pictures, in the order in which the runs count on through
            them.
    """
    following = Following(bridged(runs), new, media.duration)
    film = Strip(old)
    found = follow_shots(project.shots, film, following, cuts_by_frame(cuts, following))
    taken = {cue.id for cues in (project.cues, project.parked) for cue in cues}
    cues: list[Cue] = []
    parked: list[Cue] = []
    said: list[Followed] = []
    for cue in project.cues:
        now, what = follow_cue(cue, film, following, taken)
        cues += now
        parked += [] if now else [cue]
        said.append(what)
    strips = _strips(len(old), shelf or {})
    waiting: list[Cue] = []
    for cue in project.parked:
        back, what = _returned(cue, strips.get(cue.id), following, taken)
        cues += back
        waiting += [] if back else [cue]
        said.append(what)
    cues = [replace(cue, shots=shots_under(found.shots, cue.range)) for cue in cues]
    cues.sort(key=lambda cue: cue.range.start)
    heard = {number for cue in cues for number in cue.shots}
    followed = replace(project, media=media, shots=found.shots, cues=tuple(cues), parked=(*waiting, *parked), film=None)
    report = Report(
        old=project.media,
        new=media,
        cues=tuple(said),
        moved=found.moved,
        appeared=tuple(shot for shot in found.shots if shot.index in found.appeared),
        vanished=found.vanished,
        silent=tuple(shot.index for shot in found.shots if shot.index not in heard),
    )
    return Conformed(followed, report)


def _returned(cue: Cue, strip: Strip | None, following: Following, taken: set[str]) -> tuple[tuple[Cue, ...], Followed]:
    """Return the cues that a parked one is again, none where its picture did not come back or is not known."""
    still = Followed(cue.id, cue.event.caption, "still parked", cue.range, (), (cue.range,))
    if strip is None:
        return (), still
    back, what = follow_cue(cue, strip, following, taken)
    return (back, replace(what, what="returned")) if back else ((), still)


def _strips(live: int, shelf: Mapping[str, Clock]) -> dict[str, Strip]:
    """Return the pictures of parked cues by their ids."""
    found, first = {}, live
    for name, clock in shelf.items():
        found[name] = Strip(clock, first)
        first += len(clock)
    return found


def _span(span: TimeRange, media: MediaFacts) -> dict[str, str]:
    return {
        "start": as_text(span.start),
        "end": as_text(span.end),
        "start_timecode": str(media.timecode_at(span.start)),
        "end_timecode": str(media.timecode_at(span.end)),
    }
