"""The run itself: prepared once in a folder, trained from there by one program, gone on with after whatever stopped it.

Read `command.py` for what a user types, `training.py` for the story, `trainer.py` for what differs from TRL's SFTTrainer,
`checkpoints.py` and `weights.py` for why a run that goes on cannot go on from other weights than it had.
"""
