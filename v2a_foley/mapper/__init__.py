"""From the eyes' space into the ears' space, and from an embedding to the events it stands for."""

from v2a_foley.mapper.bridge import Bridge
from v2a_foley.mapper.calibration import POCKET_CALIBRATION, Calibration
from v2a_foley.mapper.protocol import Mapper
from v2a_foley.mapper.scoring import EventScorer, best

__all__ = ["POCKET_CALIBRATION", "Bridge", "Calibration", "EventScorer", "Mapper", "best"]
