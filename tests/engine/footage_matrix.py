"""Runs the whole program on every codec, rate and feature in every container, and judges what comes out.

``python -m tests.engine.footage_matrix`` runs all cases and writes the tables of docs/footage.md; the tests compare.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import soundfile

from tests.engine.footage_features import FEATURES
from tests.engine.footage_films import CODECS, CONTACT, film, once, room, void
from v2a_foley import RunResult, add_foley
from v2a_foley.errors import OutputError
from v2a_foley.ffmpeg import command, file_url
from v2a_foley.video.probe import probe

PAGE = Path(__file__).parents[2] / "docs" / "footage.md"
CONTAINERS = ("mp4", "mov", "mkv", "webm", "mxf", "ts", "avi")
RATES = {
    "23.976": "24000/1001", "24": "24", "25": "25", "29.97": "30000/1001",
    "50": "50", "59.94": "60000/1001", "120": "120",
}  # fmt: skip
USUAL = {
    "mp4": "H.264", "mov": "ProRes 422", "mkv": "HEVC", "webm": "VP9", "mxf": "DNxHR", "ts": "H.264", "avi": "MPEG-4",
}  # fmt: skip
"""With which codec the rates of a container are tried."""
REASONS = {
    "times": "no place for the times at which its frames are shown",
    "order": "does not tell in which order",
    "unequal": "its frames last unequally",
    "turned": "does not note that the picture is turned",
    "aspect": "does not note the shape of its pixels",
    "light": "does not note that its light",
    "alpha": "no place for its transparency",
    "hidden": "cannot hide the frames",
    "codec": "frames a second)",
}
"""The word in the tables for each way in which a film is refused, and what the sentence says."""
Case = tuple[str, str, str]
"""Table, row and column."""


def cases() -> list[Case]:
    """Return all cases."""
    return [
        (table, row, container)
        for table, rows in (("codecs", CODECS), ("rates", RATES), ("features", FEATURES))
        for row in rows
        for container in CONTAINERS
    ]


def outcome(case: Case) -> str:
    """Run a case and return the word for it; fails where what comes out is not right."""
    table, row, container = case
    if table == "codecs":
        return sounded(film(CODECS[row], CODECS[row].home), container)[0]
    if table == "rates":
        word, _, output = sounded(film(CODECS[USUAL[container]], container, RATES[row]), container)
        if output is not None:
            assert probe(output).picture.rate == Fraction(RATES[row])
        return word if output is None else "kept"
    feature = FEATURES[row]
    source = feature.make(container)
    if source is None:
        return "–"
    word, result, output = sounded(source, container, lands=feature.lands, late=feature.late)
    if result is None or output is None:
        return word
    if feature.kept(source, output):
        return "kept"
    said = [sentence for sentence in result.warnings if f".{container} " in sentence]
    assert said, "lost in silence"
    return "left out, said"


@cache
def _clicks() -> Path:
    """Return a library of one sound: a click, whose place is known to the sample."""
    click = np.zeros(4800, np.float32)
    click[1000] = 0.9
    (room() / "clicks").mkdir()
    path = room() / "clicks" / "Cardboard box is set down.wav"
    return once(str(path.relative_to(room())), lambda to: void(soundfile.write(to, click, 48_000, "FLOAT"))).parent


def sounded(
    source: Path, suffix: str, *, lands: bool = True, late: float | None = None
) -> tuple[str, RunResult | None, Path | None]:
    """Run the whole program on a film, and check what must be true of every film that comes out of it."""
    output = Path(tempfile.mkdtemp(dir=room())) / f"out.{suffix}"
    try:
        result = add_foley(
            source,
            output,
            prompt="a cardboard box is set down",
            generator="library",
            library=_clicks(),
            gain=6,
            handles=0,
        )
    except OutputError as error:
        if output.exists() or not error.hint:
            raise AssertionError("it was refused without a hint, or too late") from error
        return f"refused: {reason(error.message)}", None, None
    cut = Fraction(0)
    if suffix in ("mxf", "avi") and result.project.media.container != "avi":
        cut = result.project.media.picture.start
    same = check_picture(result, output, cut)
    check_sound(result, output, cut)
    hits = [float(hit.time) for cue in result.project.cues for hit in cue.hits if cue.take is not None]
    if lands:
        frame = float(1 / result.project.media.picture.rate)
        assert len(hits) == 1, hits
        contact = CONTACT + (float(result.project.media.picture.start) if late is None else late)
        assert abs(hits[0] - contact) <= max(2 * frame, 1 / 60), (hits, contact)
    if hits:
        played = heard(output)
        assert abs(int(np.abs(played[0]).argmax()) - round((hits[0] - float(cut)) * 48_000)) <= 48
    return "copied" if same else "same frames", result, output


def reason(sentence: str) -> str:
    """Return the word for why a film was refused."""
    return next(word for word, part in REASONS.items() if part in sentence)


def check_picture(result: RunResult, output: Path, cut: Fraction) -> bool:
    """Check that the same frames are shown at the same times after the sound's start; tell if their bytes stayed."""
    facts = result.project.media
    before, after = packets(facts.path, facts.picture.index), packets(output, None)
    assert len(before) == len(after)
    shown = hashes(output)
    assert len(shown) == facts.picture.frames
    assert shown == hashes(facts.path)
    with av.open(str(output)) as opened:
        track = opened.streams.audio[0]
        zero = (track.start_time or 0) * track.time_base
    for (_, was), (_, now) in zip(before, after, strict=True):
        if was is not None and now is not None:
            assert abs((was - facts.origin - cut) - (now - zero)) <= Fraction(3, 1000)
    return [data for data, _ in before] == [data for data, _ in after]


