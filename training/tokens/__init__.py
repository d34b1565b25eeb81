"""Records to encoded samples in sharded Parquet, and samples to batches.

`encode.py` writes, `encoded.py` tells what was written, `batches.py` reads; `pictures.py` holds images at the model's size.

Example:
    >>> from training.tokens.token_lengths import summarise_tokens
    >>> summarise_tokens([5, 7], image_tokens=4).total
    12
"""
