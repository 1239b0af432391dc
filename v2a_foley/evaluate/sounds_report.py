"""What the comparison of sounds shows: its tables, how to read them, some of the sounds. Their looks are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from v2a_foley.evaluate.pairing import SoundSet
from v2a_foley.evaluate.report.content import Block, Player, Report, Section, Text
from v2a_foley.evaluate.sound_settings import SoundSettings
from v2a_foley.evaluate.sounds import Compared, compare_sounds
from v2a_foley.files import check_output
from v2a_foley.metrics.figure import Table
from v2a_foley.progress import Progress

READ = (
    "Figures in one table rest on one network with one set of weights and on one set of true sounds; nothing else is "
    "comparable, in here or with what others printed. FD, or FAD where VGGish listens, is the Fréchet distance of all "
    "sounds from all true ones: it falls with fidelity and with variety, and asks of no sound which clip it belongs "
    "to. KL asks that, clip by clip, of a classifier. The Inception Score knows no true sounds: it rises where each "
    "sound is clearly something and all together are many things."
)
ONSETS = (
    "How many of the attacks of the true sounds have one in the generated sound within 50, 100 or 200 ms (recall), how "
    "many of its attacks have one in the true sound (precision), and both in one (F)."
)


def evaluate_sounds(generated: Sequence[Path], output: Path, settings: SoundSettings, progress: Progress) -> Compared:
    """Compare sets of sounds, and write the page.

    Args:
        generated: folders of sounds, each a row.
        output: the page, one HTML file.
        settings: the true sounds, what listens, and how.
        progress: told of the stages of ``compare_sounds`` and of ``page``.

    Raises:
        UsageError: the page exists, and may not be replaced.
        FoleyError: as ``compare_sounds``; no page is written then.
    """
    from v2a_foley.evaluate.report.page import write_report

    check_output(output, overwrite=settings.overwrite)
    found = compare_sounds(generated, settings, progress)
    with progress.stage("page"):
        report = report_of(found, settings.players)
        write_report(replace(report, notes=[*report.notes, *progress.warnings]), output)
    return found


def report_of(found: Compared, players: int) -> Report:
    """Return the report of a comparison, with so many clips to listen to."""
    rests = [table for table in found.tables if table.title != "Onsets"]
    sections = [Section("What was measured", [Text(READ), *rests])] if rests else []
    sections += [Section("Onsets", [Text(ONSETS), table]) for table in found.tables if table not in rests]
    shown = _players(found, players)
    if shown:
        sections.append(Section("Listen", shown))
    return Report("Sounds against true sounds", _lead(found), sections, [*found.notes, *few_samples(found.tables)])


def few_samples(tables: Sequence[Table]) -> list[str]:
    """Return one sentence for each table with figures that stand on fewer samples than they need; the page says why."""
    sentences = []
    for table in tables:
        few: dict[str, str] = {}
        for figure in (figure for figures in table.rows.values() for figure in figures.values()):
            if not figure.enough:
                few.setdefault(figure.protocol.metric, f"{figure.samples:,} of {figure.needs:,}")
        if few:
            listed = ", ".join(f"{metric} ({numbers})" for metric, numbers in few.items())
            sentences.append(f"{table.title}: too few samples for {listed}.")
    return sentences


def _lead(found: Compared) -> str:
    sets = ", ".join(f"{each.name} ({len(each.paths):,} sounds)" for each in found.generated)
    against = f" against {len(found.reference.paths):,} true sounds" if found.reference else ""
    return f"{sets}{against}; {found.length}. Heard by {'; '.join(found.ears)}."


def _players(found: Compared, count: int) -> list[Block]:
    """Return the true sound and each set's first take of some clips: those furthest from the truth, and the nearest."""
    first = found.generated[0]
    sorted_clips = sorted(found.nearness, key=found.nearness.__getitem__)
    if sorted_clips:
        far = min(-(-count // 2), len(sorted_clips))
        clips = [*sorted_clips[:far], *sorted_clips[max(far, len(sorted_clips) - count + far) :]]
    else:
        broken = found.broken.get(first.name, {})
        clips = list(dict.fromkeys(clip for name, clip in first.clip.items() if name not in broken))[:count]
    blocks: list[Block] = []
    for clip in clips:
        if found.reference and clip in found.reference.paths:
            blocks.append(Player(found.reference.paths[clip], clip, "the true sound"))
        for each in found.generated:
            take = _first_take(each, clip, found)
            if take is not None:
                near = found.nearness.get(clip) if each is first else None
                words = f"{each.name}{'' if near is None else f', cosine {near:.2f} to the true sound'}"
                blocks.append(Player(each.paths[take], take, words))
    return blocks


def _first_take(sounds: SoundSet, clip: str, found: Compared) -> str | None:
    broken = found.broken.get(sounds.name, {})
    return next((name for name, its in sounds.clip.items() if its == clip and name not in broken), None)
