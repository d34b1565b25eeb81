"""MS-CXR-T and MIMIC-CXR: from the genuine download to a corpus; `reader` is where to begin."""
