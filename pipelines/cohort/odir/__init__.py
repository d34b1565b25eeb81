"""ODIR-5K: a synthetic download in the genuine layout; `writer` is where to begin."""
