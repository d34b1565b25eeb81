"""Where a training run is carried out: here, on Ray, on Kubernetes or on Slurm, always the same program by Dagster Pipes.

Reading order: `launcher` (what all have in common), `program` (what is started), then one module for each place.

Example:
    >>> from assets.launchers.choosing import choose_launcher
    >>> from pipelines.training_choices import Training
    >>> choose_launcher(Training(), storage_root="/data/medmim").tell()
    'this machine'
"""
