"""From motion to hits and intensity curves, and what each kind of cue makes of them."""
