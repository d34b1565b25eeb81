"""Graded corruptions of images that occur in practice, by what an image was acquired with; pure and repeatable."""
