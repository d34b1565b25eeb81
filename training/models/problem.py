"""What is wrong with a base model: which, where, and what to do.

Example:
    >>> raise BaseModelError("new: give texts")
    Traceback (most recent call last):
    training.models.problem.BaseModelError: new: give texts
"""


class BaseModelError(ValueError):
    """A base model that cannot be read, made, adapted or saved."""
