"""AudioLDM (Liu et al. 2023): sounds from a point in CLAP's audio space. The only room that imports diffusers.

``folder`` reads a model's folder, ``parts`` runs its networks, ``mel`` is what its encoder hears, ``schedule`` and
``solvers`` are the mathematics of the steps, and ``denoise`` the loop over them.

``plan`` lays out lengths, batches and windows, ``pieces``, ``windows`` and ``passes`` run them in what memory there is,
``orders``, ``conform`` and ``impulses`` make of the waveform what a cue asks for, and ``voice`` is the maker.
"""

from v2a_foley.generate.audioldm.options import VoiceOptions
from v2a_foley.generate.audioldm.voice import AudioLdmVoice

__all__ = ["AudioLdmVoice", "VoiceOptions"]
