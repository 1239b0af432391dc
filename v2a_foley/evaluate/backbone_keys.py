"""The names of the backbones on the command line, apart from what they are, so that asking for help loads nothing."""

from __future__ import annotations

KEYS = ("panns", "panns-16k", "vggish", "vggish-pca", "passt", "clap", "wav2clip", "logmel")
"""Every backbone's name on the command line."""
