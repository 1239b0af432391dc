"""Sound makers behind one protocol."""

from v2a_foley.generate.protocol import Generator, Samples, Sound, SoundRequest

__all__ = ["Generator", "Samples", "Sound", "SoundRequest"]
