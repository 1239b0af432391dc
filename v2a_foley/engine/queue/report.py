"""What became of a batch: the report as JSON and CSV, and what is kept of each result. Nothing is printed here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from v2a_foley.engine.queue.rows import Row, State
from v2a_foley.engine.queue.state import QueueState
from v2a_foley.files import write_text

COLUMNS = (
    "number", "state", "source", "output", "seconds", "attempts", "worker", "integrated_lufs", "true_peak_dbtp",
    "delivered", "warnings", "outputs", "error", "message", "hint", "note", "log",
)  # fmt: skip
LOG_LINES = 12
_MOST_LOG = 16_384


def summary_of(result: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what a queue keeps of a result (``RunResult.as_dict``); outputs are relative to the batch's folder."""
    stems = result.get("stems") or {}
    kinds = ("spotting", "timeline", "contact_sheet", "me", "effects")
    outputs = [result.get("output"), *stems.values(), *(result.get(kind) for kind in kinds)]
    delivery = result.get("delivery") or {}
    return {
        "outputs": [_relative(str(each), folder) for each in outputs if each],
        "integrated_lufs": result.get("integrated_lufs"),
        "true_peak_dbtp": result.get("true_peak_dbtp"),
        "delivered": delivery.get("passed"),
        "warnings": list(result.get("warnings") or []),
    }


def report_of(state: QueueState) -> dict[str, Any]:
    """Return the whole report as plain values."""
    rows = state.rows()
    counts = {each.value: count for each, count in state.counts().items()}
    spent = sum(row.seconds for row in rows if row.state is State.DONE)
    return {"jobs": [row_dict(row) for row in rows], "counts": counts, "seconds": round(spent, 3)}


def row_dict(row: Row) -> dict[str, Any]:
    """Return a job as plain values."""
    failure, summary = row.failure, row.summary
    return {
        "number": row.number,
        "id": row.id,
        "state": row.state.value,
        "source": shown(str(row.job.source)),
        "output": row.job.output,
        "seconds": round(row.seconds, 3),
        "attempts": row.attempts,
        "worker": row.worker,
        "integrated_lufs": summary.get("integrated_lufs"),
        "true_peak_dbtp": summary.get("true_peak_dbtp"),
        "delivered": summary.get("delivered"),
        "warnings": summary.get("warnings", []),
        "outputs": summary.get("outputs", []),
        "note": row.note,
        "error": failure.type if failure else None,
        "message": failure.message if failure else None,
        "hint": failure.hint if failure else None,
        "log": failure.log if failure else None,
    }


def write_report(state: QueueState) -> list[Path]:
    """Write ``report.json`` and ``report.csv`` into the batch's folder, and return their paths.

    Raises:
        DiskFull: the disk is full.
        OutputError: the folder cannot be written to.
    """
    report = report_of(state)
    as_json, as_csv = state.folder / "report.json", state.folder / "report.csv"
    write_text(as_json, json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    write_text(as_csv, _csv(report["jobs"]))
    return [as_json, as_csv]


def log_end(log: Path, lines: int = LOG_LINES) -> str:
    """Return the last lines of a log; nothing where there is none."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _MOST_LOG))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def shown(text: str) -> str:
    """Return a name as text that every format can hold."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _csv(jobs: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for job in jobs:
        writer.writerow([_cell(job[name]) for name in COLUMNS])
    return text.getvalue()


def _cell(value: Any) -> str:  # noqa: ANN401 - plain values of JSON
    text = "" if value is None else "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    # A spreadsheet runs what begins like this.
    return f"'{text}" if text[:1] in ("=", "+", "@") or (text[:1] == "-" and not text[1:2].isdigit()) else text


def _relative(path: str, folder: Path) -> str:
    try:
        return Path(path).relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path
