"""Sounds made by physically informed synthesis: the generator, and the table of its families with their parameters."""

from v2a_foley.generate.procedural.families.table import FAMILIES
from v2a_foley.generate.procedural.family import Family
from v2a_foley.generate.procedural.generator import Procedural

__all__ = ["FAMILIES", "Family", "Procedural"]
