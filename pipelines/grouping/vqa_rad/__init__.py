"""Composed groups of VQA-RAD: images of different people that one of the source's questions can be asked about."""
