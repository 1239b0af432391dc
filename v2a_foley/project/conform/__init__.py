"""The film was cut anew: which frames are where now, and cues that follow them. Values only; no film is read here."""
