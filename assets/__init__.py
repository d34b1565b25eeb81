"""When and where each step runs: the only package that imports Dagster. No medicine here."""
