"""Timelines and lists for editors."""