def check_sound(result: RunResult, output: Path, cut: Fraction) -> None:
    """Check that the new track comes first, has its name and is as long as the film."""
    facts = result.project.media
    made = probe(output)
    length = facts.duration - cut
    assert abs(made.sounds[0].duration - length) <= max(1 / facts.picture.rate, Fraction(3, 100))
    if cut > Fraction(2, 1000):
        assert any("begins with its picture" in sentence for sentence in result.warnings)


def packets(path: Path, index: int | None) -> list[tuple[bytes, Fraction | None]]:
    """Return the packets of a picture: what is in them, and when they are shown."""
    with av.open(str(path), metadata_errors="replace") as opened:
        stream = opened.streams.video[0] if index is None else opened.streams[index]
        return [
            (bytes(packet), None if packet.pts is None else packet.pts * packet.time_base)
            for packet in opened.demux(stream)
            if packet.size
        ]


def hashes(path: Path) -> list[str]:
    """Return a hash of each frame as decoded, with its transparency."""
    with av.open(str(path), metadata_errors="replace") as opened:
        notes = {key.lower(): value for key, value in opened.streams.video[0].metadata.items()}
        clear = notes.get("alpha_mode") == "1"
    decoder, to = (["-c:v", "libvpx-vp9"], ["-pix_fmt", "rgba"]) if clear else ([], [])
    arguments = [
        *decoder,
        "-i",
        file_url(path),
        "-map",
        "0:v:0",
        "-fps_mode",
        "passthrough",
        *to,
        "-f",
        "framemd5",
        "-",
    ]
    line = command(arguments)
    rows = subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()
    return [row.rsplit(",", 1)[-1].strip() for row in rows if not row.startswith("#")]


def heard(path: Path) -> np.ndarray:
    """Return the first sound track from its first sample on, ``float32 (channels, samples)``."""
    line = command(["-i", file_url(path), "-map", "0:a:0", "-ar", "48000", "-ac", "2", "-f", "f32le", "-"])
    raw = subprocess.run(line, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, 2).T


def table(name: str, words: dict[Case, str]) -> str:
    """Return one table as it stands in the page."""
    rows = dict.fromkeys(row for kind, row, _ in words if kind == name)
    lines = [f"| {name} | " + " | ".join(f"`.{c}`" for c in CONTAINERS) + " |", "|---" * (len(CONTAINERS) + 1) + "|"]
    lines += [f"| {row} | " + " | ".join(words[name, row, c] for c in CONTAINERS) + " |" for row in rows]
    return "\n".join(lines)


def stated() -> dict[Case, str]:
    """Return what the page says of each case."""
    text = PAGE.read_text(encoding="utf-8")
    return {
        (name, cells[0], container): word
        for name, lines in re.findall(r"<!-- made: (\w+) -->\n(.*?)<!-- end -->", text, re.DOTALL)
        for cells in _cells(lines)
        for container, word in zip(CONTAINERS, cells[1:], strict=True)
    }


def _cells(lines: str) -> Iterator[list[str]]:
    for line in lines.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def main(chosen: list[str]) -> None:
    """Run all cases, or those of some tables, print what fails, and write the tables into the page."""
    known = stated()
    words = {case: known.get(case, "?") for case in cases()}
    for case in cases():
        if not chosen or set(case) & set(chosen):
            try:
                words[case] = outcome(case)
            except Exception as error:
                words[case] = "FAILED"
                sys.stderr.write(f"{' '.join(case)} failed: {type(error).__name__} {str(error)[:200]}\n")
    text = PAGE.read_text(encoding="utf-8")
    for name in ("codecs", "rates", "features"):
        text = re.sub(
            rf"<!-- made: {name} -->\n.*?<!-- end -->",
            f"<!-- made: {name} -->\n{table(name, words)}\n<!-- end -->",
            text,
            flags=re.DOTALL,
        )
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
