"""What a mapper or a sound is worth, in figures: mathematics over arrays. No model is loaded here, no file read."""
