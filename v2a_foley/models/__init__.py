"""Models on disk: which there are, where they lie, how they get there, and whether they are what they should be.

Only ``pull`` touches the network, and only when a user asks for it.
"""

from v2a_foley.models.places import remove
from v2a_foley.models.store import State, installed, installed_path, models_folder, require, states, verify
from v2a_foley.models.table import Model, ModelFile, model, models

__all__ = [
    "Model",
    "ModelFile",
    "State",
    "installed",
    "installed_path",
    "model",
    "models",
    "models_folder",
    "remove",
    "require",
    "states",
    "verify",
]
