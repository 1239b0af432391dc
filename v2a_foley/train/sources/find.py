"""Recognises what kind of source somebody named."""

from __future__ import annotations

from pathlib import Path

from v2a_foley.errors import SourceError, UsageError
from v2a_foley.train.sources import folders
from v2a_foley.train.sources import pairs_table as pairs
from v2a_foley.train.sources import vggsound as vgg
from v2a_foley.train.sources.item import IMAGE_SUFFIXES, PICTURE_SUFFIXES, Source, name_of
from v2a_foley.train.sources.walk import walk

AUTO = "auto"
KINDS = (AUTO, vgg.KIND, folders.VIDEOS, folders.IMAGES, pairs.KIND)
"""What can be asked for."""
_LISTS = (".csv", ".tsv")
_HINT = "Name a folder of films, a folder of images and sounds, VGGSound's list, or a CSV of pairs (--kind says which)."


def find_source(path: Path, kind: str = AUTO, clips: Path | None = None) -> Source:
    """Return what is to be embedded, without opening a film.

    Args:
        path: a folder, or a list.
        kind: one of ``KINDS``; ``auto`` recognises it.
        clips: where the clips of VGGSound's list lie; by default beside it.

    Raises:
        UsageError: there is no such kind.
        SourceError: nothing is there, nothing fits the kind, or a list is not understood.
    """
    if kind not in KINDS:
        raise UsageError(f"--kind {kind!r} is not known.", hint=f"Choose one of {', '.join(KINDS)}.")
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        raise SourceError(f"{str(path)!r} cannot be looked at: {error.strerror}.", hint="Check its name.") from error
    if not (is_folder or is_file):
        raise SourceError(f"There is nothing at {str(path)!r}.", hint="Check the name and the folder.")
    if clips is not None and not clips.is_dir():
        raise SourceError(f"There is no folder {str(clips)!r}.", hint="Name the folder with the clips.")
    try:
        source = _of_folder(path, kind, clips) if is_folder else _of_file(path, kind, clips)
    except PermissionError as error:
        raise SourceError(f"{str(path)!r} may not be read.", hint="Change its permissions.") from error
    if source is None or source.count == 0:
        wanted = "anything to embed" if kind == AUTO else f"anything of the kind {kind!r}"
        raise SourceError(f"{str(path)!r} does not hold {wanted}.", hint=_HINT)
    return source


def _of_file(path: Path, kind: str, clips: Path | None) -> Source | None:
    if kind == pairs.KIND or (kind == AUTO and pairs.is_table(path)):
        return pairs.pairs_table(path)
    if vgg.is_list(path) and kind in (vgg.KIND, AUTO):
        return vgg.vggsound(path, clips or path.absolute().parent)
    return None


def _of_folder(path: Path, kind: str, clips: Path | None) -> Source | None:
    if kind in (AUTO, vgg.KIND, pairs.KIND):
        lists = sorted(each for each in path.iterdir() if each.suffix.lower() in _LISTS and each.name[0] != ".")
        lists = [each for each in lists if kind != pairs.KIND or pairs.is_table(each)]
        found = [source for each in lists if (source := _of_file(each, kind, clips)) is not None]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            named = " and ".join(repr(source.name) for source in found[:2])
            raise SourceError(f"The folder {name_of(path)!r} holds several lists: {named}.", hint="Name one of them.")
    if kind == folders.IMAGES or (kind == AUTO and _holds_images_only(path)):
        return folders.images(path)
    return folders.videos(path) if kind in (AUTO, folders.VIDEOS) else None


def _holds_images_only(path: Path) -> bool:
    if folders.is_parted(path):
        return True
    if next(walk(path, PICTURE_SUFFIXES), None) is not None:
        return False
    return next(walk(path, IMAGE_SUFFIXES), None) is not None
