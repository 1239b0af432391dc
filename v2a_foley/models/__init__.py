"""Models on disk: which there are, where they lie, how they get there, and whether they are what they should be."""
