"""Names of the files that go to editors: takes after the Universal Category System, stems by film, layer and version.

Only names: where the files lie, and what is in them, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from v2a_foley.errors import UsageError
from v2a_foley.files import safe_name
from v2a_foley.media import MediaFacts
from v2a_foley.project.model import Cue
from v2a_foley.timebase import Timecode

CREATOR = "V2AF"
"""The CreatorID of the takes that this program makes."""
TAKE_PATTERN = "{catid}_{name} {take}_" + CREATOR + "_{film}"
STEM_PATTERN = "{film}_{layer}_{version}"
STEM_FIELDS = {"film": 80, "layer": 5, "tc": 11, "version": 24}
"""What stems' names are made of, and how many bytes each takes at most."""
TAKE_FIELDS = {**STEM_FIELDS, "take": 16, "catid": 16, "name": 48}
"""The same of takes."""
_LONGEST = 240
"""Bytes of a name at most, its suffix not counted: every file system takes 255."""
SUFFIX = ".wav"
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


@dataclass(frozen=True)
class Naming:
    """How takes and stems are called.

    Attributes:
        take: pattern of takes' names, of ``{film} {layer} {tc} {take} {catid} {name} {version}``; needs ``{take}``.
        stem: pattern of stems' names, of ``{film} {layer} {tc} {version}``; needs ``{layer}``.
        version: the text that ``{version}`` stands for.

    Raises:
        UsageError: a pattern is not to be understood, makes two files of one name, or makes names too long.
    """

    take: str = TAKE_PATTERN
    stem: str = STEM_PATTERN
    version: str = "v1"

    def __post_init__(self) -> None:
        """Check the patterns."""
        _check("--name", self.take, TAKE_FIELDS, "take", "takes")
        _check("--stem-name", self.stem, STEM_FIELDS, "layer", "stems")
        if safe_name(self.version, fallback="", longest=STEM_FIELDS["version"]) != self.version or not self.version:
            raise UsageError(
                f"--version {self.version!r} cannot be part of a file's name.",
                hint="Take a few letters and digits: v1.",
            )

    def take_name(self, cue: Cue, take: str, media: MediaFacts) -> str:
        """Return the file name, with its suffix, of a take of a cue.

        Args:
            cue: the cue.
            take: the take's id, unique in the project.
            media: the film.
        """
        fields = {
            "film": _part(media.path.stem, "film"),
            "layer": cue.layer.value,
            "tc": _dashed(media.timecode_at(cue.range.start)),
            "take": take,
            "catid": _part(cue.event.catid, "catid"),
            "name": _part(cue.event.name.replace("_", " ").title(), "name"),
            "version": self.version,
        }
        return _filled(self.take, fields)

    def stem_name(self, film: Path, layer: str, start: Timecode | None = None) -> str:
        """Return the file name, with its suffix, of a stem of a film; ``start`` is the film's first timecode."""
        code = "" if start is None else _dashed(start)
        fields = {
            "film": safe_name(film.stem, longest=STEM_FIELDS["film"]),
            "layer": layer,
            "tc": code,
            "version": self.version,
        }
        return _filled(self.stem, fields)

    @property
    def stems_need_start(self) -> bool:
        """Whether a stem's name tells the film's first timecode."""
        return "tc" in _fields_of(self.stem)


def _check(option: str, pattern: str, known: Mapping[str, int], needed: str, what: str) -> None:
    """Refuse a pattern that is not to be understood, or that would make two files of one name."""
    hint = "Use " + " ".join(f"{{{name}}}" for name in known) + "."
    try:
        fields = _fields_of(pattern)
    except ValueError as error:
        raise UsageError(f"{option} {pattern!r} has a brace that is not closed or not opened.", hint=hint) from error
    for name in fields:
        if name not in known:
            raise UsageError(f"{option} {pattern!r} has the field {{{name}}}, which {what} do not have.", hint=hint)
    if needed not in fields:
        raise UsageError(f"{option} {pattern!r} would give several {what} one name.", hint=f"Put {{{needed}}} into it.")
    longest = _filled(pattern, {name: "x" * width for name, width in known.items()}, longest=10_000)
    plain = pattern.format(**dict.fromkeys(known, ""))
    if plain != _cleaned(plain):
        raise UsageError(
            f"{option} {pattern!r} holds letters that cannot be part of a file's name.",
            hint='Leave out / \\ : * ? " < > | and control characters; folders are chosen with --stems and --timeline.',
        )
    if len(longest.encode()) > _LONGEST:
        raise UsageError(f"{option} makes names of more than {_LONGEST} bytes.", hint="Use fewer fields or words.")


def _fields_of(pattern: str) -> list[str]:
    """Return the fields of a pattern, as they are written."""
    parts = list(Formatter().parse(pattern))
    return [
        name + (f"!{turn}" if turn else "") + (f":{form}" if form else "")
        for _, name, form, turn in parts
        if name is not None
    ]


def _filled(pattern: str, fields: Mapping[str, str], longest: int = _LONGEST) -> str:
    return safe_name(pattern.format(**fields), longest=longest) + SUFFIX


def _cleaned(text: str) -> str:
    return _NOT_IN_NAMES.sub("", text)


def _part(text: str, field: str) -> str:
    """Return a text as one field of a take's name: no underscore, which parts fields, and not too long."""
    return safe_name(text, longest=TAKE_FIELDS[field]).replace("_", "-")


def _dashed(code: Timecode) -> str:
    return str(code).replace(":", "-").replace(";", "-")
