"""Reads, measures, shapes and mixes sound. Knows nothing of shots or cues."""
