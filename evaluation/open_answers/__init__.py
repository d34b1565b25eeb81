"""The three parts of the open score, and the presets that say how each is computed."""
