"""VQA-RAD: a synthetic download in the genuine layout; `writer` is where to begin."""
