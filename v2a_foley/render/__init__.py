"""Stems, the muxed film, and the check of what was written."""
