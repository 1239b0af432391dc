"""A mapper's card: the JSON beside its weights that says what it is, between which spaces, and where it comes from.

Reading and writing the weights themselves stands in ``checkpoint.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from v2a_foley.embed import Space
from v2a_foley.errors import ModelDamaged, ModelMissing

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value", bound="DataclassInstance")

CARD = "card.json"
WEIGHTS = "weights.safetensors"
FORMAT = "v2a-foley mapper"
VERSION = 1
"""The newest version of the format that this program reads, and the one it writes."""
AGAIN = "Fetch or train the mapper again, or choose another."
"""What to do about a damaged mapper."""


@dataclass(frozen=True)
class Card:
    """What is known of a mapper on disk.

    Attributes:
        kind: ``diffusion``, ``regression-transformer`` or ``regression-mlp``.
        config: the network's shape, as its config dataclass has it.
        sampling: how it is best sampled, as ``Sampling`` has it; empty for a regression.
        source: the eyes' space.
        target: the ears' space.
        training_data: what it was trained on, in words.
        metrics: what was measured of it, by name.
        licence: the SPDX name, or the words, of its licence.
        parameters: how many learned numbers it has.
        sha256: of the file with the weights, in hexadecimal.
    """

    kind: str
    config: Mapping[str, Any]
    source: Space
    target: Space
    training_data: str
    licence: str
    parameters: int
    sha256: str
    sampling: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


def card_text(card: Card) -> str:
    """Return the card as JSON, for people as well.

    Raises:
        ValueError: a metric is not finite.
    """
    content = {
        "format": FORMAT,
        "version": VERSION,
        "architecture": {"kind": card.kind, "config": dict(card.config), "sampling": dict(card.sampling)},
        "source": asdict(card.source),
        "target": asdict(card.target),
        "training_data": card.training_data,
        "metrics": dict(card.metrics),
        "licence": card.licence,
        "weights": {"file": WEIGHTS, "parameters": card.parameters, "sha256": card.sha256},
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_card(folder: Path) -> Card:
    """Read a mapper's card, and not its weights. Fields that this version does not know are left aside.

    Raises:
        ModelMissing: there is no such folder, or it holds no card.
        ModelDamaged: the card cannot be read, lacks something, or is of a newer format.
    """
    path = folder / CARD
    if not path.is_file():
        what = f"holds no {CARD}" if folder.is_dir() else "is not there"
        raise ModelMissing(
            f"The mapper's folder {str(folder)!r} {what}.", hint=f"Name a folder with {CARD} and {WEIGHTS}."
        )
    try:
        content = json.loads(path.read_text("utf-8"))
        _check_format(content, folder)
        return _card(content)
    except KeyError as error:
        raise ModelDamaged(f"{CARD} in {str(folder)!r} lacks {error}.", hint=AGAIN) from error
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ModelDamaged(f"{CARD} in {str(folder)!r} cannot be read: {error}.", hint=AGAIN) from error


def _check_format(content: Mapping[str, Any], folder: Path) -> None:
    if content.get("format") != FORMAT:
        raise ValueError(f'its "format" is not {FORMAT!r}')
    version = _is(content["version"], int)
    if version > VERSION:
        raise ModelDamaged(
            f"The mapper in {str(folder)!r} has format version {version}; this program reads up to {VERSION}.",
            hint="Use a newer version of v2a-foley, or choose another mapper.",
        )


def _card(content: Mapping[str, Any]) -> Card:
    architecture, weights = _is(content["architecture"], dict), _is(content["weights"], dict)
    return Card(
        kind=_is(architecture["kind"], str),
        config=_is(architecture["config"], dict),
        sampling=_is(architecture.get("sampling", {}), dict),
        source=_space(content["source"]),
        target=_space(content["target"]),
        training_data=_is(content["training_data"], str),
        metrics=_is(content.get("metrics", {}), dict),
        licence=_is(content["licence"], str),
        parameters=_is(weights["parameters"], int),
        sha256=_is(weights["sha256"], str),
    )


def built(made: type[Value], values: Mapping[str, Any]) -> Value:
    """Return a dataclass from a card's fields; those that it does not know are left aside.

    Raises:
        ValueError: a value is out of its range.
        TypeError: a value is of the wrong kind.
    """
    known = {each.name for each in fields(made)}
    return made(**{name: value for name, value in values.items() if name in known})


Kind = TypeVar("Kind")


def _is(value: object, kind: type[Kind]) -> Kind:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{str(value)[:40]!r} is no {kind.__name__}")
    return value


def _space(value: object) -> Space:
    content = _is(value, dict)
    space = Space(_is(content["name"], str), _is(content["size"], int), _is(content["fingerprint"], str))
    if space.size < 1:
        raise ValueError(f"a space of {space.size} dimensions")
    return space
