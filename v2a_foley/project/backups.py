"""Older states of a project's document: kept at every save, and thinned out the older they are."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from v2a_foley.files import translated, writing
from v2a_foley.project.places import BACKUPS, own_folder

LAST = 10
"""So many are kept whatever their age."""
_HOURLY, _DAILY = timedelta(days=1), timedelta(days=30)
_FORM = re.compile(r"project-(\d{8}T\d{6}\.\d{6})Z\.json")
_STAMP = "%Y%m%dT%H%M%S.%f"


def surplus(times: Iterable[datetime], now: datetime) -> set[datetime]:
    """Return which of some states need not be kept.

    Kept are the last 10; then the oldest of each hour for a day, of each day for 30 days, and of each month for ever.
    The oldest, because it stays the oldest: what is kept today is kept tomorrow, until its kind of period ends.
    """
    newest_first = sorted(set(times), reverse=True)
    kept = set(newest_first[:LAST])
    periods: dict[tuple[int, ...], datetime] = {}
    for each in newest_first:
        periods[_period(each, now)] = each  # ends with the oldest
    return set(newest_first) - kept - set(periods.values())


def keep(document: Path, now: datetime | None = None) -> Path | None:
    """Keep the state of a document that is about to be replaced, and thin out the older ones.

    Returns:
        The copy; None where there is no document yet.

    Raises:
        ProjectError: the folder of backups is a link.
        OutputError: it cannot be written.
        DiskFull: the disk is full.
    """
    now = now or datetime.now(UTC)
    folder = own_folder(document.parent, BACKUPS)
    copy = folder / f"project-{now.astimezone(UTC).strftime(_STAMP)}Z.json"
    try:
        folder.mkdir(exist_ok=True)
        try:
            os.link(document, copy)  # the document is never written into, only replaced
        except FileNotFoundError:
            return None
        except OSError:  # a disk without hard links
            with writing(copy) as part:
                shutil.copyfile(document, part)
    except OSError as error:
        raise translated(error, copy) from error
    thin_out(folder, now)
    return copy


def thin_out(folder: Path, now: datetime) -> None:
    """Remove the states in a folder that need not be kept. Files of other names are left alone."""
    states = {found: path for path in folder.iterdir() if (found := taken(path)) is not None}
    for each in surplus(states, now):
        with suppress(OSError):  # it stays, and costs room alone
            states[each].unlink()


def taken(path: Path) -> datetime | None:
    """Return when a state was kept, by its file's name; None for other files."""
    found = _FORM.fullmatch(path.name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _period(time: datetime, now: datetime) -> tuple[int, ...]:
    """Return the hour, the day or the month that a state stands for, by its age."""
    age = now - time
    if age <= _HOURLY:
        return (time.year, time.month, time.day, time.hour)
    if age <= _DAILY:
        return (time.year, time.month, time.day)
    return (time.year, time.month)
