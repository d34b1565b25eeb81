"""What each step does: files and tables in, tables out. Knows neither Dagster nor torch.

Read in this order: `stages` (the story), `vocabulary`, `records`, `tables`, then the stage that you want to change.
A stage is a pure function: typed rows in, an `Outcome` (rows and rejections) out.
"""
