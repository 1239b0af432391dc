"""Sound makers behind one protocol."""

from v2a_foley.generate.protocol import BatchGenerator, Generator, Identified, Samples, Sound, SoundRequest

__all__ = ["BatchGenerator", "Generator", "Identified", "Samples", "Sound", "SoundRequest"]
