"""NIfTI: a volume's bytes to 8-bit slices; `render` is where to begin."""
