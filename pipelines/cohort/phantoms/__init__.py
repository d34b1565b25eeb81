"""Phantoms: drawn anatomy and disease, from a truth in words to pixels."""
