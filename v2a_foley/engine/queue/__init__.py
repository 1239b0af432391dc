"""The queue: many films, one after the other or side by side, and nothing lost however it ends."""
