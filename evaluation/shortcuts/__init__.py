"""Shortcuts: what rules that never look at an image reach on our own records, and the bounds that they must stay under."""
