"""What a score is worth: what is left after the blind run, and whether an answer outlives a change of order."""
