"""How well a profile hears what it sees: prints the tables of ``docs/recognition.md``, or writes them there.

``--write`` puts the tables between the page's markers; ``--fit`` fits the calibration anew and prints it.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.photographs import Judged, Tally, drawn, labels, photographs, tally, wilson  # noqa: E402 - found through ROOT
from v2a_foley.embed import ImageEncoder  # noqa: E402 - found through ROOT
from v2a_foley.embed.labels import imagenet_labels  # noqa: E402 - found through ROOT
from v2a_foley.engine.profiles import load_profile  # noqa: E402 - found through ROOT
from v2a_foley.mapper import EventScorer  # noqa: E402 - found through ROOT
from v2a_foley.mapper.calibration import fitted  # noqa: E402 - found through ROOT
from v2a_foley.mapper.scoring import odds_of  # noqa: E402 - found through ROOT
from v2a_foley.project.events import default_vocabulary  # noqa: E402 - found through ROOT

PAGE = ROOT / "docs" / "recognition.md"
BEGIN, END = "<!-- figures: made by benchmarks/photographs.py -->", "<!-- end of figures -->"


PARTS: dict[str, Callable[[Judged], bool]] = {
    "with a sound": lambda one: not one.quiet,
    "quiet": lambda one: one.quiet,
    "people": lambda one: one.of == "people",
    "rooms": lambda one: one.of == "room",
    "scored once": lambda one: one.blind,
}


def share(right: int, of: int) -> str:
    low, high = wilson(right, of)
    return f"{right} of {of} = {right / of:.1%} ({low:.0%}–{high:.0%})"


def row(name: str, count: Tally) -> str:
    figures = (count.first, count.third, count.right, count.wrong)
    return f"| {name} | " + " | ".join(share(figure, count.pictures) for figure in figures) + " |"


def kinds(judged: list[Judged]) -> list[str]:
    """Return how many kinds of sound the photographs call for."""
    best, all_of_them = {one.best for one in judged}, {name for one in judged for name in one.accepted}
    return [
        (
            f"{len(judged)} photographs and frames, of {len(best)} kinds of sound by the likeliest event of each, of "
            f"{len(all_of_them)} by all that are accepted; {len(default_vocabulary())} events to choose from."
        )
    ]


def summary(scorer: EventScorer, sets: dict[str, tuple[list[Judged], np.ndarray]]) -> list[str]:
    lines = [
        "| | best event accepted | one of the best three accepted | … or rightly unsure | a wrong effect used |",
        "|---|---|---|---|---|",
    ]
    for name, (judged, embeddings) in sets.items():
        lines.append(row(f"**{name}**", tally(scorer, judged, embeddings)))
        for what, belongs in PARTS.items():
            rows = [i for i, one in enumerate(judged) if belongs(one)]
            if 0 < len(rows) < len(judged):
                lines.append(row(f"{name}, {what}", tally(scorer, [judged[i] for i in rows], embeddings[rows])))
    return lines


def reliability(scorer: EventScorer, sets: dict[str, tuple[list[Judged], np.ndarray]]) -> list[str]:
    lines = ["| score of the best event | how many | mean score | accepted |", "|---|---|---|---|"]
    found = [
        (best.score, best.event.name in one.accepted)
        for judged, embeddings in sets.values()
        for one, embedding in zip(judged, embeddings, strict=True)
        for best in scorer.score(embedding)[:1]
    ]
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        inside = [(score, right) for score, right in found if low <= score < high]
        if inside:
            scores, right = np.array(inside).T
            lines.append(
                f"| {low:.1f}–{min(high, 1.0):.1f} | {len(inside)} | {scores.mean():.2f} | {right.mean():.2f} |"
            )
    return lines


def pictures(scorer: EventScorer, judged: list[Judged], embeddings: np.ndarray) -> list[str]:
    lines = ["| photograph | best three events (score) | right | used |", "|---|---|---|---|"]
    for one, embedding in zip(judged, embeddings, strict=True):
        heard = scorer.score(embedding)
        effect, ambience = scorer.effect(heard), scorer.ambience(heard)
        best = ", ".join(f"{each.event.name} ({each.score:.2f})" for each in heard[:3])
        hit = any(each.event.name in one.accepted for each in heard[:3])
        mark = "yes" if hit else "unsure" if one.quiet and effect is None else "no"
        used = " + ".join(each.event.name for each in (effect, ambience) if each) or "room tone"
        lines.append(f"| {one.shows} | {best} | {mark} | {used} |")
    return lines


def fit(scorer: EventScorer, sets: dict[str, tuple[list[Judged], np.ndarray]]) -> str:
    names = [event.name for event in default_vocabulary()]
    judged = [one for part, _ in sets.values() for one in part]
    weights = np.concatenate([np.full(len(part), 200.0 / len(part)) for part, _ in sets.values()])
    return str(
        fitted(
            scorer.similarities(np.concatenate([embeddings for _, embeddings in sets.values()])),
            np.array([[name in one.accepted for name in names] for one in judged]),
            np.array([one.quiet for one in judged]),
            scorer.calibration,
            weights,
            odds_of(default_vocabulary()),
        )
    )


def speed(eyes: ImageEncoder) -> str:
    frames = np.random.default_rng(0).integers(0, 256, (64, 360, 640, 3), dtype=np.uint8)
    eyes.encode_images(frames[:8])
    started = time.perf_counter()
    eyes.encode_images(frames)
    return f"{(time.perf_counter() - started) / len(frames) * 1000:.1f} ms a frame of 640 × 360"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/recognition.md")
    parser.add_argument("--fit", action="store_true", help="fit the calibration anew and print it")
    parser.add_argument("--profile", default="pocket", help="pocket, full, or a profile file")
    chosen = parser.parse_args()
    profile = load_profile(chosen.profile, print)
    eyes, scorer = profile.eyes, profile.scorer
    seen = photographs()
    photos = [p.judged for p in seen], np.concatenate([eyes.encode_images(p.pixels()[None]) for p in seen])
    cards, frames = drawn()
    sets = {"photographs": photos, "titles and blanks": (cards, eyes.encode_images(frames))}
    if profile.name == "pocket":  # whose eyes know pictures by these labels
        read = labels()
        embedded = profile.words.encode_texts(imagenet_labels())
        sets["labels"] = ([one for _, one in read], embedded[[number for number, _ in read]])
    if chosen.fit:
        print(fit(scorer, {name: part for name, part in sets.items() if name != "titles and blanks"}))
        print(speed(eyes))
        return
    parts = [kinds(photos[0]), summary(scorer, sets), reliability(scorer, sets), pictures(scorer, *photos)]
    tables = "\n\n".join("\n".join(lines) for lines in parts)
    print(tables)
    if chosen.write and profile.name == "pocket":
        page = PAGE.read_text(encoding="utf-8")
        made = re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n\n{tables}\n\n{END}", page, flags=re.DOTALL)
        PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
