"""The grouping of EMBED's images as a good polars user writes it: the baseline of `benchmarks.grouping`."""
