"""Predictions and a benchmark in, scores and a table out. Knows neither Dagster nor how a model is trained.

Read in this order: `benchmark` (items), `predictions` (raw answers), `choice` and `open_score` (how one answer is judged),
`scoring` (rows of the score table), `baselines` (what a rule without images reaches), `leaderboard` (the table).
"""
