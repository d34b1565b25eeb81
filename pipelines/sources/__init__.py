"""Readers: one module per source data set, from its genuine download to a `Corpus`."""
