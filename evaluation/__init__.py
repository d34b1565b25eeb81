"""A model and a benchmark in, scores and a table out. Knows neither Dagster nor how a model is trained.

Read in this order: `benchmark` (items), `conditions.pose` (how they are shown), `models.model` and `runs.run` (who answers, and
how answers are kept), `choice` and `open_score` (how one answer is judged), `scores.scoring` (rows of the score table),
`measuring` (everything about one model), `leaderboard.table` (all of them), `ablations.study` (runs with parts of the data).
"""
