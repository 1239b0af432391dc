"""What the user makes: Project → Shots and Cues → Takes, and the vocabulary of events they speak of."""

from v2a_foley.project.events import (
    DISTANCE,
    FOLEY_LAYERS,
    Ear,
    Event,
    Follows,
    Kind,
    Layer,
    Vocabulary,
    default_vocabulary,
    parse_vocabulary,
)
from v2a_foley.project.model import Cue, Fingerprint, Heard, Hit, Intensity, Project, Region, Shot, Take

__all__ = [
    "DISTANCE",
    "FOLEY_LAYERS",
    "Cue",
    "Ear",
    "Event",
    "Fingerprint",
    "Follows",
    "Heard",
    "Hit",
    "Intensity",
    "Kind",
    "Layer",
    "Project",
    "Region",
    "Shot",
    "Take",
    "Vocabulary",
    "default_vocabulary",
    "parse_vocabulary",
]
