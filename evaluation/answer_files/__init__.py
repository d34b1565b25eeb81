"""Answers from files: read, brought to their benchmarks, and held to be whole."""
