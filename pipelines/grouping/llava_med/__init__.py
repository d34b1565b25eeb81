"""Composed groups of LLaVA-Med: a figure with figures of other articles beside it."""
