"""What may be asked of a worker and what it answers, as tables. Reading and writing them is done in ``messages.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

VERSION = 1
"""Of the protocol. Another one is refused; new kinds of events, and new fields in them, do not raise it."""
LONGEST = 64 * 1024 * 1024
"""Bytes that a line may have, its end included."""
DEEPEST = 64
"""How deep lists and objects may lie in each other."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "text": "a text",
        "path": "an absolute path, as text",
        "texts": "a list of texts",
        "number": "a finite number",
        "count": "a whole number from 1 to 1,000,000",
        "whole": "a whole number from 0 to 2^31",
        "flag": "true or false",
        "object": "an object",
    }
)
"""Kinds of values, and how they are called in sentences and in the docs."""


@dataclass(frozen=True)
class Field:
    """One value of a message.

    Attributes:
        name: its key.
        kind: what it must be, a key of ``KINDS``.
        words: what it means.
        required: whether it must be there.
    """

    name: str
    kind: str
    words: str
    required: bool = True


@dataclass(frozen=True)
class RequestForm:
    """One thing that can be asked.

    Attributes:
        do: its name.
        words: what is done.
        params: what it needs to know.
        value: what its result holds.
    """

    do: str
    words: str
    params: tuple[Field, ...]
    value: str


@dataclass(frozen=True)
class EventForm:
    """One thing that a worker tells.

    Attributes:
        event: its name.
        words: when it is told.
        fields: what it says beside ``v``, ``event`` and ``id``.
        of_request: whether it belongs to a request, and so has an ``id``.
        ends: whether it is the last event of its request.
    """

    event: str
    words: str
    fields: tuple[Field, ...]
    of_request: bool = True
    ends: bool = False


_FILM = Field("film", "path", "the film or the photograph")
_SETTINGS = Field("settings", "object", "what differs from the defaults of `RunSettings`, by its names", required=False)
_PROJECT = Field("project", "object", "the project, as `project.json` has it; takes lie in `folder`")
_FOLDER = Field("folder", "path", "the project's folder")

REQUESTS: Mapping[str, RequestForm] = MappingProxyType(
    {
        form.do: form
        for form in (
            RequestForm(
                "probe", "Tell what a film is, without decoding it.", (_FILM,),
                "`media`: rate, frames, size, timecode, sound tracks; `warnings`",
            ),
            RequestForm(
                "shots", "Find the shots.", (_FILM, _SETTINGS),
                "as `v2a-foley shots --json`",
            ),
            RequestForm(
                "describe", "Find the shots and what each sounds like.", (_FILM, _SETTINGS),
                "as `v2a-foley describe --json`",
            ),
            RequestForm(
                "generate", "Make the takes that cues lack; a `take` event for each.",
                (_PROJECT, _FOLDER, Field("cues", "texts", "ids of the cues; all by default", required=False)),
                "`project`: the document with its new takes; `warnings`",
            ),
            RequestForm(
                "render", "Mix the active takes and write the film.",
                (_PROJECT, _FOLDER, Field("output", "path", "the film to write"), _SETTINGS),
                "as `v2a-foley run --json`",
            ),
            RequestForm(
                "film", "Do a whole film of the queue, going on with what its folder holds already.",
                (
                    Field("id", "text", "of the job"),
                    Field("source", "path", "the film"),
                    Field("output", "path", "the film to write"),
                    _SETTINGS,
                    Field("work", "path", "folder of this job alone"),
                    Field("threads", "count", "threads of every network; 1 by default", required=False),
                    Field("attempts", "count", "how often a shot may fail; 3 by default", required=False),
                ),
                "as `v2a-foley run --json`",
            ),
            RequestForm(
                "cancel", "Stop another request, at work or waiting; acts at once.",
                (Field("target", "text", "the id of the request to stop"),),
                "`found`: whether there was such a request",
            ),
            RequestForm("shutdown", "Cancel everything and end the worker.", (), "nothing"),
        )
    }
)  # fmt: skip
"""Requests by name."""

EVENTS: Mapping[str, EventForm] = MappingProxyType(
    {
        form.event: form
        for form in (
            EventForm(
                "ready", "Once, first: the worker listens.",
                (
                    Field("pid", "whole", "number of its process"),
                    Field("program", "text", "version of the program"),
                    Field("device", "text", "where its networks run by default"),
                ),
                of_request=False,
            ),
            EventForm(
                "progress", "A stage began, went on or ended.",
                (
                    Field("stage", "text", "name of the stage"),
                    Field("done", "number", "units that are done"),
                    Field("total", "number", "units in all; 0: unknown"),
                    Field("message", "text", "what is being done now"),
                    Field("finished", "flag", "whether the stage ended"),
                ),
            ),
            EventForm("warning", "A sentence for the user.", (Field("text", "text", "the sentence"),)),
            EventForm(
                "log", "A line for who looks for a fault.",
                (Field("level", "text", "`DEBUG`, `INFO`, `WARNING`, `ERROR`"), Field("text", "text", "the line")),
            ),
            EventForm(
                "take", "A take was made, and lies in the project's folder.",
                (Field("cue", "text", "id of its cue"), Field("take", "object", "the take, as `project.json` has it")),
            ),
            EventForm("result", "The request is done.", (Field("value", "object", "what it came to"),), ends=True),
            EventForm(
                "error", "The request failed, or a line was no request; `id` is null where none could be read.",
                (
                    Field("type", "text", "name of the error in `v2a_foley.errors`, or `Defect`"),
                    Field("message", "text", "one sentence on what is wrong"),
                    Field("hint", "text", "one sentence on what to do next; may be empty"),
                    Field("exit_code", "whole", "what the command line would end with"),
                ),
                ends=True,
            ),
        )
    }
)  # fmt: skip
"""Events by name."""


def as_markdown() -> str:
    """Return the tables of requests and events, as they stand in docs/worker.md."""
    asked = [f"| `{each.do}`: {each.words} | {_listed(each.params)} | {each.value} |" for each in REQUESTS.values()]
    told = [f"| `{each.event}`: {each.words} | {_listed(each.fields)} |" for each in EVENTS.values()]
    requests = ["| request | parameters | value of its result |", "|---|---|---|", *asked]
    return "\n".join([*requests, "", "| event | fields |", "|---|---|", *told])


def _listed(fields: tuple[Field, ...]) -> str:
    return "<br>".join(
        f"`{each.name}`{'' if each.required else ' (optional)'}: {each.words}; {KINDS[each.kind]}" for each in fields
    )
