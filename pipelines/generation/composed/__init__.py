"""Records of composed groups: the source's own questions, placed by a location phrase; no model takes part."""
