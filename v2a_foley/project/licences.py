"""What the licences of takes allow, as far as their names tell. This knows names, not law."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from v2a_foley.project.model import Cue

_FORBIDS = re.compile(
    r"\bnc\b|non-?\s?commercial|not for commercial|no commercial|research[- ]only|academic[- ]only", re.IGNORECASE
)
_ALLOWS = re.compile(
    r"^(cc0(-1\.0)?|cc[- ]by([- ]sa)?([- ][1-4]\.[0-9])?|apache-2\.0|mit|bsd-[23]-clause|isc|0bsd|unlicense|pddl-1\.0"
    r"|odc-by-1\.0|public domain|wtfpl)$",
    re.IGNORECASE,
)
_OWN = re.compile(r"^the user's own library\b", re.IGNORECASE)
_MOST_NAMED = 6


class Commerce(StrEnum):
    """Whether a sound may be used for money."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    OWN = "own"
    """The sound is from the user's own library, whose licence the user knows."""
    UNKNOWN = "unknown"


def commerce(licence: str) -> Commerce:
    """Return whether a sound under a licence may be used for money.

    Args:
        licence: an SPDX identifier or expression (``CC-BY-NC-SA-4.0``), or a plain sentence.
    """
    text = licence.strip().strip(".")
    if _OWN.match(text):
        return Commerce.OWN
    if _FORBIDS.search(text.replace("_", "-")):
        return Commerce.FORBIDDEN
    parts = [part.strip(" ()") for part in re.split(r"\s+AND\s+", text)]
    return Commerce.ALLOWED if all(_ALLOWS.match(part) for part in parts) else Commerce.UNKNOWN


def licence_warnings(cues: Iterable[Cue]) -> list[str]:
    """Return what somebody who sells a film with these sounds must know: a sentence a kind of trouble, takes named.

    Only what sounds counts: the active takes of the cues that are not muted.
    """
    heard: dict[Commerce, dict[str, list[str]]] = {Commerce.FORBIDDEN: {}, Commerce.UNKNOWN: {}}
    for cue in cues:
        if cue.take is not None and not cue.muted:
            kind = commerce(cue.take.licence)
            if kind in heard:
                heard[kind].setdefault(cue.take.licence, []).append(cue.take.id)
    said = []
    for licence, takes in heard[Commerce.FORBIDDEN].items():
        said.append(f"The licence {licence!r} forbids commercial use: {_listed(takes)}.")
    for licence, takes in heard[Commerce.UNKNOWN].items():
        said.append(f"Whether {licence or 'no licence at all'!r} allows commercial use is not known: {_listed(takes)}.")
    return said


def _listed(takes: list[str]) -> str:
    """Name takes, the first few of many."""
    shown = ", ".join(takes[:_MOST_NAMED])
    more = len(takes) - _MOST_NAMED
    what = "take" if len(takes) == 1 else "takes"
    return f"{what} {shown}" + (f" and {more} more" if more > 0 else "")
