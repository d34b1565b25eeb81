"""LLaVA-Med VQA: from the genuine download to a corpus; `reader` is where to begin."""
