"""DICOM: a file's bytes to an 8-bit raster; `render` is where to begin."""
