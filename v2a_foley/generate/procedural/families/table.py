"""The table of all families, by the keys that the vocabulary uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from v2a_foley.generate.procedural.families.bell import BELL, CLOCK
from v2a_foley.generate.procedural.families.birds import BIRDS
from v2a_foley.generate.procedural.families.clicks import CLICKS
from v2a_foley.generate.procedural.families.cloth import CLOTH
from v2a_foley.generate.procedural.families.crowd import CROWD
from v2a_foley.generate.procedural.families.electric import ELECTRIC
from v2a_foley.generate.procedural.families.engine import ENGINE
from v2a_foley.generate.procedural.families.explosion import EXPLOSION
from v2a_foley.generate.procedural.families.fire import FIRE
from v2a_foley.generate.procedural.families.impact import IMPACT
from v2a_foley.generate.procedural.families.insects import INSECTS
from v2a_foley.generate.procedural.families.jet import JET
from v2a_foley.generate.procedural.families.machine import MACHINE
from v2a_foley.generate.procedural.families.motion import ROLLING, WHOOSH
from v2a_foley.generate.procedural.families.places import CITY, FOREST, ROOMTONE
from v2a_foley.generate.procedural.families.steps import FOOTSTEPS
from v2a_foley.generate.procedural.families.strings import STRINGS
from v2a_foley.generate.procedural.families.voice import VOICE
from v2a_foley.generate.procedural.families.water import WATER
from v2a_foley.generate.procedural.families.weather import RAIN, WIND
from v2a_foley.generate.procedural.families.winds import WIND_INSTRUMENT
from v2a_foley.generate.procedural.family import Family

_ALL = (
    IMPACT,
    FOOTSTEPS,
    RAIN,
    WIND,
    WATER,
    FIRE,
    ENGINE,
    BELL,
    CLOCK,
    VOICE,
    BIRDS,
    INSECTS,
    JET,
    ROOMTONE,
    CITY,
    FOREST,
    WHOOSH,
    MACHINE,
    CROWD,
    ROLLING,
    CLICKS,
    STRINGS,
    WIND_INSTRUMENT,
    CLOTH,
    ELECTRIC,
    EXPLOSION,
)

FAMILIES: Mapping[str, Family] = MappingProxyType({family.name: family for family in _ALL})
"""Every family, by name."""
