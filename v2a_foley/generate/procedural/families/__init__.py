"""The families of procedural sounds, one file a family or a few close ones, and the table of them."""
