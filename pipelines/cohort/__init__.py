"""Synthetic cohorts: drawn images and true questions about them, in the genuine layout of each source."""
