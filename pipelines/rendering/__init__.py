"""Rendering: image files as found to 8-bit RGB PNG files that every model and every reader of the data set can open."""
