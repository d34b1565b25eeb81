"""One run of a model over a benchmark: what it is shown, and every answer kept as soon as it is there."""
