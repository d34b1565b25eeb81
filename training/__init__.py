"""Records in, training examples out: what a trainer is given, and what it could not use.

Example:
    >>> from training.messages import count_words
    >>> count_words("Which image shows an effusion?")
    5
"""
