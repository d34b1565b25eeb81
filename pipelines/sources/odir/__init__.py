"""ODIR-5K: from the genuine download to a corpus; `reader` is where to begin."""
