r"""Formats at the border: Mantis JSON as Med-MIM released it, and what other trainers and evaluators read.

Read `mantis` first, then `closed_question`; `command` is the `convert` sub-command.

Example:
    >>> from pipelines.formats.closed_question import format_closed_question
    >>> format_closed_question("Which side?", ("left", "right"))
    'Which side?\nA: left\nB: right\n'
"""
