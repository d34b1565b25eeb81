"""Labels: whether the key of a record says what the structured source facts of its group say.

Example:
    >>> from pipelines.validation.labels.progression import read_progression
    >>> read_progression("The effusion is no longer seen").value
    'improving'
"""
