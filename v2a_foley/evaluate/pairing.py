"""Which generated sound belongs to which true one, by the files' names; and the lists beside them. Reads no sound."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from v2a_foley.errors import SourceError
from v2a_foley.evaluate.listening import SUFFIXES, sounds_in
from v2a_foley.files import readable

_TAKE = re.compile(r"(.+)_(\d{1,3})")


@dataclass(frozen=True, eq=False)
class SoundSet:
    """A folder of sounds.

    Attributes:
        name: what its row is called.
        paths: its files by name, in the names' order.
        clip: of each name, the clip that it is a take of.
    """

    name: str
    paths: dict[str, Path]
    clip: dict[str, str]


def sound_set(source: Path, name: str, known: Collection[str] = (), told: Mapping[str, str] | None = None) -> SoundSet:
    """Return the sounds of a folder; arguments as ``sounds_in``, ``names_of`` and ``clips_of``.

    Raises:
        SourceError: there is no such folder, it holds no sounds, or two of one name.
    """
    paths = names_of(sounds_in(source), source)
    return SoundSet(name, paths, clips_of(list(paths), known, told))


def row_names(sources: Sequence[Path], taken: Collection[str]) -> list[str]:
    """Return a short name a folder: its own, or as much of its path as tells it from the others.

    Raises:
        SourceError: a folder stands twice.
    """
    whole = [source.resolve() for source in sources]
    if len(set(whole)) < len(whole):
        raise SourceError("A folder of sounds was named twice.", hint="Name each once.")
    for length in range(1, 1 + max((len(path.parts) for path in whole), default=0)):
        names = [readable("/".join(path.parts[-length:])) for path in whole]
        if len(set(names)) == len(names) and not set(names) & set(taken):
            return names
    return [readable(str(path)) for path in whole]


def names_of(paths: Sequence[Path], source: Path) -> dict[str, Path]:
    """Return files by their names: the path inside the folder, with forward slashes, without its suffix.

    Args:
        paths: files inside ``source``, or ``source`` itself.
        source: the folder, or the one file.

    Raises:
        SourceError: two files differ by their suffix alone.
    """
    found: dict[str, Path] = {}
    for path in paths:
        inside = Path(path.name) if path == source else path.relative_to(source)
        name = unicodedata.normalize("NFC", readable(inside.with_suffix("").as_posix()))
        if name in found:
            raise SourceError(
                f"{found[name].name!r} and {path.name!r} in {source.name!r} have one name.",
                hint="Keep one of them: sounds are told apart by their names without the suffix.",
            )
        found[name] = path
    return found


def clips_of(names: Sequence[str], known: Collection[str], told: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return of which clip each sound is a take.

    What a list tells goes first. Else a sound of a known name is of the clip of that name, ``bark_2`` is a take of
    ``bark`` where that is known, or where nothing is known and there is another take of it; any other sound is a clip
    of its own.

    Args:
        names: of the generated sounds.
        known: names of the true sounds; may be empty.
        told: clips by sound, as a list says.
    """
    stems = {name: found[1] for name in names if (found := _TAKE.fullmatch(name))}
    many = Counter(stems.values())
    clips = {}
    for name in names:
        stem = stems.get(name, name)
        alone = name in known or (stem not in known and (bool(known) or many[stem] < 2))
        clips[name] = (told or {}).get(name) or (name if alone else stem)
    return clips


def read_list(path: Path, key: str, value: str) -> dict[str, str]:
    """Return two columns of a CSV with a header, the first by name without its suffix.

    Args:
        path: the file, UTF-8, parted by commas, semicolons or tabs.
        key: the column with the sounds' files or names.
        value: the other one.

    Raises:
        SourceError: there is no such file or column, a line has too many values, a sound stands twice with two values,
            or nothing is in it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            head = opened.readline()
            opened.seek(0)
            parted = max(",;\t", key=head.count)
            rows = list(csv.DictReader(opened, delimiter=parted))
    except OSError as error:
        raise SourceError(f"{str(path)!r} cannot be read: {error.strerror}.", hint="Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path.name!r} is no CSV in UTF-8: {error}.", hint="Save it again as CSV, UTF-8.") from error
    found: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        if None in row:
            raise SourceError(
                f"Line {number} of {path.name!r} has more values than there are columns.",
                hint=f"Put quotation marks around a value that holds {parted!r}.",
            )
        if row.get(key) is None or row.get(value) is None:
            raise SourceError(
                f"{path.name!r} lacks a column {key!r} or {value!r}, or a value in it.",
                hint=f"Its first line must name the columns: {key},{value}",
            )
        name = Path(unicodedata.normalize("NFC", row[key].strip()))
        plain = name.with_suffix("").as_posix() if name.suffix.lower() in SUFFIXES else name.as_posix()
        if found.setdefault(plain, row[value].strip()) != row[value].strip():
            raise SourceError(f"{path.name!r} gives {plain!r} twice.", hint="Give each sound one line.")
    if not found:
        raise SourceError(f"{path.name!r} holds no lines.", hint=f"Its first line names the columns: {key},{value}")
    return found
