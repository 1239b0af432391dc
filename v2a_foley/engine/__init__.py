"""The main job: from a film to the same film with a soundtrack."""
