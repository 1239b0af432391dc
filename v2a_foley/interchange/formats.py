"""The formats of timelines by name: how their files end, who writes and reads them. Modules load when they are used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

from v2a_foley.errors import UsageError
from v2a_foley.interchange.edit import Edit


@dataclass(frozen=True)
class Format:
    """A format of timelines.

    Attributes:
        name: as ``--to`` takes it.
        suffix: of its files, with the dot.
        opens: which programs open it.
        writes: ``module:function`` that writes it; a function of an edit and a path.
        reads: ``module:function`` that reads it, or empty; a function of a path and ``rate``.
    """

    name: str
    suffix: str
    opens: str
    writes: str
    reads: str = ""

    def write(self, edit: Edit, path: Path) -> None:
        """Write an edit.

        Raises:
            DiskFull: the disk is full.
            OutputError: the place cannot be written, or the format cannot hold the edit.
        """
        _named(self.writes)(edit, path)

    def read(self, path: Path, *, rate: Fraction | None = None) -> Edit:
        """Read an edit.

        Raises:
            TimelineError: it cannot be read.
        """
        found: Edit = _named(self.reads)(path, rate=rate)
        return found


FORMATS = (
    Format(
        "otio",
        ".otio",
        "Resolve 18.5 and newer, and whatever opens OpenTimelineIO",
        "otio:write_otio",
        "otio_reader:read_otio",
    ),
    Format("otioz", ".otioz", "the same, with its media inside", "otio:write_otioz", "otio_reader:read_otio"),
    Format("fcp7xml", ".xml", "Premiere Pro, Resolve, Avid", "xmeml:write_xmeml", "xmeml_reader:read_xmeml"),
    Format(
        "edl", ".edl", "whatever reads CMX 3600: one picture track, four sounds", "edl:write_edl", "edl_reader:read_edl"
    ),
    Format("rpp", ".rpp", "REAPER", "rpp:write_rpp"),
    Format("aaf", ".aaf", "Pro Tools, Media Composer", "aaf:write_aaf"),
)


def format_of(path: Path, name: str | None = None, *, reads: bool = False) -> Format:
    """Return the format of a name, or else of how a file is called.

    Args:
        path: the file.
        name: of the format; None: as the file is called.
        reads: whether it is to be read.

    Raises:
        UsageError: there is none.
    """
    known = [each for each in FORMATS if each.reads or not reads]
    for each in known:
        if each.name == name or (name is None and path.suffix.lower() == each.suffix):
            return each
    if name is not None:
        raise UsageError(f"There is no format {name!r}.", hint=f"Choose --to {', '.join(each.name for each in known)}.")
    suffixes = ", ".join(each.suffix for each in known)
    raise UsageError(f"{path.name!r} is no timeline that is known by its name.", hint=f"Known are {suffixes}.")


def _named(where: str) -> Callable[..., Any]:
    module, _, function = where.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"v2a_foley.interchange.{module}"), function)
    return found
