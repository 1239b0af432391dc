"""From the eyes' space into the ears' space."""
