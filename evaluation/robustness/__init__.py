"""Scores under graded corruptions: values, curves, and the picture of them."""
