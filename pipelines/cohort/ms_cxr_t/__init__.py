"""MS-CXR-T and MIMIC-CXR: a synthetic download in the genuine layout; `writer` is where to begin."""
