"""What is wrong with a whole file of another kit.

Example:
    >>> str(ForeignFileError("is no whole TSV table"))
    'is no whole TSV table'
"""


class ForeignFileError(ValueError):
    """Another kit's file that cannot be used: what was found, what was expected; whoever catches it puts the path before."""
