"""The grouping of EMBED's images as a good pandas user writes it: the baseline of `benchmarks.grouping`."""
