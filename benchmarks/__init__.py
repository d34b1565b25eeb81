"""Speed, as ratios of arms that take turns in one run; never a timed test."""
