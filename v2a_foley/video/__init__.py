"""Reads films: facts, frames, shots and motion. The only place that imports decord."""
