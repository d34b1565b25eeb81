"""`python -m pipelines doctor`: looks at everything that a run needs, and says what to mend; it mends nothing itself."""
