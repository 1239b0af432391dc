"""Networks that listen for the sake of measuring: each figure names the one that it rests on."""

from v2a_foley.evaluate.backbone_keys import KEYS
from v2a_foley.evaluate.backbones.protocol import Backbone, Heard, Sounds
from v2a_foley.evaluate.backbones.registry import chosen_backbones, load_backbone

__all__ = ["KEYS", "Backbone", "Heard", "Sounds", "chosen_backbones", "load_backbone"]
