"""Lets atheris (libFuzzer) look for bytes that leave a reader with anything but a result or an error of ours.

``python -m tests.fuzzing.hostile TARGET RUNS`` ends with 0 where it found none; else it prints the bytes. It goes where
lines of the reader are reached that were not before, which random cases do not.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["v2a_foley.project", "v2a_foley.engine.worker", "v2a_foley.engine.queue"]):
    from v2a_foley.engine.queue.jobs import Wish, make_jobs
    from v2a_foley.engine.queue.lists import list_lines
    from v2a_foley.engine.worker.messages import Refused, Request, read_request
    from v2a_foley.project.document import from_document, from_text, to_document, to_text
    from v2a_foley.project.edits import edit_from_json

from tests.project.edited import take_of
from tests.projects import film, project_of
from v2a_foley.errors import FoleyError

FOLDER = Path(tempfile.gettempdir()) / "fuzzed" / "film.foley"


def document(data: bytes) -> None:
    """A project's document."""
    try:
        project = from_document(from_text(data), FOLDER)
    except FoleyError:
        return
    assert from_document(from_text(to_text(to_document(project, FOLDER))), FOLDER) == project
    for take in [take for cue in (*project.cues, *project.parked) for take in cue.takes]:
        assert take.path.parent == FOLDER / "takes", take.path
    assert project.media.path.is_relative_to(FOLDER.parent), project.media.path


def message(data: bytes) -> None:
    """A line that a client sends to a worker."""
    assert isinstance(read_request(data), Request | Refused)


def edit(data: bytes) -> None:
    """An edit, as the app sends it."""
    try:
        edit_from_json(from_text(data), FOLDER)
    except FoleyError:
        return


def jobs(data: bytes) -> None:
    """A list of jobs."""
    path = Path(tempfile.gettempdir()) / "fuzzed.csv"
    path.write_bytes(data)
    try:
        made = make_jobs(list_lines(path), Wish(), "fuzzed.csv")
    except FoleyError:
        return
    for job in made:
        assert ".." not in Path(job.output).parts, job
        assert not Path(job.output).is_absolute(), job


def seeds(target: str) -> list[bytes]:
    """Return what is right, to begin with."""
    if target == "document":
        project = project_of(film(FOLDER.parent / "film.mp4"), FOLDER / "takes")
        cues = [replace(cue, takes=(take_of(f"{cue.id}t1"),), active=f"{cue.id}t1") for cue in project.cues]
        return [to_text(to_document(project.with_cues(cues), FOLDER))]
    if target == "message":
        said = {"v": 1, "id": "r1", "do": "film", "params": {"id": "1", "source": "/a", "output": "/b", "work": "/w"}}
        return [json.dumps(said).encode()]
    if target == "edit":
        return [
            b'{"edit": "split_shot", "shot": 2, "at": "5/2"}',
            b'{"edit": "set_cue", "cue": "c1", "values": {"gain": 1}}',
        ]
    real = Path(tempfile.gettempdir()) / "real.mov"
    real.write_bytes(b"x")
    return [f'source,output,seed,prompt,deliver\n"{real}",one.mov,3,rain,ebu\n'.encode()]


TARGETS = {"document": document, "message": message, "edit": edit, "jobs": jobs}

if __name__ == "__main__":
    name, runs = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds(name)):
            Path(corpus, str(number)).write_bytes(seed)
        options = [
            f"-runs={runs}",
            "-seed=6",
            "-max_len=40000",
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={corpus}/", corpus], TARGETS[name])
        atheris.Fuzz()
