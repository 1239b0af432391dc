"""The demonstration: builds a short film from footage that installed packages hold, runs the main job on it, shows it.

Nothing here takes part in the main job; this room only calls it, measures what came out, and writes a page about it.
"""
