"""Training the onset net (``sync/onsets``): films → traits and labels on the disk → weights."""
