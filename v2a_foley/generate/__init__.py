"""Sound makers behind one protocol."""

from v2a_foley.generate.protocol import BatchGenerator, Generator, Samples, Sound, SoundRequest

__all__ = ["BatchGenerator", "Generator", "Samples", "Sound", "SoundRequest"]
