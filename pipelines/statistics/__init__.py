"""What the data set holds, in numbers: counted over Arrow tables, told as Markdown, drawn as one picture.

Read `statistic` first (what a number is), then `counts` (how it is counted), `text` and `figure` (how it is shown).

Example:
    >>> from pipelines.statistics.statistic import Population
    >>> [str(population) for population in Population]
    ['groups', 'records']
"""
