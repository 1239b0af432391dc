"""Pairs of texts: what is seen in words, and what is heard in words; from lists of captions and from vocabularies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from v2a_foley.errors import SourceError, UsageError
from v2a_foley.files import readable
from v2a_foley.project import Vocabulary, parse_vocabulary
from v2a_foley.train.sources.item import key_of, split_named
from v2a_foley.train.sources.table import header, records

_CAPTION = re.compile(r"caption(_\d+)?")
_GROUPS = ("group", "youtube_id", "audiocap_id", "file_name", "clip", "audio")
"""Columns that say which captions are of one clip, in the data sets that there are (AudioCaps, Clotho)."""
_HINT = "Give one caption a line, a CSV with a column 'caption', or a vocabulary of events (TOML)."


@dataclass(frozen=True, slots=True)
class TextPair:
    """Two texts about one thing.

    Attributes:
        key: its name, unique in its file.
        group: what it must not be parted from when a store is split.
        seen: what the eyes' words read.
        heard: what the ears read.
        event: the event that it is about; empty where there is none.
        label: its class; may be empty.
        split: the part of a store that it belongs to; may be empty.
    """

    key: str
    group: str
    seen: str
    heard: str
    event: str = ""
    label: str = ""
    split: str = ""


def event_pairs(events: Vocabulary) -> Iterator[TextPair]:
    """Yield the texts of a vocabulary: each description of what is seen, and the caption itself, with the caption.

    Each description is a group of its own: what is held out for watching is another view of an event that is learned.
    """
    for event in events:
        for number, seen in enumerate((event.caption, *event.sees)):
            key = f"{event.name}/{number}"
            yield TextPair(key, key, seen, event.caption, event=event.name, label=event.name)


def vocabulary_file(path: Path) -> Vocabulary:
    """Read a vocabulary of events from TOML, in the form of the one that ships with the program.

    Raises:
        SourceError: it cannot be read, or is none.
    """
    try:
        found = parse_vocabulary(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path.name} cannot be read: {error}.", hint=_HINT) from error
    except UsageError as error:
        raise SourceError(f"{path.name} is no vocabulary of events. {error}", hint=_HINT) from error
    if not len(found):
        raise SourceError(f"{path.name} holds no events.", hint=_HINT)
    return found


def caption_pairs(path: Path) -> Iterator[TextPair]:
    """Yield the captions of a file, each as what is seen and as what is heard.

    A CSV has a column ``caption``, or ``caption_1`` and so on; ``seen`` says in other words what is seen, ``label`` and
    ``split`` are kept, and a column such as ``youtube_id`` or ``file_name`` says which captions are of one clip.
    Anything else is text, one caption a line. Empty captions are left out.

    Raises:
        SourceError: the file is not there, cannot be read, or is a CSV without captions.
    """
    if not path.is_file():
        raise SourceError(f"There is no file {str(path)!r}.", hint=_HINT)
    if path.suffix.lower() in (".csv", ".tsv"):
        return _from_table(path)
    return _from_lines(path)


def _from_lines(path: Path) -> Iterator[TextPair]:
    name = key_of(path.name)
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as opened:
            for number, line in enumerate(opened, start=1):
                caption = line.strip().replace("\0", "")
                if caption:
                    yield TextPair(f"{name}:{number}", f"{name}:{number}", caption, caption)
    except OSError as error:
        raise SourceError(f"{str(path)!r} cannot be read: {error.strerror}.", hint=_HINT) from error


def _from_table(path: Path) -> Iterator[TextPair]:
    columns = [column for column in header(path) if _CAPTION.fullmatch(column)]
    if not columns:
        raise SourceError(f"{path.name} has no column 'caption'.", hint=_HINT)
    return _rows(path, columns)


def _rows(path: Path, columns: list[str]) -> Iterator[TextPair]:
    name = key_of(path.name)
    for number, record in records(path):
        for column in columns:
            caption = readable(record[column])
            if caption:
                key = f"{name}:{number}" if len(columns) == 1 else f"{name}:{number}:{column.partition('_')[2]}"
                yield TextPair(
                    key=key,
                    group=_group(record) or f"{name}:{number}",
                    seen=readable(record.get("seen", "")) or caption,
                    heard=caption,
                    label=key_of(record.get("label", "")),
                    split=split_named(record.get("split", "")),
                )


def _group(record: Mapping[str, str]) -> str:
    return next((key_of(record[column]) for column in _GROUPS if record.get(column)), "")
