"""Takes one module out of an installed package without running the package's own start, which may want the network.

Some packages of published networks download class names or weights, or import what only their examples need, as soon
as they are imported. What is needed of them is one file that defines a network.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
import types
import warnings
from collections.abc import Sequence
from typing import Any

from v2a_foley.errors import DependencyMissing

_PREFIX = "_v2a_foley_inside_"
_ONE_AT_A_TIME = threading.Lock()


def require_package(package: str, *, install: str) -> Sequence[str]:
    """Return the folders of an installed package, without importing it.

    Raises:
        DependencyMissing: it is not installed; the hint says how to install it.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise DependencyMissing(f"The package {package} is not installed.", hint=f"Install it: {install}")
    return found.submodule_search_locations


def module_inside(package: str, name: str, *, install: str) -> Any:  # noqa: ANN401 - the packages are untyped
    """Import ``package.name`` under a name of our own, so that ``package/__init__.py`` does not run.

    The package itself stays as importable as it was. Relative imports inside the module work.

    Args:
        package: the package's name for ``import``.
        name: the module inside it: ``models``, ``models.passt``.
        install: how to install the package, for the error.

    Raises:
        DependencyMissing: the package, or something that the module imports, is not installed.
    """
    folders = require_package(package, install=install)
    own = f"{_PREFIX}{package}"
    with _ONE_AT_A_TIME:
        if own not in sys.modules:
            door = types.ModuleType(own)
            door.__path__ = list(folders)
            sys.modules[own] = door
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return importlib.import_module(f"{own}.{name}")
        except ImportError as error:
            raise DependencyMissing(
                f"The package {package} cannot be used: {error}.", hint=f"Install what it needs: {install}"
            ) from error
