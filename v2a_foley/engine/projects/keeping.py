"""The document in a job's own folder, which nobody else has open: no lock, no backups, no autosave are needed there.

Projects that people work on are opened with ``project/storage.py``.
"""

from __future__ import annotations

from pathlib import Path

from v2a_foley.errors import ProjectError
from v2a_foley.files import writing
from v2a_foley.project import Project
from v2a_foley.project.document import from_document, from_text, to_document, to_text
from v2a_foley.project.places import DOCUMENT


def write_project(folder: Path, project: Project) -> None:
    """Write the document in one step.

    Raises:
        ProjectError: the project holds what no document can hold.
        DiskFull: the disk is full.
        OutputError: the folder cannot be written.
    """
    content = to_text(to_document(project, folder))
    with writing(folder / DOCUMENT) as part:
        part.write_bytes(content)


def read_project(folder: Path, media: Path | None = None) -> Project:
    """Return the project of a document.

    Args:
        folder: the job's.
        media: where the film lies; by default where the document says.

    Raises:
        ProjectError: it cannot be read, or is damaged.
    """
    try:
        content = (folder / DOCUMENT).read_bytes()
    except OSError as error:
        raise ProjectError(
            f"The project in {str(folder)!r} cannot be read: {error.strerror}.",
            hint="Remove that folder, and run the job again.",
        ) from error
    return from_document(from_text(content), folder, media=media)
